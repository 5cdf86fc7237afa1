"""Stored guesses: how often each subject was tried. A subject is an account, an address, or both together."""

import hashlib
from datetime import datetime

import sqlalchemy as sa

from counterfoil.model.guess import Allowance, Guesses
from counterfoil.store.db import Database
from counterfoil.store.rows import INSERT
from counterfoil.store.service_schema import guesses


def subject(*parts: str) -> str:
    """Name a subject. A digest, so that no list of addresses and people lies in the store."""
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def of(db: Database, about: str, now: datetime) -> Guesses | None:
    """What was counted of a subject; None when nothing was, or its time is over."""
    query = sa.select(guesses.c.count, guesses.c.until).where(
        guesses.c.subject == about, guesses.c.until > now
    )
    with db.reading() as connection:
        row = connection.execute(query).first()
    return None if row is None else Guesses(count=row[0], until=row[1])


def count(db: Database, about: str, allowance: Allowance, now: datetime) -> Guesses:
    """Count one guess and answer the count with it: one statement, so that guesses side by side all count."""
    over = guesses.c.until <= now
    row = {"subject": about, "count": 1, "since": now, "until": now + allowance.window}
    insert = INSERT[db.engine.dialect.name](guesses).values(**row)
    told = {
        "count": sa.case((over, 1), else_=guesses.c.count + 1),
        "since": sa.case((over, insert.excluded.since), else_=guesses.c.since),
        "until": sa.case((over, insert.excluded.until), else_=guesses.c.until),
    }
    counted = insert.on_conflict_do_update(index_elements=[guesses.c.subject], set_=told)
    with db.writing() as connection:
        found = connection.execute(counted.returning(guesses.c.count, guesses.c.until)).one()
    return Guesses(count=found[0], until=found[1])


def give_back(db: Database, about: str) -> None:
    """Take one guess off again: it was no guess."""
    with db.writing() as connection:
        mine = sa.and_(guesses.c.subject == about, guesses.c.count > 0)
        connection.execute(sa.update(guesses).where(mine).values(count=guesses.c.count - 1))


def clear(db: Database, about: str) -> None:
    """Begin anew with a subject."""
    with db.writing() as connection:
        connection.execute(sa.delete(guesses).where(guesses.c.subject == about))


def keep(db: Database, about: str, *, now: datetime, until: datetime) -> None:
    """Remember a subject until then, without a guess; and forget all whose time is over."""
    row = {"subject": about, "count": 0, "since": now, "until": until}
    insert = INSERT[db.engine.dialect.name](guesses).values(**row)
    with db.writing() as connection:
        connection.execute(sa.delete(guesses).where(guesses.c.until <= now))
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=[guesses.c.subject], set_={"until": insert.excluded.until}
            )
        )
