"""What was seen of each stream of each connection: the fields in use, the tables that were loaded."""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from counterfoil.model.connection import Connection
from counterfoil.store.db import Database
from counterfoil.store.rows import put
from counterfoil.store.schema import observations


def fields(db: Database, connection: Connection, stream: str) -> tuple[str, ...]:
    """The JSON paths seen so far, sorted; parsing with just these is four times as fast as with all."""
    return _load(db, connection, stream)[0]


def tables(db: Database, connection: Connection, stream: str) -> tuple[str, ...]:
    """The tables that loads have made, sorted; one that the warehouse lacks was dropped behind our back."""
    return _load(db, connection, stream)[1]


def all_fields(db: Database, connection: Connection) -> Mapping[str, tuple[str, ...]]:
    """The JSON paths seen so far of every stream, sorted."""
    query = sa.select(observations.c.stream, observations.c.fields)
    with db.reading() as transaction:
        rows = transaction.execute(query.where(observations.c.connection_id == connection.id))
        return {row.stream: tuple(row.fields) for row in rows}


def save_fields(db: Database, connection: Connection, stream: str, paths: Iterable[str]) -> None:
    """Remember these JSON paths in place of the last ones."""
    with db.transaction() as one:
        known = _load(one, connection, stream)[1]
        _save(one, connection, stream, (tuple(paths), known))


def save_tables(db: Database, connection: Connection, stream: str, names: Iterable[str]) -> None:
    """Remember these table names in place of the last ones."""
    with db.transaction() as one:
        known = _load(one, connection, stream)[0]
        _save(one, connection, stream, (known, tuple(names)))


def forget(db: Database, connection: Connection) -> None:
    """Forget all that was seen of a connection, because it now reads or writes elsewhere."""
    with db.writing() as transaction:
        transaction.execute(sa.delete(observations).where(observations.c.connection_id == connection.id))


def _load(db: Database, connection: Connection, stream: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    here = sa.and_(observations.c.connection_id == connection.id, observations.c.stream == stream)
    with db.reading() as transaction:
        row = transaction.execute(sa.select(observations.c.fields, observations.c.tables).where(here)).first()
    return (tuple(row.fields), tuple(row.tables)) if row else ((), ())


def _save(
    db: Database, connection: Connection, stream: str, seen: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    row = {
        "connection_id": connection.id,
        "stream": stream,
        "fields": sorted(set(seen[0])),
        "tables": sorted(set(seen[1])),
    }
    with db.writing() as transaction:
        put(transaction, observations, row)
