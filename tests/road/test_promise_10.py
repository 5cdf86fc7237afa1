"""Promise 10: QuickBooks is never asked twice for what one call can tell: metered calls are counted and shown."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from counterfoil.actions.budget import standing
from counterfoil.actions.connecting import Consent, connect_company
from counterfoil.actions.sync_now import sync_now
from counterfoil.errors import Cancelled, ReconnectNeeded
from counterfoil.model.credential import Environment
from counterfoil.model.outcome import Mode
from counterfoil.model.stream import InCdc
from counterfoil.model.sync import SyncState
from counterfoil.quickbooks.catalog import catalog
from counterfoil.sandbox.company import companies
from counterfoil.store import calls, syncs
from counterfoil.store.db import Database
from counterfoil.sync.progress import SILENT, Progress, Stage, Watch
from tests.road.conftest import World

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BACK = "http://127.0.0.1:8790/callback"
FEW = ("Account", "CompanyInfo", "Customer", "Invoice", "Vendor")


@pytest.fixture
def acme(world: Callable[..., World]) -> World:
    """A small company, and a source that reads a little of it."""
    there = world(companies(1, seed=5, invoices=5, now=NOW))
    there.source(streams=FEW)
    return there


@pytest.fixture
def two(world: Callable[..., World]) -> World:
    """Two companies, and a source for each that reads a little."""
    there = world(companies(2, seed=5, invoices=5, now=NOW))
    for name, realm in zip(("acme", "cedar"), there.sandbox.realms, strict=True):
        there.source(name, realm=realm, prefix=f"{name}_", streams=FEW)
    return there


def kept(db: Database, realm_id: str | None = None) -> int:
    """All metered calls in the store."""
    return sum(counted.metered for counted in calls.by_month(db, realm_id))


def charged(world: World) -> dict[str, int]:
    """What the sandbox would put on the bill of each company."""
    bill: dict[str, int] = world.sandbox.counters()["metered_by_company"]
    return {realm: metered for realm, metered in bill.items() if metered}


def test_the_store_counts_as_quickbooks_does_company_by_company(two: World, db: Database) -> None:
    first, second = two.sync("acme")[0], two.sync("cedar")[0]

    assert charged(two) == {realm: kept(db, realm) for realm in two.sandbox.realms}
    assert [syncs.with_id(db, sync.id).totals.calls for sync in (first, second)] == list(
        charged(two).values()
    )
    assert standing(db, datetime.now(UTC), 500_000).used == kept(db)


def test_a_sync_that_is_counted_several_times_on_its_way_counts_nothing_twice(
    world: Callable[..., World], db: Database
) -> None:
    there = world(companies(1, seed=5, invoices=5, now=NOW))
    there.source(streams=[stream.name for stream in catalog().values() if stream.in_cdc is InCdc.YES])

    sync, _ = there.sync()

    assert sync.totals.calls == kept(db) == sum(charged(there).values()) > 20


def test_a_sync_that_fails_in_part_is_counted(acme: World, db: Database) -> None:
    acme.sandbox.fault(kind="fault", status=400, code="4000", entity="Invoice", times=1000)

    sync, _ = acme.sync()

    assert sync.state is SyncState.PARTIAL
    assert sync.totals.calls == kept(db) == sum(charged(acme).values()) > 0


def test_requests_that_quickbooks_does_not_charge_are_kept_apart(acme: World, db: Database) -> None:
    acme.sandbox.fault(kind="fault", status=400, code="4000", entity="Invoice", times=1)

    acme.sync()

    (today,) = calls.by_month(db)
    assert today.calls > today.metered


def test_a_sync_that_is_stopped_midway_remembers_what_it_took(acme: World, db: Database) -> None:
    def stop(standing: Progress) -> None:
        if standing.stage is Stage.LOADING:
            raise Cancelled("Somebody stopped it.")

    with pytest.raises(Cancelled):
        acme.sync(watch=Watch(progress=stop, say=lambda _: None))

    (sync,) = syncs.latest(db)
    assert sync.state is SyncState.CANCELLED
    assert sync.totals.calls == kept(db) == sum(charged(acme).values()) > 0


def test_answers_that_only_refuse_cost_nothing(acme: World, db: Database) -> None:
    acme.sandbox.disconnect(acme.sandbox.realms[0])

    sync, _ = acme.sync()

    assert sync.code == ReconnectNeeded.code
    assert (sync.totals.calls, kept(db), charged(acme)) == (0, 0, {})


def test_connecting_a_company_takes_two_calls(acme: World, db: Database) -> None:
    code = acme.sandbox.authorize_code(redirect_uri=BACK)

    consent = Consent(code=code, realm_id=acme.sandbox.realms[0], redirect_uri=BACK)
    connect_company(acme.around, "acme", Environment.SANDBOX, consent)

    assert kept(db) == sum(charged(acme).values()) == 2


def test_calls_belong_to_the_day_on_which_they_are_made(acme: World, db: Database) -> None:
    for day in (30, 31):
        evening = datetime(2026, 10, day, 23, 59, tzinfo=UTC)
        sync_now(replace(acme.around, now=_always(evening)), "acme", SILENT)

    days = [counted.day for counted in calls.by_day(db, date(2026, 10, 1), date(2026, 11, 1))]
    assert days == [date(2026, 10, 30), date(2026, 10, 31)]


def _always(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def test_the_log_warns_when_the_allowance_runs_out_and_the_sync_runs_all_the_same(
    acme: World, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    tight = replace(acme.around, monthly_calls=5)

    with caplog.at_level(logging.WARNING):
        sync, _ = sync_now(tight, "acme", SILENT)

    assert sync.state is SyncState.SUCCEEDED
    assert f"{kept(db)} of 5 metered calls of this month are used" in caplog.text


def test_the_log_says_nothing_while_there_is_enough(acme: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        acme.sync()

    assert "metered" not in caplog.text


def test_an_idle_sync_costs_one_metered_call(world: Callable[..., World]) -> None:
    there = world(companies(1, seed=5, invoices=5, now=NOW))
    there.source(streams=[stream.name for stream in catalog().values() if stream.in_cdc is InCdc.YES])
    there.sync()
    there.sandbox.reset_counters()

    sync, outcomes = there.sync()

    assert there.sandbox.counters()["metered"] == 1
    assert sync.totals.calls == 1
    assert {outcome.mode for outcome in outcomes} == {Mode.CHANGES}
    assert sync.totals.read == 0
