"""Whether change data capture tells of a stream of which nobody has shown that it does: found out once a company."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from counterfoil.model.ability import Told
from counterfoil.model.outcome import Mode, StreamOutcome, StreamState
from counterfoil.sandbox.company import companies
from counterfoil.store import abilities
from tests.road.conftest import World

STREAMS = ["Invoice", "Attachable", "CustomerType", "RecurringTransaction", "TimeActivity"]
A_WHILE = timedelta(hours=3, minutes=30)


@pytest.fixture
def acme(world: Callable[..., World]) -> World:
    """A company that was synced once; its clock is that of the sandbox."""
    made = world(companies(1, seed=5, invoices=40, now=datetime.now(UTC)))
    there = replace(made, around=replace(made.around, now=made.sandbox.now))
    there.source(streams=STREAMS)
    there.sync()
    return there


def change(acme: World, stream: str) -> str:
    """Something changes, and some time goes by."""
    clerk = acme.sandbox.books()
    id_ = clerk.ids(stream)[0]
    acme.sandbox.advance(A_WHILE)
    note = {"CustomerType": "Name", "Attachable": "Note", "TimeActivity": "Description"}[stream]
    clerk.change(stream, id_, {note: f"at {acme.sandbox.now()}"})
    acme.sandbox.advance(A_WHILE)
    return id_


def told(acme: World) -> dict[str, Told | None]:
    return {name: each.told for name, each in abilities.of(acme.around.db, acme.sandbox.realms[0]).items()}


def synced(acme: World) -> tuple[int, dict[str, StreamOutcome]]:
    """The metered calls and the outcomes of one more sync."""
    acme.sandbox.reset_counters()
    _, outcomes = acme.sync()
    counted: int = acme.sandbox.counters()["metered"]
    assert sum(outcome.calls for outcome in outcomes) == counted
    return counted, {outcome.stream: outcome for outcome in outcomes}


def test_a_first_sync_and_idle_ones_prove_nothing_and_cost_nothing_more(acme: World) -> None:
    acme.sandbox.advance(2 * A_WHILE)
    calls, _ = synced(acme)

    assert told(acme) == {}
    assert calls == len(STREAMS)


def test_a_change_that_was_told_too_lets_the_stream_be_read_by_changes_alone(acme: World) -> None:
    change(acme, "Attachable")
    asked, _ = synced(acme)
    id_ = change(acme, "Attachable")
    calls, outcomes = synced(acme)

    assert asked == len(STREAMS) + 1
    assert told(acme) == {"Attachable": Told.ALL}
    assert calls == len(STREAMS) - 1
    assert outcomes["Attachable"].mode is Mode.CHANGES
    assert outcomes["Attachable"].read == 1
    note = str(acme.sandbox.books().get("Attachable", id_)["Note"])
    assert acme.ask("SELECT note FROM attachable WHERE id = ?", id_) == [(note,)]


def test_ids_are_still_compared_where_change_data_capture_was_proven(acme: World) -> None:
    change(acme, "Attachable")
    acme.sync()
    acme.sandbox.advance(timedelta(hours=24))

    assert synced(acme)[1]["Attachable"].mode is Mode.FULL


def test_a_change_that_was_not_told_leaves_the_stream_to_queries(acme: World) -> None:
    acme.sandbox.books().books.hushed.add("CustomerType")
    change(acme, "CustomerType")
    synced(acme)
    id_ = change(acme, "CustomerType")
    calls, outcomes = synced(acme)

    assert told(acme) == {"CustomerType": Told.NOTHING}
    assert calls == len(STREAMS)
    assert outcomes["CustomerType"].mode is not Mode.CHANGES
    name = str(acme.sandbox.books().get("CustomerType", id_)["Name"])
    assert acme.ask("SELECT name FROM customer_type WHERE id = ?", id_) == [(name,)]


def test_a_name_that_is_refused_costs_nothing_and_spoils_no_sync(acme: World) -> None:
    acme.sandbox.fault(path="cdc", entity="Attachable", status=400, code="4001", times=10**6)
    change(acme, "Attachable")
    change(acme, "CustomerType")
    calls, outcomes = synced(acme)

    assert told(acme) == {"Attachable": Told.REFUSED, "CustomerType": Told.ALL}
    assert calls == len(STREAMS) + 1
    assert {outcome.state for outcome in outcomes.values()} == {StreamState.LANDED}


def test_what_is_known_not_to_be_covered_is_never_asked_about(acme: World) -> None:
    change(acme, "TimeActivity")
    calls, _ = synced(acme)

    assert calls == len(STREAMS)
    assert told(acme) == {}


def test_quickbooks_that_fails_at_the_question_leaves_it_open(acme: World) -> None:
    change(acme, "Attachable")
    acme.sandbox.fault(path="cdc", entity="Attachable", status=503, times=10**6)

    _, outcomes = synced(acme)

    assert told(acme) == {}
    assert {outcome.state for outcome in outcomes.values()} == {StreamState.LANDED}
