"""How every source stands, at a glance: quick with a thousand sources and a hundred thousand syncs."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from counterfoil.model.credential import CredentialState
from counterfoil.model.standing import Glance
from counterfoil.model.sync import SyncState
from counterfoil.store.db import Database
from counterfoil.store.rows import in_parts
from counterfoil.store.schema import credentials, sources, syncs

LANDED = (str(SyncState.SUCCEEDED), str(SyncState.PARTIAL))
UNDER_WAY = (str(SyncState.WAITING), str(SyncState.RUNNING))
STATES = {str(state): state for state in SyncState}
CREDENTIALS = {str(state): state for state in CredentialState}
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

SOURCES = (
    sa.select(
        sources.c.id,
        sources.c.name,
        sources.c.prefix,
        sources.c.paused,
        sources.c.created_at,
        sources.c.next_run_at,
        credentials.c.company_name,
        credentials.c.state,
        syncs.c.state.label("judged"),
        syncs.c.code,
        syncs.c.started_at,
        syncs.c.ended_at,
    )
    .select_from(sources.join(credentials).outerjoin(syncs, syncs.c.id == sources.c.judged_by))
    .order_by(sources.c.name)
)
"""Each source with its credential and the last sync that ended by itself; `_glance` unpacks it in this order."""

# Every page asks these: they are put together once.
SUSPECTS = SOURCES.where(
    sa.or_(
        credentials.c.state != str(CredentialState.CONNECTED),
        sources.c.next_run_at < sa.bindparam("late"),
        syncs.c.state == str(SyncState.FAILED),
    )
)
UNDER_WAY_NOW = (
    sa.select(syncs.c.source_id, syncs.c.state, syncs.c.started_at)
    .where(syncs.c.state.in_(UNDER_WAY))
    .order_by(syncs.c.state.desc())
)
NEWEST = (
    sa.select(syncs.c.started_at)
    .where(syncs.c.source_id == sources.c.id, syncs.c.state.in_(LANDED))
    .order_by(syncs.c.started_at.desc())
    .limit(1)
    .correlate(sources)
    .scalar_subquery()
)
LANDED_AT = (
    sa.select(sources.c.id, NEWEST.label("at"))
    .where(sources.c.id.in_(sa.bindparam("some", expanding=True)))
    .cte()
    .prefix_with("MATERIALIZED")
)
"""When the newest sync that landed began, of `some` sources; once for each source, not for each sync."""
FAILING = (
    sa.select(
        LANDED_AT.c.id,
        sa.func.count().label("failures"),
        sa.func.min(syncs.c.ended_at).label("since"),
        sa.func.max(LANDED_AT.c.at).label("landed"),
    )
    .select_from(LANDED_AT.join(syncs, syncs.c.source_id == LANDED_AT.c.id))
    .where(
        syncs.c.state == str(SyncState.FAILED),
        syncs.c.started_at > sa.func.coalesce(LANDED_AT.c.at, LONG_AGO),
    )
    .group_by(LANDED_AT.c.id)
)


def every(db: Database) -> tuple[Glance, ...]:
    """All sources, by name."""
    with db.reading() as transaction:
        return _glances(transaction, transaction.execute(SOURCES).all())


def suspects(db: Database, late: datetime) -> tuple[Glance, ...]:
    """Those that may need somebody: not connected, failed, or due before `late`."""
    with db.reading() as transaction:
        return _glances(transaction, transaction.execute(SUSPECTS, {"late": late}).all())


def _glances(transaction: sa.Connection, rows: Sequence[Any]) -> tuple[Glance, ...]:
    under_way = _under_way(transaction)
    failing = _failing(transaction, [row.id for row in rows if row.judged == SyncState.FAILED])
    return tuple(_glance(row, under_way.get(row.id), failing.get(row.id)) for row in rows)


def _under_way(transaction: sa.Connection) -> dict[str, Any]:
    """By source, the sync that waits or runs; where both do, the one that runs."""
    return {row.source_id: row for row in transaction.execute(UNDER_WAY_NOW)}


def _failing(transaction: sa.Connection, ids: Sequence[str]) -> dict[str, Any]:
    """By source, how many syncs failed since one landed, and when the first of them ended."""
    found: dict[str, Any] = {}
    for some in in_parts(ids):
        rows = transaction.execute(FAILING, {"some": some})
        found |= {row.id: row for row in rows}
    return found


def _glance(row: Any, under_way: Any, failing: Any) -> Glance:
    # Unpacked at once: a thousand rows by name take twice the time.
    source_id, name, prefix, paused, created, due, company, credential, state, code, began, ended = row
    return Glance(
        source_id=source_id,
        name=name,
        company=company,
        prefix=prefix,
        credential=CREDENTIALS[credential],
        paused=paused,
        created_at=created,
        next_run_at=due,
        running=SyncState(under_way.state) if under_way else None,
        running_since=under_way.started_at if under_way else None,
        judged=STATES[state] if state else None,
        code=code or "",
        judged_at=ended,
        fresh_as_of=began if state in LANDED else failing.landed if failing else None,
        failures=failing.failures if failing else 0,
        failing_since=failing.since if failing else None,
    )
