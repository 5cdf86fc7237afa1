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
    return next(iter(_select(db, sessions.c.digest == digest)), None)


def alive(db: Database, now: datetime, user_id: str | None = None) -> tuple[Session, ...]:
    """All sessions that stand for somebody now, of one user or of all; those that were used last come first."""
    whose = sa.true() if user_id is None else sessions.c.user_id == user_id
    return tuple(session for session in _select(db, whose) if session.alive(now))


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


def end_others(db: Database, user_id: str, kept: str) -> int:
    """Forget all sessions of a user but the one with the digest `kept`; answer how many those were."""
    others = sa.and_(sessions.c.user_id == user_id, sessions.c.digest != kept)
    with db.writing() as connection:
        return connection.execute(sa.delete(sessions).where(others)).rowcount


def forget_ended(db: Database, now: datetime) -> None:
    """Forget what ended by itself."""
    over = sa.or_(sessions.c.ends_at <= now, sessions.c.seen_at <= now - IDLE)
    with db.writing() as connection:
        connection.execute(sa.delete(sessions).where(over))


def _select(db: Database, condition: sa.ColumnElement[bool]) -> tuple[Session, ...]:
    query = sa.select(*COLUMNS).select_from(sessions.join(users_table)).where(condition)
    with db.reading() as connection:
        rows = connection.execute(query.order_by(sessions.c.seen_at.desc())).mappings().all()
    return tuple(
        Session(
            digest=row["session_digest"],
            user=users.from_row(row),
            created_at=row["session_created_at"],
            seen_at=row["session_seen_at"],
            ends_at=row["session_ends_at"],
        )
        for row in rows
    )
