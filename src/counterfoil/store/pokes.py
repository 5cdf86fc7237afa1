"""Pokes: a webhook told of changes in a company, so its sources are to be synced soon.

A poke stands on the source until it is taken, in the transaction that asks for a sync. One that comes while a sync
runs stays, and leads to another sync: that one may have read already.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from counterfoil.model.source import Source
from counterfoil.model.sync import Cause
from counterfoil.store import schema, service_schema
from counterfoil.store.db import Database
from counterfoil.store.rows import INSERT
from counterfoil.store.sources import COLUMNS, JOINED, from_row

deliveries = service_schema.deliveries
sources, credentials, syncs = schema.sources, schema.credentials, schema.syncs

AT_ONCE = 1000
"""Rows of one statement: databases limit the number of its values."""


def hear(db: Database, events: Mapping[str, str], now: datetime) -> frozenset[str]:
    """Note events, each an id and the company it tells of; answer with the companies of which any is new."""
    insert = (
        INSERT[db.engine.dialect.name](deliveries).on_conflict_do_nothing().returning(deliveries.c.realm_id)
    )
    rows = [
        {"id": event, "realm_id": realm_id, "received_at": now} for event, realm_id in sorted(events.items())
    ]
    new: set[str] = set()
    with db.writing() as transaction:
        for first in range(0, len(rows), AT_ONCE):
            new.update(transaction.execute(insert.values(rows[first : first + AT_ONCE])).scalars())
    return frozenset(new)


def ask(
    db: Database, realm_ids: Iterable[str], now: datetime, *, wait: timedelta, gap: timedelta
) -> Mapping[str, int]:
    """Poke every source of these companies that is not paused; how many each company has.

    A poke is due after `wait`, in which more events may come, and no earlier than `gap` after the last sync that a
    webhook caused. One that stands already stays as it is.
    """
    realms = set(realm_ids)
    last = (
        sa.select(sa.func.max(syncs.c.asked_at))
        .where(syncs.c.source_id == sources.c.id, syncs.c.cause == str(Cause.WEBHOOK))
        .scalar_subquery()
    )
    query = (
        sa.select(sources.c.id, sources.c.paused, credentials.c.realm_id, last.label("last"))
        .select_from(JOINED)
        .where(credentials.c.realm_id.in_(realms))
    )
    known: dict[str, int] = {}
    with db.writing() as transaction:
        for row in transaction.execute(query).all():
            known[row.realm_id] = known.get(row.realm_id, 0) + 1
            if not row.paused:
                due = now + wait if row.last is None else max(now + wait, row.last + gap)
                this = sa.update(sources).where(sources.c.id == row.id, sources.c.poke_due_at.is_(None))
                transaction.execute(this.values(poke_due_at=due))
    return known


def take(db: Database, now: datetime) -> tuple[Source, ...]:
    """Take every poke that is due, and answer with the sources; of two processes one gets each.

    To be called with the open transaction in which the syncs are asked for: then no poke is lost to a crash. A
    paused source's poke goes, without an answer.
    """
    due = sa.update(sources).where(sources.c.poke_due_at <= now).values(poke_due_at=None)
    with db.writing() as transaction:
        taken = transaction.execute(due.returning(sources.c.id)).scalars().all()
        chosen = sa.and_(sources.c.id.in_(taken), ~sources.c.paused)
        rows = transaction.execute(sa.select(*COLUMNS).select_from(JOINED).where(chosen)).mappings().all()
        return tuple(from_row(row) for row in rows)


def next_due(db: Database) -> datetime | None:
    """When the next poke is due, so that nobody has to look more often; None when no source is poked."""
    with db.reading() as transaction:
        moment: datetime | None = transaction.execute(sa.select(sa.func.min(sources.c.poke_due_at))).scalar()
        return moment
