"""Stored keys, by the digest of the word that only their holder has."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from counterfoil.errors import NotFound
from counterfoil.model.actor import Role
from counterfoil.model.key import Key
from counterfoil.store.db import Database
from counterfoil.store.rows import put
from counterfoil.store.service_schema import keys


def add(db: Database, key: Key) -> None:
    """Keep a key. Raises AlreadyExists."""
    with db.writing() as connection:
        put(
            connection,
            keys,
            {
                "id": key.id,
                "name": key.name,
                "role": str(key.role),
                "digest": key.digest,
                "hint": key.hint,
                "created_by": key.created_by,
                "created_at": key.created_at,
                "used_at": key.used_at,
                "ends_at": key.ends_at,
            },
        )


def every(db: Database) -> tuple[Key, ...]:
    """All keys, by name."""
    with db.reading() as connection:
        return tuple(
            _key(row) for row in connection.execute(sa.select(keys).order_by(keys.c.name)).mappings()
        )


def find(db: Database, which: str) -> Key:
    """The key with this id, else with this name. Raises NotFound."""
    for column in (keys.c.id, keys.c.name):
        with db.reading() as connection:
            row = connection.execute(sa.select(keys).where(column == which)).mappings().first()
        if row is not None:
            return _key(row)
    raise NotFound(f"There is no key {which[:100]!r}.", do="List them: counterfoil keys list")


def with_digest(db: Database, digest: str) -> Key | None:
    """The key whose word has this digest."""
    with db.reading() as connection:
        row = connection.execute(sa.select(keys).where(keys.c.digest == digest)).mappings().first()
    return None if row is None else _key(row)


def note_used(db: Database, key_id: str, now: datetime) -> None:
    """Remember when a key was last used."""
    with db.writing() as connection:
        connection.execute(sa.update(keys).where(keys.c.id == key_id).values(used_at=now))


def remove(db: Database, key_id: str) -> None:
    """Forget a key: whoever sends it is refused from now on."""
    with db.writing() as connection:
        connection.execute(sa.delete(keys).where(keys.c.id == key_id))


def _key(row: Any) -> Key:
    return Key(**{**row, "role": Role(row["role"])})
