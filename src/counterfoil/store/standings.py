"""How each source stands: its newest syncs, its last success, what its warehouses said. For alerts and metrics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from counterfoil.model.sync import SyncState
from counterfoil.store import service_schema
from counterfoil.store.db import Database
from counterfoil.store.schema import connections, destinations, outcomes, sources, syncs

GOOD = (str(SyncState.SUCCEEDED), str(SyncState.PARTIAL))
JUDGED = (*GOOD, str(SyncState.FAILED))
"""Ended by themselves; cancelled and interrupted ones say nothing of what is wrong."""

WAREHOUSE = "warehouse."
"""How the codes of all errors begin that a warehouse causes."""
AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How one sync ended, in the words of its error; all empty when it succeeded."""

    sync_id: str
    code: str
    what: str
    do: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """One connection: which source feeds which destination."""

    destination_id: str
    destination: str
    source_id: str
    connection_id: str


def newest(db: Database, count: int, source_id: str | None = None) -> Mapping[str, tuple[Ended, ...]]:
    """By source, the last syncs that ended by themselves, the newest first, `count` at most."""
    inner = syncs.alias()
    last = (
        sa.select(inner.c.id)
        .where(inner.c.source_id == sources.c.id, inner.c.state.in_(JUDGED))
        .order_by(inner.c.started_at.desc(), inner.c.id)
        .limit(count)
        .correlate(sources)
    )
    query = (
        sa.select(sources.c.id.label("source"), syncs.c.id, syncs.c.code, syncs.c.what, syncs.c.do)
        .select_from(sources.join(syncs, syncs.c.id.in_(last)))
        .order_by(sources.c.id, syncs.c.started_at.desc(), syncs.c.id)
    )
    if source_id is not None:
        query = query.where(sources.c.id == source_id)
    found: dict[str, tuple[Ended, ...]] = {}
    with db.reading() as transaction:
        for row in transaction.execute(query):
            ended = Ended(sync_id=row.id, code=row.code, what=row.what, do=row.do)
            found[row.source] = (*found.get(row.source, ()), ended)
    return found


def last_success(db: Database, source_id: str | None = None) -> Mapping[str, datetime]:
    """By source, when the last sync began that landed anything; sources without one are missing."""
    inner = syncs.alias()
    last = (
        sa.select(inner.c.id)
        .where(inner.c.source_id == sources.c.id, inner.c.state.in_(GOOD))
        .order_by(inner.c.started_at.desc())
        .limit(1)
        .correlate(sources)
        .scalar_subquery()
    )
    query = sa.select(sources.c.id, syncs.c.started_at).select_from(sources.join(syncs, syncs.c.id == last))
    if source_id is not None:
        query = query.where(sources.c.id == source_id)
    with db.reading() as transaction:
        return {row.id: row.started_at for row in transaction.execute(query)}


def running_since(db: Database) -> Mapping[str, datetime]:
    """By source, when the sync began that runs now."""
    query = sa.select(syncs.c.source_id, sa.func.min(syncs.c.started_at).label("since"))
    running = query.where(syncs.c.state == str(SyncState.RUNNING)).group_by(syncs.c.source_id)
    with db.reading() as transaction:
        return {row.source_id: row.since for row in transaction.execute(running)}


def last_touched(db: Database, source_id: str) -> datetime | None:
    """When somebody last made, changed or resumed a source, by the audit trail."""
    audit = service_schema.audit
    query = sa.select(sa.func.max(audit.c.at)).where(audit.c.noun == "source", audit.c.thing_id == source_id)
    with db.reading() as transaction:
        moment: datetime | None = transaction.execute(query).scalar()
        return moment


def feeds(db: Database) -> tuple[Fed, ...]:
    """Every connection with its destination."""
    query = sa.select(
        connections.c.id,
        connections.c.source_id,
        destinations.c.id.label("destination_id"),
        destinations.c.name,
    ).select_from(connections.join(destinations))
    with db.reading() as transaction:
        return tuple(
            Fed(
                destination_id=row.destination_id,
                destination=row.name,
                source_id=row.source_id,
                connection_id=row.id,
            )
            for row in transaction.execute(query)
        )


def warehouse_faults(db: Database, sync_ids: Sequence[str]) -> Mapping[tuple[str, str], Ended]:
    """By sync and connection, what the warehouse said in those syncs; where it took all, nothing."""
    found: dict[tuple[str, str], Ended] = {}
    query = sa.select(outcomes).order_by(outcomes.c.sync_id, outcomes.c.connection_id, outcomes.c.stream)
    with db.reading() as transaction:
        for first in range(0, len(sync_ids), AT_ONCE):
            some = outcomes.c.sync_id.in_(sync_ids[first : first + AT_ONCE])
            for row in transaction.execute(query.where(some, outcomes.c.code.startswith(WAREHOUSE))):
                ended = Ended(sync_id=row.sync_id, code=row.code, what=row.what, do=row.do)
                found.setdefault((row.sync_id, row.connection_id), ended)
    return found


def ended_since(db: Database, moment: datetime) -> Mapping[str, int]:
    """How many syncs began since then and are over, by their state."""
    # Through the index by source and time; the one by state, which SQLite would choose, leads through all of them.
    state = sa.func.coalesce(syncs.c.state, "").label("state")
    recent = sa.and_(syncs.c.source_id.in_(sa.select(sources.c.id)), syncs.c.started_at > moment)
    query = sa.select(state, sa.func.count().label("number")).where(recent, syncs.c.ended_at.is_not(None))
    with db.reading() as transaction:
        return {row.state: row.number for row in transaction.execute(query.group_by(state))}
