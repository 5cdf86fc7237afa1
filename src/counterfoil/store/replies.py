"""Stored replies: what was answered to a POST with an Idempotency-Key, so that a repeat does nothing twice.

An answer may hold a secret that is shown once, so it is sealed, bound to who asked and the key.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from counterfoil.store.db import Database
from counterfoil.store.rows import INSERT
from counterfoil.store.service_schema import replies


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer. `status` None: the request is still being answered. `request` is a digest of what was asked."""

    request: str
    created_at: datetime  # aware, UTC
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)


def begin(db: Database, actor_id: str, key: str, *, request: str, now: datetime) -> bool:
    """Claim the key for a request; False when it is claimed already."""
    row = {"actor_id": actor_id, "key": key, "request": request, "headers": {}, "created_at": now}
    with db.writing() as transaction:
        insert = INSERT[transaction.dialect.name](replies).values(**row).on_conflict_do_nothing()
        # Asked for what was inserted: PostgreSQL's driver does not count it.
        return transaction.execute(insert.returning(replies.c.key)).first() is not None


def of(db: Database, actor_id: str, key: str) -> Reply | None:
    """What stands under the key. Raises SecretKeyMissing."""
    with db.reading() as transaction:
        row = transaction.execute(sa.select(replies).where(_same(actor_id, key))).mappings().first()
    if row is None:
        return None
    sealed = base64.b64decode(row["body"])
    place = _place(actor_id, key)
    return Reply(
        request=row["request"],
        created_at=row["created_at"],
        status=row["status"],
        headers=row["headers"],
        body=db.vault.open(sealed, table="replies", row=place, column="body") if sealed else b"",
    )


def keep(
    db: Database, actor_id: str, key: str, *, status: int, headers: Mapping[str, str], body: bytes
) -> None:
    """Keep the answer for repeats."""
    sealed = db.vault.seal(body, table="replies", row=_place(actor_id, key), column="body")
    told = {"status": status, "headers": dict(headers), "body": base64.b64encode(sealed).decode()}
    with db.writing() as transaction:
        transaction.execute(sa.update(replies).where(_same(actor_id, key)).values(**told))


def forget(db: Database, actor_id: str, key: str) -> None:
    """Free the key: nothing came of the request, or its answer is too old."""
    with db.writing() as transaction:
        transaction.execute(sa.delete(replies).where(_same(actor_id, key)))


def _same(actor_id: str, key: str) -> sa.ColumnElement[bool]:
    return sa.and_(replies.c.actor_id == actor_id, replies.c.key == key)


def _place(actor_id: str, key: str) -> str:
    return f"{actor_id}\x00{key}"
