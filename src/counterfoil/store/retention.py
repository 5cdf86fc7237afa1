"""What is forgotten in time: logs, outcomes, finished syncs, and whatever is over."""

from datetime import datetime

import sqlalchemy as sa

from counterfoil.model.sync import SyncState
from counterfoil.store.db import Database
from counterfoil.store.schema import outcomes, syncs
from counterfoil.store.service_schema import consents, deliveries, links, log_lines, replies, sessions

AT_ONCE = 2000
"""Rows of one transaction: others write, too."""

OVER = (
    str(SyncState.SUCCEEDED),
    str(SyncState.PARTIAL),
    str(SyncState.FAILED),
    str(SyncState.CANCELLED),
    str(SyncState.INTERRUPTED),
)


def forget_syncs(db: Database, before: datetime) -> int:
    """Forget syncs that ended before a moment, with their logs and outcomes; how many those were.

    The last one of each source stays, and the last that landed: people and alerts ask how a source stands.
    """
    later = syncs.alias()
    newer = sa.exists().where(later.c.source_id == syncs.c.source_id, later.c.started_at > syncs.c.started_at)
    landed = (str(SyncState.SUCCEEDED), str(SyncState.PARTIAL))
    better = newer.where(later.c.state.in_(landed))
    old = sa.and_(
        syncs.c.ended_at < before,
        syncs.c.state.in_(OVER),
        newer,
        sa.or_(syncs.c.state.not_in(landed), better),
    )
    count = 0
    while True:
        with db.writing() as transaction:
            some = transaction.execute(sa.select(syncs.c.id).where(old).limit(AT_ONCE)).scalars().all()
            for column in (log_lines.c.sync_id, outcomes.c.sync_id, syncs.c.id):
                transaction.execute(sa.delete(column.table).where(column.in_(some)))
        count += len(some)
        if len(some) < AT_ONCE:
            return count


def forget_deliveries(db: Database, before: datetime) -> int:
    """Forget webhooks' events that were heard before a moment: they are not repeated any more."""
    return _forget(db, deliveries, deliveries.c.received_at < before)


def forget_replies(db: Database, before: datetime) -> int:
    """Forget answers that are kept for who repeats a request."""
    return _forget(db, replies, replies.c.created_at < before)


def forget_ended(db: Database, before: datetime) -> int:
    """Forget sessions, links and consents that ended before a moment."""
    return sum(_forget(db, table, table.c.ends_at < before) for table in (sessions, links, consents))


def _forget(db: Database, table: sa.Table, old: sa.ColumnElement[bool]) -> int:
    with db.writing() as transaction:
        return transaction.execute(sa.delete(table).where(old)).rowcount
