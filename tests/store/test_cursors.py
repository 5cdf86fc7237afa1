"""Promise 1's memory: how far each stream of each connection is loaded."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from counterfoil.model.connection import Connection
from counterfoil.model.cursor import Cursor
from counterfoil.store import connections, cursors
from counterfoil.store.db import Database

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
EARLIER = NOON - timedelta(hours=1)


@pytest.fixture
def second(db: Database, feed: Connection) -> Connection:
    other = replace(feed, id="conn_b", dataset="copy")
    connections.save(db, other)
    return other


def test_a_connection_that_never_loaded_has_no_cursors(db: Database, feed: Connection) -> None:
    assert cursors.of(db, feed) == {}


def test_a_cursor_advances_in_place(db: Database, feed: Connection) -> None:
    cursors.advance(db, feed, [Cursor(stream="Invoice", changed_since=EARLIER, compared_at=EARLIER)])
    cursors.advance(db, feed, [Cursor(stream="Invoice", changed_since=NOON, compared_at=EARLIER)])

    expected = Cursor(stream="Invoice", changed_since=NOON, compared_at=EARLIER)
    assert cursors.of(db, feed) == {"Invoice": expected}


def test_a_source_with_two_connections_begins_at_the_oldest_cursor(
    db: Database, feed: Connection, second: Connection
) -> None:
    cursors.advance(db, feed, [Cursor(stream="Invoice", changed_since=NOON, compared_at=NOON)])
    cursors.advance(db, second, [Cursor(stream="Invoice", changed_since=EARLIER, compared_at=EARLIER)])

    expected = Cursor(stream="Invoice", changed_since=EARLIER, compared_at=EARLIER)
    assert cursors.oldest(db, connections.of_source(db, feed.source)) == {"Invoice": expected}


def test_a_stream_that_one_connection_never_loaded_is_read_in_full(
    db: Database, feed: Connection, second: Connection
) -> None:
    cursors.advance(db, feed, [Cursor(stream="Invoice", changed_since=NOON)])

    assert cursors.oldest(db, connections.of_source(db, feed.source)) == {}


def test_a_connection_that_never_compared_ids_makes_the_source_compare(
    db: Database, feed: Connection, second: Connection
) -> None:
    cursors.advance(db, feed, [Cursor(stream="TaxCode", changed_since=NOON, compared_at=NOON)])
    cursors.advance(db, second, [Cursor(stream="TaxCode", changed_since=NOON)])

    assert cursors.oldest(db, connections.of_source(db, feed.source))["TaxCode"].compared_at is None


def test_a_resync_forgets_the_chosen_streams_only(db: Database, feed: Connection) -> None:
    both = [Cursor(stream=name, changed_since=NOON) for name in ("Bill", "Invoice")]
    cursors.advance(db, feed, both)

    cursors.forget(db, feed, ["Bill"])
    assert set(cursors.of(db, feed)) == {"Invoice"}

    cursors.forget(db, feed)
    assert cursors.of(db, feed) == {}
