"""Stored destinations. Among their options secrets are references; those that people typed are kept apart, sealed."""

from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from counterfoil.errors import NotFound
from counterfoil.model.destination import Destination
from counterfoil.model.member import Union
from counterfoil.store.db import Database
from counterfoil.store.rows import labelled, put
from counterfoil.store.schema import destinations

COLUMNS = labelled((column for column in destinations.c if column.name != "secrets"), "destination")


def save(db: Database, destination: Destination, *, version: int | None = None) -> None:
    """Add a destination, or change the one with its id.

    With a `version`, only while it still has that one. Raises AlreadyExists, ChangedMeanwhile.
    """
    with db.writing() as connection:
        put(
            connection,
            destinations,
            {
                "id": destination.id,
                "name": destination.name,
                "kind": destination.kind,
                "options": dict(destination.options),
                "companies": _as_json(destination.companies),
                "created_at": destination.created_at,
            },
            version=version,
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


def companies(db: Database, destination: Destination) -> Union | None:
    """Which views are wanted over its companies by now: whoever holds the destination may have read it long ago."""
    query = sa.select(destinations.c.companies).where(destinations.c.id == destination.id)
    with db.reading() as connection:
        return _union(connection.execute(query).scalar())


def remove(db: Database, destination: Destination) -> None:
    """Forget a destination; the caller has seen that no connection needs it. The warehouse is left alone."""
    with db.writing() as connection:
        connection.execute(sa.delete(destinations).where(destinations.c.id == destination.id))


def save_secrets(db: Database, destination_id: str, secrets: Mapping[str, str]) -> None:
    """Seal and keep the secret options that people typed, by the option's name; those before them are forgotten."""
    place = {"table": "destinations", "row": destination_id, "column": "secrets"}
    sealed = db.vault.seal(msgspec.json.encode(dict(secrets)), **place) if secrets else None
    with db.writing() as connection:
        statement = sa.update(destinations).where(destinations.c.id == destination_id)
        connection.execute(statement.values(secrets=sealed))


def secrets(db: Database, destination_id: str) -> dict[str, str]:
    """The sealed options, opened. Raises SecretKeyMissing."""
    with db.reading() as connection:
        query = sa.select(destinations.c.secrets).where(destinations.c.id == destination_id)
        sealed = connection.execute(query).scalar()
    if sealed is None:
        return {}
    opened = db.vault.open(sealed, table="destinations", row=destination_id, column="secrets")
    return msgspec.json.decode(opened, type=dict[str, str])


def from_row(row: Any) -> Destination:
    """Read a destination from a row that holds COLUMNS."""
    return Destination(
        id=row["destination_id"],
        name=row["destination_name"],
        kind=row["destination_kind"],
        options=dict(row["destination_options"]),
        companies=_union(row["destination_companies"]),
        created_at=row["destination_created_at"],
        version=row["destination_version"],
    )


def _as_json(union: Union | None) -> dict[str, str] | None:
    return None if union is None else {"dataset": union.dataset, "currency": union.currency}


def _union(kept: Mapping[str, str] | None) -> Union | None:
    return None if kept is None else Union(dataset=kept["dataset"], currency=kept["currency"])
