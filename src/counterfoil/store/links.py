"""Stored links that work once, by the digest of the word in them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from counterfoil.model.actor import Role
from counterfoil.model.link import Link, Purpose
from counterfoil.store.db import Database
from counterfoil.store.service_schema import links


def add(db: Database, link: Link) -> None:
    """Keep a link, and forget those whose time is over."""
    with db.writing() as connection:
        connection.execute(sa.delete(links).where(links.c.ends_at <= link.created_at))
        connection.execute(
            sa.insert(links).values(
                digest=link.digest,
                purpose=str(link.purpose),
                user_id=link.user_id,
                role=str(link.role),
                created_at=link.created_at,
                ends_at=link.ends_at,
                used_at=link.used_at,
            )
        )


def of(db: Database, digest: str) -> Link | None:
    """The link with this digest."""
    with db.reading() as connection:
        row = connection.execute(sa.select(links).where(links.c.digest == digest)).mappings().first()
    return None if row is None else _link(row)


def open_ones(db: Database, now: datetime) -> Mapping[str, Link]:
    """The links that can still be used, by the id of the user whom they let in."""
    unused = sa.and_(links.c.used_at.is_(None), links.c.ends_at > now, links.c.user_id.is_not(None))
    with db.reading() as connection:
        rows = connection.execute(sa.select(links).where(unused)).mappings().all()
    return {row["user_id"]: _link(row) for row in rows}


def use(db: Database, digest: str, now: datetime) -> bool:
    """Use a link up; False when someone else was first, or its time is over."""
    unused = sa.and_(links.c.digest == digest, links.c.used_at.is_(None), links.c.ends_at > now)
    with db.writing() as connection:
        return connection.execute(sa.update(links).where(unused).values(used_at=now)).rowcount == 1


def forget(db: Database, user_id: str | None) -> None:
    """Forget the links of a user, so that none works any more; with None, those that make users."""
    mine = links.c.user_id.is_(None) if user_id is None else links.c.user_id == user_id
    with db.writing() as connection:
        connection.execute(sa.delete(links).where(mine))


def _link(row: Any) -> Link:
    return Link(**{**row, "purpose": Purpose(row["purpose"]), "role": Role(row["role"])})
