"""Sources whose time has come; several processes may look, and each time is taken by one."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from counterfoil.model.source import Source
from counterfoil.store import clock
from counterfoil.store.db import Database
from counterfoil.store.schema import sources
from counterfoil.store.sources import COLUMNS, JOINED, from_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A source that was to be synced at `at`, or has no next run yet (None)."""

    source: Source
    at: datetime | None


def now(db: Database) -> datetime:
    """What time it is by the store: schedules must not depend on which machine looks."""
    with db.reading() as transaction:
        return clock.told(transaction)


def every(db: Database, moment: datetime) -> tuple[Due, ...]:
    """Those whose time has come, the longest due first."""
    return _select(db, sources.c.next_run_at <= moment)


def unplanned(db: Database) -> tuple[Due, ...]:
    """Those for which no next run is kept: scheduled by an older version, or only synced when asked."""
    return _select(db, sources.c.next_run_at.is_(None))


def move(db: Database, due: Due, following: datetime | None) -> bool:
    """Keep when a source runs next; False when another process has done so already."""
    seen = sources.c.next_run_at.is_(None) if due.at is None else sources.c.next_run_at == due.at
    this = sa.update(sources).where(sources.c.id == due.source.id, seen)
    with db.writing() as transaction:
        return transaction.execute(this.values(next_run_at=following)).rowcount == 1


def earliest(db: Database) -> datetime | None:
    """When the next source's time comes; None when none has a next run."""
    first = sa.select(sa.func.min(sources.c.next_run_at)).where(~sources.c.paused)
    with db.reading() as transaction:
        return transaction.execute(first).scalar()


def _select(db: Database, condition: sa.ColumnElement[bool]) -> tuple[Due, ...]:
    query = sa.select(*COLUMNS, sources.c.next_run_at.label("due")).select_from(JOINED)
    query = query.where(condition, ~sources.c.paused).order_by(sources.c.next_run_at, sources.c.id)
    with db.reading() as transaction:
        rows = transaction.execute(query).mappings()
        return tuple(Due(source=from_row(row), at=row["due"]) for row in rows)
