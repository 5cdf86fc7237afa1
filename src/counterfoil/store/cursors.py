"""Stored cursors: how far each stream of each connection is loaded."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from counterfoil.model.connection import Connection
from counterfoil.model.cursor import Cursor
from counterfoil.model.source import Source
from counterfoil.store.db import Database
from counterfoil.store.rows import put
from counterfoil.store.schema import connections, cursors


def of(db: Database, connection: Connection) -> Mapping[str, Cursor]:
    """The cursors of a connection, by stream; a stream that was never loaded has none."""
    query = sa.select(cursors).where(cursors.c.connection_id == connection.id)
    with db.reading() as transaction:
        return {row.stream: _cursor(row) for row in transaction.execute(query)}


def oldest(db: Database, source: Source) -> Mapping[str, Cursor]:
    """Per stream, where a source that is read once for all its connections has to begin.

    The oldest cursor counts; a stream that one of the connections never loaded has none: it is read in full.
    """
    ours = connections.c.source_id == source.id
    count = sa.select(sa.func.count()).select_from(connections).where(ours).scalar_subquery()
    query = (
        sa.select(
            cursors.c.stream,
            sa.func.min(cursors.c.changed_since).label("changed_since"),
            # One connection that never compared makes the answer "never".
            sa.case(
                (sa.func.count(cursors.c.compared_at) == count, sa.func.min(cursors.c.compared_at)),
            ).label("compared_at"),
        )
        .select_from(cursors.join(connections))
        .where(ours)
        .group_by(cursors.c.stream)
        .having(sa.func.count() == count)
    )
    with db.reading() as transaction:
        return {row.stream: _cursor(row) for row in transaction.execute(query)}


def advance(db: Database, connection: Connection, reached: Iterable[Cursor]) -> None:
    """Keep how far a load that has been committed reached, all streams at once (Promise 1)."""
    with db.writing() as transaction:
        for cursor in reached:
            put(
                transaction,
                cursors,
                {
                    "connection_id": connection.id,
                    "stream": cursor.stream,
                    "changed_since": cursor.changed_since,
                    "compared_at": cursor.compared_at,
                },
            )


def forget(db: Database, connection: Connection, streams: Iterable[str] | None = None) -> None:
    """Drop cursors, so that the next sync reads these streams (None: all) in full."""
    chosen = cursors.c.connection_id == connection.id
    if streams is not None:
        chosen = sa.and_(chosen, cursors.c.stream.in_(list(streams)))
    with db.writing() as transaction:
        transaction.execute(sa.delete(cursors).where(chosen))


def _cursor(row: sa.Row[*tuple[Any, ...]]) -> Cursor:
    return Cursor(stream=row.stream, changed_since=row.changed_since, compared_at=row.compared_at)
