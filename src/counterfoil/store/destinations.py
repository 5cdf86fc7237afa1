"""Stored destinations. Secrets among their options are references, never values."""

from typing import Any

import sqlalchemy as sa

from counterfoil.errors import NotFound
from counterfoil.model.destination import Destination
from counterfoil.store.db import Database
from counterfoil.store.rows import labelled, put
from counterfoil.store.schema import destinations

COLUMNS = labelled((column for column in destinations.c if column.name != "secrets"), "destination")


def save(db: Database, destination: Destination) -> None:
    """Add a destination, or change the one with its id. Raises AlreadyExists."""
    with db.writing() as connection:
        put(
            connection,
            destinations,
            {
                "id": destination.id,
                "name": destination.name,
                "kind": destination.kind,
                "options": dict(destination.options),
                "created_at": destination.created_at,
            },
        )


def every(db: Database) -> tuple[Destination, ...]:
    """All destinations, by name."""
    with db.reading() as connection:
        rows = connection.execute(sa.select(*COLUMNS).order_by(destinations.c.name)).mappings()
        return tuple(from_row(row) for row in rows)


def named(db: Database, name: str) -> Destination:
    """The destination of this name. Raises NotFound."""
    with db.reading() as connection:
        row = connection.execute(sa.select(*COLUMNS).where(destinations.c.name == name)).mappings().first()
    if row is None:
        raise NotFound(
            f"There is no destination named {name!r}.", do="List them: counterfoil destinations list"
        )
    return from_row(row)


def remove(db: Database, destination: Destination) -> None:
    """Forget a destination; the caller has seen that no connection needs it. The warehouse is left alone."""
    with db.writing() as connection:
        connection.execute(sa.delete(destinations).where(destinations.c.id == destination.id))


def from_row(row: Any) -> Destination:
    """Read a destination from a row that holds COLUMNS."""
    return Destination(
        id=row["destination_id"],
        name=row["destination_name"],
        kind=row["destination_kind"],
        options=dict(row["destination_options"]),
        created_at=row["destination_created_at"],
    )
