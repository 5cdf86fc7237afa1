"""A source is read once for all its destinations; whatever becomes of one of them, the others go on."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from counterfoil.model.connection import Connection
from counterfoil.model.destination import Destination
from counterfoil.model.outcome import Mode, StreamState
from counterfoil.model.sync import SyncState
from counterfoil.sandbox.server import choose_companies
from counterfoil.store import connections, cursors, destinations
from counterfoil.sync import notice
from counterfoil.sync.progress import Watch
from tests.road.broken import holding
from tests.road.conftest import World

STREAMS = ["Invoice", "Customer", "Payment", "Account"]
ROWS = "SELECT id, private_note, _deleted FROM quickbooks.invoice ORDER BY id"
BROUGHT_BY = "SELECT DISTINCT _sync_id FROM quickbooks.invoice"


@pytest.fixture
def acme(world: Callable[..., World]) -> World:
    made = world(choose_companies(companies=1, invoices=40, seed=5, recorded=None))
    made.source(streams=STREAMS)
    return made


def feed(acme: World, name: str) -> Connection:
    """One more destination, in a file of its own."""
    db, file = acme.around.db, acme.warehouse.with_name(f"{name}.duckdb")
    first = connections.every(db)[0]
    options = {"path": str(file), "wait_seconds": "60"}
    lake = replace(first.destination, id=f"dest_{name}", name=name, options=options)
    destinations.save(db, lake)
    added = Connection(id=f"conn_{name}", source=first.source, destination=lake, dataset="quickbooks")
    connections.save(db, added)
    return added


def at(destination: Destination) -> Path:
    return Path(destination.options["path"])


def read(destination: Destination, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(at(destination)), read_only=True) as connection:
        return connection.sql(sql).fetchall()


def calls_of(acme: World) -> int:
    acme.sandbox.reset_counters()
    acme.sync()
    return int(acme.sandbox.counters()["calls"])


def test_one_reading_feeds_all_of_them(acme: World) -> None:
    alone = calls_of(acme)
    for connection in connections.every(acme.around.db):
        cursors.forget(acme.around.db, connection)
    more = [feed(acme, f"lake_{number}") for number in range(4)]

    assert calls_of(acme) == alone

    assert all(read(each.destination, ROWS) == acme.ask(ROWS) for each in more)


def test_one_that_is_added_later_is_filled_in_full_and_the_others_are_left_as_they_are(acme: World) -> None:
    first, _ = acme.sync()
    later = feed(acme, "later")
    changed = acme.sandbox.books().ids("Invoice")[0]
    acme.sandbox.books().change("Invoice", changed, {"PrivateNote": "meanwhile"})

    sync, outcomes = acme.sync()

    assert sync.state is SyncState.SUCCEEDED
    assert read(later.destination, ROWS) == acme.ask(ROWS)
    assert read(later.destination, BROUGHT_BY) == [(sync.id,)]
    assert acme.ask(f"{BROUGHT_BY} WHERE id <> '{changed}'") == [(first.id,)]
    modes = {(outcome.connection_id, outcome.mode) for outcome in outcomes if outcome.stream == "Invoice"}
    assert modes == {("conn_acme", Mode.CHANGES), ("conn_later", Mode.FULL)}


def test_one_that_is_away_for_longer_than_changes_are_told_costs_the_others_nothing_and_catches_up(
    acme: World,
) -> None:
    acme = replace(acme, around=replace(acme.around, now=acme.sandbox.now))
    away = feed(acme, "away")
    acme.sync()
    file = at(away.destination)
    file.rename(file.with_suffix(".aside"))
    file.mkdir()
    for _ in range(3):
        acme.sandbox.advance(timedelta(days=20))
        acme.sync()
    acme.sandbox.advance(timedelta(minutes=20))

    sync, outcomes = acme.sync()

    assert sync.state is SyncState.PARTIAL
    assert {outcome.mode for outcome in outcomes if outcome.connection_id == "conn_acme"} == {Mode.CHANGES}
    assert {outcome.state for outcome in outcomes if outcome.connection_id == away.id} == {StreamState.FAILED}
    before = acme.ask(BROUGHT_BY)
    file.rmdir()
    file.with_suffix(".aside").rename(file)
    sync, _ = acme.sync()

    assert sync.state is SyncState.SUCCEEDED
    assert read(away.destination, ROWS) == acme.ask(ROWS)
    assert acme.ask(BROUGHT_BY) == before


def test_one_that_somebody_holds_keeps_no_other_waiting(acme: World, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = feed(acme, "a_slow")  # loaded first, if one came after the other
    acme.sync()
    (quick,) = [each for each in connections.every(acme.around.db) if each.id != slow.id]
    before = cursors.of(acme.around.db, quick)
    changed = acme.sandbox.books().ids("Invoice")[0]
    acme.sandbox.books().change("Invoice", changed, {"PrivateNote": "now"})
    landed = threading.Event()

    monkeypatch.setattr(notice, "HASTE", 0.2)
    with holding(at(slow.destination)) as held:

        def look(words: str) -> None:
            end = time.monotonic() + 5
            while not landed.is_set() and time.monotonic() < end:
                if cursors.of(acme.around.db, quick) != before:
                    landed.set()
                    held.kill()

        sync, _ = acme.sync(watch=Watch(progress=lambda _: None, say=look))

    assert landed.is_set()
    assert sync.state is SyncState.SUCCEEDED
    assert read(slow.destination, ROWS) == acme.ask(ROWS)
