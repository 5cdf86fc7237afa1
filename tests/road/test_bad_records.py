"""Records that QuickBooks cannot serve: all others land, the bad ones are named, none is lost or buried."""

from collections.abc import Callable

import pytest

from counterfoil.model.outcome import StreamOutcome, StreamState
from counterfoil.model.sync import SyncState
from counterfoil.sandbox.server import choose_companies
from tests.road.conftest import World


@pytest.fixture
def acme(world: Callable[..., World]) -> World:
    made = world(choose_companies(companies=1, invoices=1400, seed=5, recorded=None))
    made.source(streams=["Invoice", "Customer"])
    return made


def invoices(outcomes: tuple[StreamOutcome, ...]) -> StreamOutcome:
    return next(outcome for outcome in outcomes if outcome.stream == "Invoice")


def live(acme: World) -> set[str]:
    return {row[0] for row in acme.ask("SELECT id FROM invoice WHERE NOT _deleted")}


def test_a_first_sync_brings_all_others_and_names_the_bad_ones(acme: World) -> None:
    ids = acme.sandbox.books().ids("Invoice")
    for id_ in (ids[3], ids[1200]):
        acme.sandbox.poison("Invoice", id_)

    sync, outcomes = acme.sync()

    assert sync.state is SyncState.PARTIAL
    assert "save it again" in sync.do
    assert live(acme) == set(ids) - {ids[3], ids[1200]}
    assert invoices(outcomes).state is StreamState.INCOMPLETE
    assert "could not serve 2 of Invoice" in invoices(outcomes).what

    acme.sandbox.heal()
    acme.sync()
    assert live(acme) == set(ids)


def test_a_record_that_goes_bad_keeps_its_last_good_version_and_comes_back(acme: World) -> None:
    acme.sync()
    clerk = acme.sandbox.books()
    ids = clerk.ids("Invoice")
    clerk.change("Invoice", ids[0], {"PrivateNote": "edited, then bad"})
    clerk.change("Invoice", ids[1], {"PrivateNote": "edited and good"})
    acme.sandbox.poison("Invoice", ids[0])

    for _ in range(2):
        _, outcomes = acme.sync()
        assert invoices(outcomes).state is StreamState.INCOMPLETE
        assert acme.ask("SELECT private_note FROM invoice WHERE id = ?", ids[1]) == [("edited and good",)]
        assert live(acme) == set(ids)

    acme.sandbox.heal()
    _, outcomes = acme.sync()
    assert invoices(outcomes).state is StreamState.LANDED
    assert acme.ask("SELECT private_note FROM invoice WHERE id = ?", ids[0]) == [("edited, then bad",)]
