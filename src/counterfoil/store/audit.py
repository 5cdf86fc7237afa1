"""The audit trail: who did what to which thing and when. Lines are only ever added."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from counterfoil.model.actor import Actor
from counterfoil.model.entry import Chosen, Entry, Words
from counterfoil.store.db import Database
from counterfoil.store.service_schema import audit

LOOKED_THROUGH = 5_000


def add(
    db: Database,
    actor: Actor,
    at: datetime,
    deed: str,
    thing: tuple[str, str, str],
    detail: Mapping[str, Any],
) -> None:
    """Write a line. `deed` is a verb in the past, `thing` its noun, id and name; the detail holds no secret."""
    noun, thing_id, name = thing
    with db.writing() as transaction:
        transaction.execute(
            sa.insert(audit).values(
                at=at,
                actor_kind=str(actor.kind),
                actor_id=actor.id,
                actor_name=actor.name,
                deed=deed,
                noun=noun,
                thing_id=thing_id,
                thing_name=name,
                detail=dict(detail),
            )
        )


def entries(db: Database, chosen: Chosen, *, before: int | None, limit: int) -> tuple[Entry, ...]:
    """The newest lines first, of those with a number below `before`."""
    query = sa.select(audit).where(*_conditions(chosen)).order_by(audit.c.n.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.n < before)
    with db.reading() as transaction:
        return tuple(Entry(**row) for row in transaction.execute(query).mappings())


def words(db: Database) -> Words:
    """What the newest lines speak of; all lines are too many to look through for a page."""
    newest = (
        sa.select(audit.c.actor_name, audit.c.deed, audit.c.noun)
        .order_by(audit.c.n.desc())
        .limit(LOOKED_THROUGH)
        .subquery()
    )
    with db.reading() as transaction:
        rows = transaction.execute(sa.select(newest).distinct()).all()
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    actors, deeds, nouns = (tuple(sorted(set(column), key=str.casefold)) for column in columns)
    return Words(actors=actors, deeds=deeds, nouns=nouns)


def _conditions(chosen: Chosen) -> list[sa.ColumnElement[bool]]:
    wanted: list[sa.ColumnElement[bool]] = []
    if chosen.actor:
        wanted.append(sa.or_(audit.c.actor_id == chosen.actor, audit.c.actor_name == chosen.actor))
    if chosen.thing:
        wanted.append(sa.or_(audit.c.thing_id == chosen.thing, audit.c.thing_name == chosen.thing))
    if chosen.deed:
        wanted.append(audit.c.deed == chosen.deed)
    if chosen.noun:
        wanted.append(audit.c.noun == chosen.noun)
    if chosen.since is not None:
        wanted.append(audit.c.at >= chosen.since)
    if chosen.until is not None:
        wanted.append(audit.c.at < chosen.until)
    return wanted
