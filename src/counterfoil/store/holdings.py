"""Stored holdings: what each connection's tables hold, and how they grew."""

from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa

from counterfoil.model.connection import Connection
from counterfoil.model.holding import Growth, Holding
from counterfoil.store.db import Database
from counterfoil.store.rows import put_all
from counterfoil.store.schema import connections, growths, holdings


def of(db: Database, connection: Connection) -> Mapping[str, Holding]:
    """What the tables of a connection hold, by full name; nothing of those that no load has touched."""
    query = sa.select(holdings).where(holdings.c.connection_id == connection.id)
    with db.reading() as transaction:
        return {
            row.table: Holding(
                table=row.table,
                rows=row.rows,
                live=row.live,
                changed_at=row.changed_at,
                changed_by=row.changed_by or "",
            )
            for row in transaction.execute(query)
        }


def sums(db: Database, connection_ids: Collection[str]) -> Mapping[str, tuple[int, int]]:
    """By connection, how many tables it holds, and their rows together."""
    query = (
        sa.select(
            holdings.c.connection_id,
            sa.func.count().label("tables"),
            sa.func.sum(holdings.c.rows).label("rows"),
        )
        .where(holdings.c.connection_id.in_(connection_ids))
        .group_by(holdings.c.connection_id)
    )
    with db.reading() as transaction:
        return {row.connection_id: (row.tables, int(row.rows)) for row in transaction.execute(query)}


def rows_of(db: Database, source_id: str) -> Mapping[str, int]:
    """By full name, the rows of the tables that a source feeds; where several destinations have one, the most."""
    query = (
        sa.select(holdings.c.table, sa.func.max(holdings.c.rows).label("rows"))
        .select_from(holdings.join(connections))
        .where(connections.c.source_id == source_id)
        .group_by(holdings.c.table)
    )
    with db.reading() as transaction:
        return {row.table: row.rows for row in transaction.execute(query)}


def keep(db: Database, connection: Connection, held: Iterable[Holding]) -> None:
    """Keep these; one without `changed_at` keeps what was known of its last change."""
    counted, changed = [], []
    for holding in held:
        row = {
            "connection_id": connection.id,
            "table": holding.table,
            "rows": holding.rows,
            "live": holding.live,
        }
        if holding.changed_at is None:
            counted.append(row)
        else:
            changed.append(row | {"changed_at": holding.changed_at, "changed_by": holding.changed_by})
    with db.writing() as transaction:
        put_all(transaction, holdings, counted)
        put_all(transaction, holdings, changed)


def grow(db: Database, connection: Connection, grown: Iterable[Growth]) -> None:
    """Note which tables were made or got columns."""
    rows = [
        {
            "connection_id": connection.id,
            "table": growth.table,
            "columns": list(growth.columns),
            "at": growth.at,
            "sync_id": growth.sync_id,
        }
        for growth in grown
    ]
    if rows:
        with db.writing() as transaction:
            transaction.execute(sa.insert(growths), rows)


def growths_of(db: Database, connection: Connection, table: str) -> tuple[Growth, ...]:
    """How a table grew, the newest first."""
    here = sa.and_(growths.c.connection_id == connection.id, growths.c.table == table)
    with db.reading() as transaction:
        return tuple(
            Growth(table=row.table, columns=tuple(row.columns), at=row.at, sync_id=row.sync_id)
            for row in transaction.execute(sa.select(growths).where(here).order_by(growths.c.n.desc()))
        )
