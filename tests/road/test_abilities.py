"""What a company's QuickBooks was found to do is remembered, and asked for again on a slow clock."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from counterfoil.actions.sync_now import sync_now
from counterfoil.model.outcome import StreamOutcome, StreamState
from counterfoil.model.sync import SyncState
from counterfoil.model.task import Clocks
from counterfoil.sandbox.company import companies
from counterfoil.store import abilities, connections, cursors
from counterfoil.sync.progress import SILENT
from tests.road.conftest import World

DAY = timedelta(hours=24)
ALWAYS = 10**6


@pytest.fixture
def acme(world: Callable[..., World]) -> World:
    """A small company, which feeds all streams."""
    there = world(companies(1, seed=5, invoices=5, now=datetime.now(UTC)))
    there.source()
    return there


def later(world: World, by: timedelta) -> World:
    return replace(world, around=replace(world.around, now=lambda: datetime.now(UTC) + by))


def lacks(world: World, stream: str, *, code: str = "4001", status: int = 400) -> None:
    world.sandbox.fault(entity=stream, status=status, code=code, times=ALWAYS)


def outcome(world: World, stream: str) -> StreamOutcome:
    return next(each for each in world.sync()[1] if each.stream == stream)


def asked(world: World) -> tuple[int, int]:
    """What a sync asks: all calls, and those that are metered."""
    world.sandbox.reset_counters()
    sync, _ = world.sync()
    assert sync.state is SyncState.SUCCEEDED
    counted = world.sandbox.counters()
    return counted["calls"], counted["metered"]


def test_an_idle_sync_asks_once_although_the_company_lacks_streams(acme: World) -> None:
    lacks(acme, "JournalCode")
    lacks(acme, "Class", code="5020", status=403)
    lacks(acme, "Estimate")
    acme.sync()

    assert asked(acme) == (1, 1)


def test_a_stream_that_is_lacked_stays_skipped_and_says_when_it_is_asked_for_again(acme: World) -> None:
    lacks(acme, "Class", code="5020", status=403)
    first = outcome(acme, "Class")
    second = outcome(acme, "Class")

    assert (second.state, second.code, second.what) == (
        StreamState.SKIPPED,
        "quickbooks.not_in_plan",
        first.what,
    )
    tomorrow = abilities.of(acme.around.db, acme.sandbox.realms[0])["Class"].refused_at
    assert tomorrow is not None
    assert f"asks for it again after {tomorrow + DAY:%Y-%m-%d %H:%M} UTC." in first.do
    assert first.do == second.do


def test_a_stream_that_is_switched_on_is_found_within_a_day(acme: World) -> None:
    lacks(acme, "Class")
    acme.sync()
    acme.sandbox.heal()
    assert outcome(acme, "Class").state is StreamState.SKIPPED

    assert outcome(later(acme, DAY), "Class").state is StreamState.LANDED

    assert outcome(acme, "Class").state is StreamState.LANDED
    assert abilities.of(acme.around.db, acme.sandbox.realms[0])["Class"].refused_at is None


def test_a_stream_that_was_loaded_and_is_lacked_now_keeps_its_cursor(acme: World) -> None:
    acme.sync()
    (connection,) = connections.every(acme.around.db)
    before = cursors.of(acme.around.db, connection)["Class"]
    lacks(acme, "Class", code="5020", status=403)

    assert outcome(acme, "Class").state is StreamState.SKIPPED
    assert asked(acme) == (1, 1)
    assert cursors.of(acme.around.db, connection)["Class"] == before

    acme.sandbox.heal()
    assert outcome(later(acme, DAY), "Class").state is StreamState.LANDED


def test_a_lacked_stream_that_is_asked_for_again_spoils_no_call_of_the_others(acme: World) -> None:
    acme.sync()
    lacks(acme, "Estimate", code="5020", status=403)
    acme.sync()
    acme.sandbox.reset_counters()

    eager = replace(acme.around, clocks=Clocks(compare=timedelta(0)))
    _, outcomes = sync_now(eager, "acme", SILENT)

    assert next(each for each in outcomes if each.stream == "Estimate").state is StreamState.SKIPPED
    counted = acme.sandbox.counters()
    assert counted["paths"]["GET cdc"] == 2  # one for Estimate, which is refused, and one for all others
    assert sum(each.calls for each in outcomes) == counted["metered"]


@pytest.mark.parametrize("times", [1, 2, 3])
def test_trouble_that_passes_makes_nobody_believe_that_changes_are_not_told(
    world: Callable[..., World], times: int
) -> None:
    there = world(companies(1, seed=5, invoices=5, now=datetime.now(UTC)))
    there.source(streams=["Bill", "Customer", "Invoice"])
    there.sync()
    there.sandbox.fault(path="cdc", status=400, code="2010", times=times)
    there.sync()
    clerk = there.sandbox.books()
    for entity in ("Bill", "Invoice"):
        clerk.change(entity, clerk.ids(entity)[0], {"PrivateNote": "after the trouble"})

    there.sync()

    for table in ("bill", "invoice"):
        told = there.ask(f"SELECT count(*) FROM {table} WHERE private_note = 'after the trouble'")
        assert told == [(1,)], table
