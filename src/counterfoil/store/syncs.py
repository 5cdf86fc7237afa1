"""Stored syncs: what ran, when, and how it ended."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from counterfoil.errors import NotFound
from counterfoil.model.outcome import Totals
from counterfoil.model.source import Source
from counterfoil.model.sync import Sync, SyncState
from counterfoil.store import schema, sources
from counterfoil.store.db import Database
from counterfoil.store.rows import labelled, put

COLUMNS = (*labelled(schema.syncs.c, "sync"), *sources.COLUMNS)
JOINED = schema.syncs.join(sources.JOINED)


def save(db: Database, sync: Sync) -> None:
    """Keep a sync as it stands now: at its start, and again at its end."""
    with db.writing() as transaction:
        put(
            transaction,
            schema.syncs,
            {
                "id": sync.id,
                "source_id": sync.source.id,
                "state": str(sync.state),
                "started_at": sync.started_at,
                "ended_at": sync.ended_at,
                "totals": asdict(sync.totals),
                "code": sync.code,
                "what": sync.what,
                "do": sync.do,
            },
        )


def save_totals(db: Database, sync_id: str, totals: Totals) -> None:
    """Keep what a running sync has come to so far; its state stays as it is."""
    with db.writing() as transaction:
        sync = sa.update(schema.syncs).where(schema.syncs.c.id == sync_id)
        transaction.execute(sync.values(totals=asdict(totals)))


def with_id(db: Database, sync_id: str) -> Sync:
    """The sync of this id. Raises NotFound."""
    found = _select(db, schema.syncs.c.id == sync_id, limit=1)
    if not found:
        raise NotFound(f"There is no sync {sync_id!r}.", do="List them: counterfoil syncs list")
    return found[0]


def latest(db: Database, source: Source | None = None, *, limit: int = 50) -> tuple[Sync, ...]:
    """The newest syncs first, of one source or of all."""
    return _select(db, sa.true() if source is None else schema.syncs.c.source_id == source.id, limit=limit)


def close_abandoned(db: Database, realm_id: str, now: datetime) -> int:
    """Mark as interrupted what still counts as running on a company, and answer how many.

    Only for who holds the company's lock: then no such sync can be alive.
    """
    of_company = (
        sa.select(schema.sources.c.id)
        .select_from(sources.JOINED)
        .where(schema.credentials.c.realm_id == realm_id)
    )
    alive = sa.and_(schema.syncs.c.state == str(SyncState.RUNNING), schema.syncs.c.source_id.in_(of_company))
    with db.writing() as transaction:
        ended = {"state": str(SyncState.INTERRUPTED), "ended_at": now}
        return transaction.execute(sa.update(schema.syncs).where(alive).values(**ended)).rowcount


def _select(db: Database, condition: sa.ColumnElement[bool], *, limit: int) -> tuple[Sync, ...]:
    order = (schema.syncs.c.started_at.desc(), schema.syncs.c.id)
    query = sa.select(*COLUMNS).select_from(JOINED).where(condition).order_by(*order).limit(limit)
    with db.reading() as transaction:
        return tuple(_sync(row) for row in transaction.execute(query).mappings())


def _sync(row: Any) -> Sync:
    return Sync(
        id=row["sync_id"],
        source=sources.from_row(row),
        state=SyncState(row["sync_state"]),
        started_at=row["sync_started_at"],
        ended_at=row["sync_ended_at"],
        totals=Totals(**row["sync_totals"]),
        code=row["sync_code"],
        what=row["sync_what"],
        do=row["sync_do"],
    )
