"""Stored syncs: what ran, when, and how it ended. Those that wait for a worker: `queue`."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from counterfoil.errors import NotFound
from counterfoil.model.outcome import Totals
from counterfoil.model.source import Source
from counterfoil.model.sync import Cause, Sync, SyncState
from counterfoil.model.verification import Verify
from counterfoil.store import schema, sources
from counterfoil.store.db import Database
from counterfoil.store.rows import labelled, put

COLUMNS = (*labelled(schema.syncs.c, "sync"), *sources.COLUMNS)
JOINED = schema.syncs.join(sources.JOINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which syncs are wanted: those that fit everything given. `since` and `until` (aware) bound their start."""

    source_id: str | None = None
    states: frozenset[SyncState] | None = None
    causes: frozenset[Cause] | None = None
    since: datetime | None = None
    until: datetime | None = None


def save(db: Database, sync: Sync) -> None:
    """Keep a sync as it stands now: at its start, and again at its end."""
    with db.writing() as transaction:
        put(transaction, schema.syncs, to_row(sync))
        judge(transaction, sync)


def judge(transaction: sa.Connection, sync: Sync) -> None:
    """Let the source know a sync that ended by itself, by which it is judged from then on."""
    if sync.state in (SyncState.SUCCEEDED, SyncState.PARTIAL, SyncState.FAILED):
        source = sa.update(schema.sources).where(schema.sources.c.id == sync.source.id)
        transaction.execute(source.values(judged_by=sync.id))


def save_totals(db: Database, sync_id: str, totals: Totals) -> None:
    """Keep what a running sync has come to so far; its state stays as it is."""
    with db.writing() as transaction:
        sync = sa.update(schema.syncs).where(schema.syncs.c.id == sync_id)
        transaction.execute(sync.values(totals=asdict(totals)))


def with_id(db: Database, sync_id: str) -> Sync:
    """The sync of this id. Raises NotFound."""
    found = select(db, schema.syncs.c.id == sync_id, limit=1)
    if not found:
        raise NotFound(f"There is no sync {sync_id!r}.", do="List them: counterfoil syncs list")
    return found[0]


def with_ids(db: Database, ids: Collection[str]) -> tuple[Sync, ...]:
    """Those of these few ids that there are, the newest first."""
    return select(db, schema.syncs.c.id.in_(ids)) if ids else ()


def latest(
    db: Database,
    source: Source | None = None,
    *,
    limit: int = 50,
    wish: Wish | None = None,
    before: Sync | None = None,
) -> tuple[Sync, ...]:
    """The newest syncs first, of one source or of all; a next page holds those before the last one of this."""
    conditions = list(_wished(wish or Wish()))
    if source is not None:
        conditions.append(schema.syncs.c.source_id == source.id)
    if before is not None:
        began = schema.syncs.c.started_at
        same = sa.and_(began == before.started_at, schema.syncs.c.id > before.id)
        conditions.append(sa.or_(began < before.started_at, same))
    return select(db, sa.and_(sa.true(), *conditions), limit=limit)


def known(db: Database, ids: Collection[str]) -> frozenset[str]:
    """Those of these ids whose syncs are still remembered: history is forgotten in time."""
    query = sa.select(schema.syncs.c.id).where(schema.syncs.c.id.in_(ids))
    with db.reading() as transaction:
        return frozenset(transaction.execute(query).scalars())


def close_abandoned(db: Database, realm_id: str, now: datetime) -> int:
    """Mark as interrupted what still counts as running on a company, and answer how many.

    Only for who holds the company's lock: then no such sync can be alive. What a worker ran is left to `queue.reap`,
    which has it run again.
    """
    table = schema.syncs.c
    alive = sa.and_(table.state == str(SyncState.RUNNING), table.worker == "", of_company(realm_id))
    with db.writing() as transaction:
        ended = {"state": str(SyncState.INTERRUPTED), "ended_at": now}
        return transaction.execute(sa.update(schema.syncs).where(alive).values(**ended)).rowcount


def of_company(realm_id: str) -> sa.ColumnElement[bool]:
    """The condition that a sync reads this company."""
    reading = (
        sa.select(schema.sources.c.id)
        .select_from(sources.JOINED)
        .where(schema.credentials.c.realm_id == realm_id)
    )
    return schema.syncs.c.source_id.in_(reading)


def select(db: Database, condition: sa.ColumnElement[bool], *, limit: int | None = None) -> tuple[Sync, ...]:
    """Those for which a condition holds, the newest first."""
    order = (schema.syncs.c.started_at.desc(), schema.syncs.c.id)
    query = sa.select(*COLUMNS).select_from(JOINED).where(condition).order_by(*order).limit(limit)
    with db.reading() as transaction:
        return tuple(from_row(row) for row in transaction.execute(query).mappings())


def _wished(wish: Wish) -> Iterable[sa.ColumnElement[bool]]:
    table = schema.syncs.c
    if wish.source_id is not None:
        yield table.source_id == wish.source_id
    if wish.states is not None:
        yield table.state.in_(sorted(map(str, wish.states)))
    if wish.causes is not None:
        yield table.cause.in_(sorted(map(str, wish.causes)))
    if wish.since is not None:
        yield table.started_at >= wish.since
    if wish.until is not None:
        yield table.started_at < wish.until


def to_row(sync: Sync) -> dict[str, Any]:
    """A sync as its columns hold it."""
    return {
        "id": sync.id,
        "source_id": sync.source.id,
        "state": str(sync.state),
        "started_at": sync.started_at,
        "ended_at": sync.ended_at,
        "totals": asdict(sync.totals),
        "code": sync.code,
        "what": sync.what,
        "do": sync.do,
        "asked_at": sync.asked_at,
        "cause": str(sync.cause),
        "streams": None if sync.streams is None else sorted(sync.streams),
        "full": sync.full,
        "since": sync.since,
        "verify": str(sync.verify),
        "large": sync.large,
        "attempts": sync.attempts,
        "worker": sync.worker,
    }


def from_row(row: Any) -> Sync:
    """Read a sync from a row that holds COLUMNS."""
    streams = row["sync_streams"]
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
        asked_at=row["sync_asked_at"],
        cause=Cause(row["sync_cause"]),
        streams=None if streams is None else frozenset(streams),
        full=row["sync_full"],
        since=row["sync_since"],
        verify=Verify(row["sync_verify"]),
        large=row["sync_large"],
        cancel_asked_at=row["sync_cancel_asked_at"],
        attempts=row["sync_attempts"],
        worker=row["sync_worker"],
    )
