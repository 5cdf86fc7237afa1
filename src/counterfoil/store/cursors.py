"""Stored cursors: how far each stream of each connection is loaded."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from counterfoil.model.bad_record import BadRecord
from counterfoil.model.connection import Connection
from counterfoil.model.cursor import Cursor, earliest
from counterfoil.store.db import Database
from counterfoil.store.rows import put_all
from counterfoil.store.schema import connections, cursors


def of(db: Database, connection: Connection) -> Mapping[str, Cursor]:
    """The cursors of a connection, by stream; a stream that was never loaded has none."""
    query = sa.select(cursors).where(cursors.c.connection_id == connection.id)
    with db.reading() as transaction:
        return {row.stream: _cursor(row) for row in transaction.execute(query)}


def reached(db: Database, connection: Connection) -> Mapping[str, datetime]:
    """Until when each stream of a connection is loaded, without all else that a cursor remembers."""
    query = sa.select(cursors.c.stream, cursors.c.changed_since)
    with db.reading() as transaction:
        rows = transaction.execute(query.where(cursors.c.connection_id == connection.id))
        return {row.stream: row.changed_since for row in rows}


def reached_in(db: Database, destination_id: str) -> Mapping[str, frozenset[str]]:
    """The streams that were ever loaded into a destination, by connection; one that loaded none is not there."""
    query = (
        sa.select(cursors.c.connection_id, cursors.c.stream)
        .join(connections, connections.c.id == cursors.c.connection_id)
        .where(connections.c.destination_id == destination_id)
    )
    found: dict[str, set[str]] = {}
    with db.reading() as transaction:
        for row in transaction.execute(query):
            found.setdefault(row.connection_id, set()).add(row.stream)
    return {connection: frozenset(streams) for connection, streams in found.items()}


def oldest(db: Database, together: Sequence[Connection]) -> Mapping[str, Cursor]:
    """Per stream, where a source that is read once for these connections has to begin.

    The oldest cursor counts; a stream that one of the connections never loaded has none: it is read in full.
    """
    with db.transaction() as one:
        held = [of(one, connection) for connection in together]
    shared = set.intersection(*(set(cursors_) for cursors_ in held)) if held else set()
    return {stream: earliest([cursors_[stream] for cursors_ in held]) for stream in sorted(shared)}


def advance(db: Database, connection: Connection, reached: Iterable[Cursor]) -> None:
    """Keep how far a load that has been committed reached, all streams at once (Promise 1)."""
    rows = [
        {
            "connection_id": connection.id,
            "stream": cursor.stream,
            "changed_since": cursor.changed_since,
            "compared_at": cursor.compared_at,
            "versions": dict(cursor.versions),
            "rows": cursor.rows,
            "unread": msgspec.to_builtins(cursor.unread),
        }
        for cursor in reached
    ]
    with db.writing() as transaction:
        put_all(transaction, cursors, rows)


def forget(db: Database, connection: Connection, streams: Iterable[str] | None = None) -> None:
    """Drop cursors, so that the next sync reads these streams (None: all) in full."""
    chosen = cursors.c.connection_id == connection.id
    if streams is not None:
        chosen = sa.and_(chosen, cursors.c.stream.in_(list(streams)))
    with db.writing() as transaction:
        transaction.execute(sa.delete(cursors).where(chosen))


def _cursor(row: sa.Row[*tuple[Any, ...]]) -> Cursor:
    return Cursor(
        stream=row.stream,
        changed_since=row.changed_since,
        compared_at=row.compared_at,
        versions=row.versions,
        rows=row.rows,
        unread=msgspec.convert(row.unread, tuple[BadRecord, ...]),
    )
