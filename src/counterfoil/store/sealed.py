"""Every sealed secret of every table, sealed anew when the key changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from counterfoil.errors import SecretKeyMissing
from counterfoil.store import service_schema  # noqa: F401 - its tables are of the same metadata
from counterfoil.store.db import Database
from counterfoil.store.schema import metadata

ROUNDS = 5
"""How often what changed meanwhile is looked at again; whoever saves meanwhile seals with the new key anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A secret that no key at hand opens: its table, its row's primary key and name, its column."""

    table: str
    row: str
    name: str
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resealed:
    """How many secrets were sealed anew, and which could not be."""

    count: int
    lost: tuple[Lost, ...]


def columns() -> Iterator[tuple[sa.Table, sa.Column[Any], sa.Column[Any]]]:
    """Every column that holds sealed secrets, with its table and that table's primary key: all binary ones do."""
    for table in metadata.sorted_tables:
        for column in table.c:
            if isinstance(column.type, sa.LargeBinary):
                (key,) = table.primary_key
                yield table, key, column


def reseal(db: Database) -> Resealed:
    """Seal with the newest key what an older one sealed.

    Secret by secret, each in one statement that leaves alone what somebody changed meanwhile: killed at any
    instant, each is sealed with the one key or the other, and the next call does the rest.
    """
    count = 0
    for _ in range(ROUNDS):
        old = [(table, key, column, row) for table, key, column in columns() for row in _old(db, key, column)]
        done = [_seal_anew(db, table, key, column, *row) for table, key, column, row in old]
        count += sum(one is None for one in done)
        if all(one is not None for one in done):
            break
    return Resealed(count=count, lost=tuple(one for one in done if one is not None))


def any_old(db: Database) -> bool:
    """Tell whether anything is sealed with another key than the newest."""
    return any(_old(db, key, column) for _, key, column in columns())


def _old(db: Database, key: sa.Column[Any], column: sa.Column[Any]) -> list[tuple[str, bytes]]:
    with db.reading() as connection:
        found = connection.execute(sa.select(key, column).where(column.is_not(None))).all()
    return [(row, bytes(sealed)) for row, sealed in found if not db.vault.is_newest(bytes(sealed))]


def _seal_anew(
    db: Database, table: sa.Table, key: sa.Column[Any], column: sa.Column[Any], row: str, sealed: bytes
) -> Lost | None:
    place = {"table": table.name, "row": row, "column": column.name}
    try:
        fresh = db.vault.seal(db.vault.open(sealed, **place), **place)
    except SecretKeyMissing:
        return Lost(**place, name=_name(db, table, key, row))
    same = sa.and_(key == row, column == sealed)
    with db.writing() as connection:
        connection.execute(sa.update(table).where(same).values({column: fresh}))
    return None


def _name(db: Database, table: sa.Table, key: sa.Column[Any], row: str) -> str:
    if "name" not in table.c:
        return row
    with db.reading() as connection:
        return str(connection.execute(sa.select(table.c.name).where(key == row)).scalar() or row)
