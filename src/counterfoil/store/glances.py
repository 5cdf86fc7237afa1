"""How every source stands, at a glance: quick with a thousand sources and a hundred thousand syncs."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from counterfoil.model.credential import CredentialState
from counterfoil.model.standing import Glance
from counterfoil.model.sync import SyncState
from counterfoil.store.db import Database
from counterfoil.store.schema import credentials, sources, syncs

LANDED = (str(SyncState.SUCCEEDED), str(SyncState.PARTIAL))
JUDGED = (*LANDED, str(SyncState.FAILED))
UNDER_WAY = (str(SyncState.WAITING), str(SyncState.RUNNING))
STATES = {str(state): state for state in SyncState}
CREDENTIALS = {str(state): state for state in CredentialState}
ENDED = (syncs.c.source_id.label("id"), syncs.c.state, syncs.c.code, syncs.c.started_at, syncs.c.ended_at)
NONE = ("", "", "", None, None)
"""In the place of a last sync, where there is none."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
AT_ONCE = 500
"""Sources in one query; SQLite takes no more than some thousands of values."""


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
    )
    .select_from(sources.join(credentials))
    .order_by(sources.c.name)
)
"""Each source with its credential; `_glance` unpacks it in this order."""


def every(db: Database) -> tuple[Glance, ...]:
    """All sources, by name."""
    with db.reading() as transaction:
        rows, judged = transaction.execute(SOURCES).all(), _judged(transaction, sa.true())
        return _glances(transaction, rows, judged)


def suspects(db: Database, late: datetime) -> tuple[Glance, ...]:
    """Those that may need somebody: not connected, failed, or due before `late`."""
    with db.reading() as transaction:
        suspect = sa.or_(
            credentials.c.state != str(CredentialState.CONNECTED),
            sources.c.next_run_at < late,
            sources.c.id.in_(_failed(transaction)),
        )
        rows = transaction.execute(SOURCES.where(suspect)).all()
        judged: dict[str, Any] = {}
        for some in _some([row.id for row in rows]):
            judged |= _judged(transaction, sources.c.id.in_(some))
        return _glances(transaction, rows, judged)


def _glances(
    transaction: sa.Connection, rows: Sequence[Any], judged: Mapping[str, Any]
) -> tuple[Glance, ...]:
    under_way = _under_way(transaction)
    failing = _failing(transaction, [row.id for row in judged.values() if row.state == SyncState.FAILED])
    return tuple(
        _glance(row, judged.get(row.id, NONE), under_way.get(row.id), failing.get(row.id)) for row in rows
    )


def _failed(transaction: sa.Connection) -> list[str]:
    """The sources whose last sync that ended by itself failed."""
    state = _newest(JUDGED, syncs.alias().c.state).scalar_subquery()
    return [
        source_id
        for source_id, last in transaction.execute(sa.select(sources.c.id, state))
        if last == str(SyncState.FAILED)
    ]


def _judged(transaction: sa.Connection, condition: sa.ColumnElement[bool]) -> dict[str, Any]:
    """By source, of those of which the condition holds, the last sync that ended by itself."""
    # In two questions: asked as one, SQLite or PostgreSQL would look at all syncs, each for another wording.
    newest = (
        sa.select(_newest(JUDGED, syncs.alias().c.id).scalar_subquery()).select_from(sources).where(condition)
    )
    ids = [each for each in transaction.execute(newest).scalars() if each is not None]
    found: dict[str, Any] = {}
    for some in _some(ids):
        rows = transaction.execute(sa.select(*ENDED).where(syncs.c.id.in_(some)))
        found |= {row[0]: row for row in rows}
    return found


def _some(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[begin : begin + AT_ONCE] for begin in range(0, len(ids), AT_ONCE))


def _newest(states: Collection[str], column: sa.Column[Any]) -> sa.Select[Any]:
    """A column of the source's newest sync in one of these states."""
    sync = column.table.c
    return (
        sa.select(column)
        .where(sync.source_id == sources.c.id, sync.state.in_(states))
        .order_by(sync.started_at.desc(), sync.id)
        .limit(1)
        .correlate(sources)
    )


def _under_way(transaction: sa.Connection) -> dict[str, Any]:
    """By source, the sync that waits or runs; where both do, the one that runs."""
    query = sa.select(syncs.c.source_id, syncs.c.state, syncs.c.started_at).order_by(syncs.c.state.desc())
    rows = transaction.execute(query.where(syncs.c.state.in_(UNDER_WAY)))
    return {row.source_id: row for row in rows}


def _failing(transaction: sa.Connection, ids: Sequence[str]) -> dict[str, Any]:
    """By source, how many syncs failed since one landed, and when the first of them ended."""
    later = _newest(LANDED, syncs.alias().c.started_at).scalar_subquery()
    since = (
        sa.select(
            sources.c.id,
            sa.func.count().label("failures"),
            sa.func.min(syncs.c.ended_at).label("since"),
            sa.func.max(later).label("landed"),
        )
        .select_from(sources.join(syncs))
        .where(syncs.c.state == str(SyncState.FAILED), syncs.c.started_at > sa.func.coalesce(later, LONG_AGO))
        .group_by(sources.c.id)
    )
    found: dict[str, Any] = {}
    for some in _some(ids):
        rows = transaction.execute(since.where(sources.c.id.in_(some)))
        found |= {row.id: row for row in rows}
    return found


def _glance(row: Any, judged: Any, under_way: Any, failing: Any) -> Glance:
    # Unpacked at once: a thousand rows by name take twice the time.
    source_id, name, prefix, paused, created, due, company, credential = row
    _, state, code, began, ended = judged
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
        code=code,
        judged_at=ended,
        fresh_as_of=began if state in LANDED else failing.landed if failing else None,
        failures=failing.failures if failing else 0,
        failing_since=failing.since if failing else None,
    )
