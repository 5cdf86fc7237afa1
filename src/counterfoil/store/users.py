"""Stored users; their passwords, as salted hashes, come out by a door of their own."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from counterfoil.errors import NotFound
from counterfoil.model.actor import Role
from counterfoil.model.user import User
from counterfoil.store.db import Database
from counterfoil.store.rows import labelled, put
from counterfoil.store.service_schema import users

SECRETS = ("password", "subject")
COLUMNS = (
    *labelled((column for column in users.c if column.name not in SECRETS), "user"),
    users.c.password.is_not(None).label("user_has_password"),
    users.c.subject.is_not(None).label("user_elsewhere"),
)


def save(db: Database, user: User, *, version: int | None = None) -> None:
    """Add a user, or change the one with this id; password and subject stay.

    Raises AlreadyExists, and ChangedMeanwhile when a `version` is given and is not the stored one.
    """
    with db.writing() as connection:
        put(
            connection,
            users,
            {
                "id": user.id,
                "email": user.email,
                "name": user.name,
                "role": str(user.role),
                "disabled": user.disabled,
                "created_at": user.created_at,
                "signed_in_at": user.signed_in_at,
            },
            version=version,
        )


def every(db: Database) -> tuple[User, ...]:
    """All users, by e-mail address."""
    return _select(db, sa.true())


def any_able(db: Database) -> bool:
    """Tell whether anybody can sign in."""
    return any(user.able for user in every(db))


def with_id(db: Database, user_id: str) -> User:
    """The user with this id. Raises NotFound."""
    return _one(_select(db, users.c.id == user_id), user_id)


def with_email(db: Database, email: str) -> User:
    """The user with this address, in lower case. Raises NotFound."""
    return _one(_select(db, users.c.email == email), email)


def with_subject(db: Database, subject: str) -> User | None:
    """Who this is at the OpenID provider; None when nobody signed in with it yet."""
    return next(iter(_select(db, users.c.subject == subject)), None)


def held(db: Database, user_id: str) -> User:
    """The user, held until the open transaction ends, together with all administrators. Raises NotFound.

    Two administrators who demote each other at the same moment wait for each other here.
    """
    rows = sa.or_(users.c.id == user_id, users.c.role == str(Role.ADMIN))
    with db.writing() as connection:
        connection.execute(sa.select(users.c.id).where(rows).order_by(users.c.id).with_for_update())
    return with_id(db, user_id)


def password_of(db: Database, user_id: str) -> str | None:
    """The salted hash of a user's password; None when there is none."""
    with db.reading() as connection:
        return connection.execute(sa.select(users.c.password).where(users.c.id == user_id)).scalar()


def note_signed_in(db: Database, user_id: str, now: datetime) -> None:
    """Remember when a user last signed in; that is no change of the user."""
    _change(db, user_id, signed_in_at=now)


def save_password(db: Database, user_id: str, hashed: str) -> None:
    """Keep the salted hash of a user's password."""
    _change(db, user_id, password=hashed)


def save_subject(db: Database, user_id: str, subject: str) -> None:
    """Remember who this user is at the OpenID provider."""
    _change(db, user_id, subject=subject)


def remove(db: Database, user_id: str) -> None:
    """Forget a user with all sessions and links."""
    with db.writing() as connection:
        connection.execute(sa.delete(users).where(users.c.id == user_id))


def from_row(row: Any) -> User:
    """Read a user from a row that holds COLUMNS."""
    return User(
        id=row["user_id"],
        email=row["user_email"],
        name=row["user_name"],
        role=Role(row["user_role"]),
        created_at=row["user_created_at"],
        disabled=row["user_disabled"],
        has_password=bool(row["user_has_password"]),
        elsewhere=bool(row["user_elsewhere"]),
        signed_in_at=row["user_signed_in_at"],
        version=row["user_version"],
    )


def _select(db: Database, condition: sa.ColumnElement[bool]) -> tuple[User, ...]:
    query = sa.select(*COLUMNS).where(condition).order_by(users.c.email)
    with db.reading() as connection:
        return tuple(from_row(row) for row in connection.execute(query).mappings())


def _one(found: tuple[User, ...], who: str) -> User:
    if not found:
        raise NotFound(f"There is no user {who[:100]!r}.", do="List them: counterfoil users list")
    return found[0]


def _change(db: Database, user_id: str, **values: Any) -> None:
    with db.writing() as connection:
        statement = sa.update(users).where(users.c.id == user_id).values(**values)
        if connection.execute(statement).rowcount == 0:
            raise NotFound("This user was removed meanwhile.")
