"""Rows, in and out, the same way for every noun."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from counterfoil.errors import AlreadyExists, ChangedMeanwhile

INSERT: dict[str, Callable[[sa.Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""The dialects' own INSERT, which knows ON CONFLICT."""

AT_ONCE = 500
"""Ids in one query; SQLite takes no more than some thousands of values."""


def put(
    connection: sa.Connection, table: sa.Table, row: Mapping[str, Any], *, version: int | None = None
) -> None:
    """Change the row with this primary key, or add it when there is none; where rows have a version, it grows.

    With a `version`, only the row that still has it is changed. Raises ChangedMeanwhile when it has another, or
    is gone, and AlreadyExists when another row has what must be unique.
    """
    same = sa.and_(*(column == row[column.name] for column in table.primary_key))
    if version is not None:
        same = sa.and_(same, table.c.version == version)
    grown = {"version": table.c.version + 1} if "version" in table.c else {}
    try:
        if connection.execute(sa.update(table).where(same).values(**row, **grown)).rowcount:
            return
        if version is not None:
            raise ChangedMeanwhile(
                f"Somebody else changed one of the {table.name} in the meantime; nothing was saved.",
                do="Read it again, and make your change anew.",
            )
        connection.execute(sa.insert(table).values(**row))
    except IntegrityError as error:
        raise AlreadyExists(
            f"Another of the {table.name} has this name already, or stands for the same thing.",
            do="Choose another name, or use the one that exists.",
        ) from error


def put_all(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Change the rows with these primary keys, or add them, in one statement; all name the same columns.

    For tables in which nothing but the primary key has to be unique.
    """
    if not rows:
        return
    insert = INSERT[connection.dialect.name](table)
    keys = list(table.primary_key)
    told = {name: insert.excluded[name] for name in rows[0] if table.c[name] not in keys}
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=told), list(rows))


def labelled(columns: Iterable[sa.ColumnElement[Any]], noun: str) -> tuple[sa.Label[Any], ...]:
    """Name columns so that several nouns can stand in one row: `source_id`, `credential_id`."""
    return tuple(column.label(f"{noun}_{column.key}") for column in columns)


def in_parts(ids: Collection[str]) -> Iterator[Sequence[str]]:
    """Ids, as many at a time as one query takes."""
    listed = list(ids)
    return (listed[begin : begin + AT_ONCE] for begin in range(0, len(listed), AT_ONCE))
