"""Stored consents: each is one way through the browser to Intuit and back, walked once."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from counterfoil.model.credential import Environment
from counterfoil.store.db import Database
from counterfoil.store.service_schema import consents


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingConsent:
    """A question to Intuit that has not been answered, or what became of it.

    `state` travels through the browser and is stored only as a digest, which is also the consent's `id`.
    """

    id: str
    actor_id: str
    session: str  # the digest of the browser's session; empty when a key asked
    name: str
    environment: Environment
    credential_id: str | None  # a reconnect: of this one's company only
    redirect_uri: str
    back: str
    created_at: datetime  # aware, UTC
    ends_at: datetime
    used_at: datetime | None = None
    result: str = ""  # the credential's id
    code: str = ""
    what: str = ""
    do: str = ""


def id_of(state: str) -> str:
    """The digest under which a state is stored."""
    return hashlib.sha256(b"counterfoil consent\x00" + state.encode()).hexdigest()


def add(db: Database, consent: PendingConsent) -> None:
    """Keep a question."""
    fields = (
        "actor_id", "session", "name", "credential_id", "redirect_uri", "back", "created_at", "ends_at",
    )  # fmt: skip
    with db.writing() as connection:
        values = {name: getattr(consent, name) for name in fields}
        connection.execute(
            sa.insert(consents).values(digest=consent.id, environment=str(consent.environment), **values)
        )


def with_id(db: Database, consent_id: str) -> PendingConsent | None:
    """One question, or None."""
    with db.reading() as connection:
        query = sa.select(consents).where(consents.c.digest == consent_id)
        row = connection.execute(query).mappings().first()
    return None if row is None else _consent(row)


def take(db: Database, consent_id: str, now: datetime) -> bool:
    """Use a question up; False when it was used, is over, or never was. Of two at once, one gets True."""
    alive = sa.and_(consents.c.digest == consent_id, consents.c.used_at.is_(None), consents.c.ends_at > now)
    with db.writing() as connection:
        return connection.execute(sa.update(consents).where(alive).values(used_at=now)).rowcount == 1


def note_result(
    db: Database, consent_id: str, *, result: str = "", error: tuple[str, str, str] = ("", "", "")
) -> None:
    """Keep what came of it: a credential's id, or an error's code, what and do."""
    code, what, do = error
    with db.writing() as connection:
        connection.execute(
            sa.update(consents)
            .where(consents.c.digest == consent_id)
            .values(result=result, code=code, what=what, do=do)
        )


def _consent(row: Any) -> PendingConsent:
    fields = {name: row[name] for name in PendingConsent.__slots__ if name not in ("id", "environment")}
    return PendingConsent(id=row["digest"], environment=Environment(row["environment"]), **fields)
