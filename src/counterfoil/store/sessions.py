"""Stored sessions, by the digest of the word that only the browser has."""

from datetime import datetime

import sqlalchemy as sa

from counterfoil.model.session import IDLE, Session
from counterfoil.store import users
from counterfoil.store.db import Database
from counterfoil.store.rows import labelled
from counterfoil.store.service_schema import sessions
from counterfoil.store.service_schema import users as users_table

COLUMNS = (
    *labelled((column for column in sessions.c if column.name != "user_id"), "session"),
    *users.COLUMNS,
)


def add(db: Database, session: Session) -> None:
    """Keep a session."""
    with db.writing() as connection:
        connection.execute(
            sa.insert(sessions).values(
                digest=session.digest,
                user_id=session.user.id,
                created_at=session.created_at,
                seen_at=session.seen_at,
                ends_at=session.ends_at,
            )
        )


def of(db: Database, digest: str) -> Session | None:
    """The session with this digest, with its user as it is now."""
    query = sa.select(*COLUMNS).select_from(sessions.join(users_table)).where(sessions.c.digest == digest)
    with db.reading() as connection:
        row = connection.execute(query).mappings().first()
    if row is None:
        return None
    return Session(
        digest=row["session_digest"],
        user=users.from_row(row),
        created_at=row["session_created_at"],
        seen_at=row["session_seen_at"],
        ends_at=row["session_ends_at"],
    )


def note_seen(db: Database, digest: str, now: datetime) -> None:
    """Remember that a session was used."""
    with db.writing() as connection:
        connection.execute(sa.update(sessions).where(sessions.c.digest == digest).values(seen_at=now))


def end(db: Database, digest: str) -> bool:
    """Forget one session; tell whether there was one."""
    with db.writing() as connection:
        return connection.execute(sa.delete(sessions).where(sessions.c.digest == digest)).rowcount > 0


def end_all(db: Database, user_id: str) -> int:
    """Forget all sessions of a user; answer how many those were."""
    with db.writing() as connection:
        return connection.execute(sa.delete(sessions).where(sessions.c.user_id == user_id)).rowcount


def forget_ended(db: Database, now: datetime) -> None:
    """Forget what ended by itself."""
    over = sa.or_(sessions.c.ends_at <= now, sessions.c.seen_at <= now - IDLE)
    with db.writing() as connection:
        connection.execute(sa.delete(sessions).where(over))
