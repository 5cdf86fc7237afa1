"""Stored drafts of sources."""

from typing import Any

import msgspec
import sqlalchemy as sa

from counterfoil.model.draft_source import Choices, DraftSource
from counterfoil.store.db import Database
from counterfoil.store.rows import put
from counterfoil.store.service_schema import drafts


def save(db: Database, draft: DraftSource) -> None:
    """Keep a draft as it stands."""
    with db.writing() as connection:
        put(
            connection,
            drafts,
            {
                "id": draft.id,
                "user_id": draft.user_id,
                "choices": msgspec.to_builtins(draft.choices),
                "created_at": draft.created_at,
                "changed_at": draft.changed_at,
            },
        )


def of_user(db: Database, user_id: str) -> tuple[DraftSource, ...]:
    """A user's drafts, the newest first."""
    query = sa.select(drafts).where(drafts.c.user_id == user_id).order_by(drafts.c.changed_at.desc())
    with db.reading() as connection:
        return tuple(_draft(row) for row in connection.execute(query).mappings())


def every(db: Database) -> tuple[DraftSource, ...]:
    """All drafts, the newest first."""
    with db.reading() as connection:
        rows = connection.execute(sa.select(drafts).order_by(drafts.c.changed_at.desc())).mappings()
        return tuple(_draft(row) for row in rows)


def with_id(db: Database, draft_id: str) -> DraftSource | None:
    """One draft, or None."""
    with db.reading() as connection:
        row = connection.execute(sa.select(drafts).where(drafts.c.id == draft_id)).mappings().first()
    return None if row is None else _draft(row)


def remove(db: Database, draft_id: str) -> None:
    """Forget a draft."""
    with db.writing() as connection:
        connection.execute(sa.delete(drafts).where(drafts.c.id == draft_id))


def _draft(row: Any) -> DraftSource:
    return DraftSource(
        id=row["id"],
        user_id=row["user_id"],
        choices=msgspec.convert(row["choices"], type=Choices),
        created_at=row["created_at"],
        changed_at=row["changed_at"],
    )
