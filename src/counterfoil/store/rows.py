"""Rows, in and out, the same way for every noun."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from counterfoil.errors import AlreadyExists


def put(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> None:
    """Change the row with this primary key, or add it when there is none.

    Raises AlreadyExists when another row has what must be unique.
    """
    same = sa.and_(*(column == row[column.name] for column in table.primary_key))
    try:
        if connection.execute(sa.update(table).where(same).values(**row)).rowcount == 0:
            connection.execute(sa.insert(table).values(**row))
    except IntegrityError as error:
        raise AlreadyExists(
            f"Another of the {table.name} has this name already, or stands for the same thing.",
            do="Choose another name, or use the one that exists.",
        ) from error


def labelled(columns: Iterable[sa.ColumnElement[Any]], noun: str) -> tuple[sa.Label[Any], ...]:
    """Name columns so that several nouns can stand in one row: `source_id`, `credential_id`."""
    return tuple(column.label(f"{noun}_{column.key}") for column in columns)
