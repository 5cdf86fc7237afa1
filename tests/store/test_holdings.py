"""What is remembered of each connection's tables."""

from datetime import UTC, datetime, timedelta

from counterfoil.model.connection import Connection
from counterfoil.model.holding import Growth, Holding
from counterfoil.store import connections, holdings, sources
from counterfoil.store.db import Database

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_load_that_changes_nothing_leaves_the_last_change_as_it_was(db: Database, feed: Connection) -> None:
    first = Holding(table="invoice", rows=12, live=11, changed_at=NOON, changed_by="sync_1")
    holdings.keep(db, feed, [first, Holding(table="bill", rows=0, live=0)])
    holdings.keep(db, feed, [Holding(table="invoice", rows=12, live=12)])

    assert holdings.of(db, feed) == {
        "bill": Holding(table="bill", rows=0, live=0),
        "invoice": Holding(table="invoice", rows=12, live=12, changed_at=NOON, changed_by="sync_1"),
    }


def test_growths_are_told_with_the_newest_first(db: Database, feed: Connection) -> None:
    made = Growth(table="invoice", columns=(), at=NOON, sync_id="sync_1")
    wider = Growth(table="invoice", columns=("due_date",), at=NOON + timedelta(hours=1), sync_id="sync_2")
    holdings.grow(db, feed, [made])
    holdings.grow(db, feed, [wider, Growth(table="bill", columns=(), at=NOON, sync_id="sync_2")])
    holdings.grow(db, feed, [])

    assert holdings.growths_of(db, feed, "invoice") == (wider, made)


def test_they_go_with_their_connection(db: Database, feed: Connection) -> None:
    holdings.keep(db, feed, [Holding(table="invoice", rows=1, live=1)])
    holdings.grow(db, feed, [Growth(table="invoice", columns=(), at=NOON, sync_id="sync_1")])

    connections.remove(db, feed)
    connections.save(db, feed)

    assert sources.every(db) == (feed.source,)
    assert holdings.of(db, feed) == {}
    assert holdings.growths_of(db, feed, "invoice") == ()
