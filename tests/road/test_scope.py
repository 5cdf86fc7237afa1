"""Syncs of which somebody wants something in particular: some streams, all of it anew, a window again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from counterfoil.actions.sync_now import sync_now
from counterfoil.actions.syncs import Errand
from counterfoil.errors import NotFound
from counterfoil.model.cursor import Cursor
from counterfoil.model.outcome import Mode
from counterfoil.model.sync import SyncState
from counterfoil.sandbox.company import companies
from counterfoil.store import connections, cursors
from counterfoil.sync.progress import SILENT
from tests.road.conftest import World


@pytest.fixture
def acme(world: Callable[..., World]) -> World:
    made = world(companies(1, seed=5, invoices=20, now=datetime.now(UTC)))
    there = replace(made, around=replace(made.around, now=made.sandbox.now))
    there.source(streams=["Invoice", "Customer", "TaxRate", "Class"])
    there.sync()
    there.sandbox.advance(timedelta(hours=1))
    return there


def asked(acme: World, errand: Errand) -> dict[str, Mode]:
    sync, outcomes = sync_now(acme.around, "acme", SILENT, errand=errand)
    assert sync.state is SyncState.SUCCEEDED
    assert (sync.streams, sync.full, sync.since) == (errand.streams, errand.full, errand.since)
    return {outcome.stream: outcome.mode for outcome in outcomes}


def loaded(acme: World) -> dict[str, Cursor]:
    (connection,) = connections.every(acme.around.db)
    return dict(cursors.of(acme.around.db, connection))


def test_only_the_named_streams_are_read_and_at_once(acme: World) -> None:
    before = loaded(acme)

    modes = asked(acme, Errand(streams=frozenset({"Invoice", "TaxRate"})))

    assert modes == {"Invoice": Mode.CHANGES, "TaxRate": Mode.REFRESH}
    after = loaded(acme)
    assert {name for name in after if after[name] == before[name]} == {"Customer", "Class"}


def test_everything_can_be_read_anew_without_forgetting_anything(acme: World) -> None:
    before = loaded(acme)
    acme.sandbox.fault(entity="Customer", status=503, times=100)

    sync, _ = sync_now(acme.around, "acme", SILENT, errand=Errand(full=True))

    assert sync.state is not SyncState.SUCCEEDED
    assert loaded(acme)["Customer"] == before["Customer"]
    acme.sandbox.heal()
    assert set(asked(acme, Errand(full=True)).values()) == {Mode.FULL}


def test_a_window_that_is_read_again_mends_what_was_changed_in_the_warehouse(acme: World) -> None:
    ids = acme.sandbox.books().ids("Invoice")[:2]
    for id_ in ids:
        acme.sandbox.advance(timedelta(hours=1))
        acme.sandbox.books().change("Invoice", id_, {"PrivateNote": "as in QuickBooks"})
        acme.sync()
    acme.tell("UPDATE quickbooks.invoice SET private_note = 'spoilt'")
    acme.sync()

    modes = asked(acme, Errand(since=acme.sandbox.now() - timedelta(hours=4)))

    assert modes["Invoice"] is Mode.CHANGES
    mended = acme.ask("SELECT id FROM invoice WHERE private_note = 'as in QuickBooks'")
    assert {id_ for (id_,) in mended} == set(ids)


def test_what_the_company_lacks_is_asked_for_when_somebody_names_it(acme: World) -> None:
    acme.sandbox.fault(entity="Class", status=403, code="5020", times=100)
    acme.sync()
    acme.sandbox.heal()

    assert asked(acme, Errand(streams=frozenset({"Class"}))) == {"Class": Mode.CHANGES}
    assert acme.sync()[1]
    assert "Class" in {outcome.stream for outcome in acme.sync()[1] if not outcome.code}


def test_a_stream_that_the_source_does_not_read_is_refused_with_the_nearest_name(acme: World) -> None:
    acme.sandbox.reset_counters()

    with pytest.raises(NotFound, match="'Custommer'") as refused:
        sync_now(acme.around, "acme", SILENT, errand=Errand(streams=frozenset({"Custommer", "Invoice"})))

    assert refused.value.do == "Did you mean Customer?"
    assert acme.sandbox.counters()["calls"] == 0
