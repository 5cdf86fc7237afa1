"""Moving everything that is remembered from one database to another; secrets stay sealed as they are."""

from collections.abc import Mapping
from datetime import timedelta

import sqlalchemy as sa

from counterfoil.errors import Defect, InUse
from counterfoil.store import service_schema, workers
from counterfoil.store.db import Database
from counterfoil.store.schema import metadata

AT_ONCE = 500
"""Rows of one statement."""
QUIET = timedelta(minutes=1)
"""A worker that was not heard of for so long has ended."""
LEFT = frozenset({service_schema.workers.name})
"""Who works on the old database does not work on the new one."""


def move(old: Database, new: Database) -> Mapping[str, int]:
    """Copy every table in one transaction, and answer with the rows of each.

    The old database is not changed; nobody can write to it meanwhile. Raises InUse when something still works on it,
    or when the new one holds anything.
    """
    _require_rest(old)
    with old.writing() as source, new.writing() as target:
        tables = [table for table in metadata.sorted_tables if table.name not in LEFT]
        _require_empty(target, tables)
        copied = {table.name: _copy(source, target, table) for table in tables}
        for table in tables:
            _go_on_counting(target, table)
            if _count(target, table) != copied[table.name]:
                raise Defect(
                    f"Not every row of {table.name} arrived.", do="Nothing was kept. Please report it."
                )
    return copied


def _require_rest(old: Database) -> None:
    workers.forget_dead(old, QUIET)
    if workers.every(old):
        raise InUse(
            "Counterfoil runs on this database.",
            do="End `counterfoil serve` and all workers, wait a minute, then do it again.",
        )
    if workers.load(old).running:
        raise InUse("A sync runs.", do="Wait until it has ended, or cancel it, then do it again.")


def _require_empty(target: sa.Connection, tables: list[sa.Table]) -> None:
    for table in tables:
        if _count(target, table):
            raise InUse(
                f"The new database holds something already, in its table {table.name}.",
                do="Give an empty one. Nothing was changed.",
            )


def _copy(source: sa.Connection, target: sa.Connection, table: sa.Table) -> int:
    copied = 0
    query = sa.select(table).execution_options(yield_per=AT_ONCE)
    for rows in source.execute(query).mappings().partitions(AT_ONCE):
        target.execute(sa.insert(table), [dict(row) for row in rows])
        copied += len(rows)
    return copied


def _go_on_counting(target: sa.Connection, table: sa.Table) -> None:
    """PostgreSQL's own counter has not seen the numbers that were copied."""
    counted = table.autoincrement_column
    if counted is None or target.dialect.name != "postgresql":
        return
    sequence = sa.func.pg_get_serial_sequence(table.name, counted.name)
    highest = sa.select(sa.func.max(counted)).scalar_subquery()
    target.execute(sa.select(sa.func.setval(sequence, sa.func.coalesce(highest, 1), highest.is_not(None))))


def _count(connection: sa.Connection, table: sa.Table) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
