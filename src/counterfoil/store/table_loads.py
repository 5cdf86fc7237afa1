"""What the latest syncs of a source did to one of its tables, from their outcomes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from counterfoil.model.outcome import TableOutcome
from counterfoil.store.db import Database
from counterfoil.store.schema import outcomes, syncs

LOOKED_THROUGH = 1_000
"""Syncs of the source, the newest first; most of them find nothing new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLoad:
    """What one sync did to one connection's table."""

    sync_id: str
    at: datetime  # aware, UTC: when the sync began
    connection_id: str
    did: TableOutcome

    @property
    def changed(self) -> int:
        """Rows that came, changed or went."""
        return self.did.inserted + self.did.updated + self.did.deleted


def latest(db: Database, source_id: str, stream: str, table: str, *, limit: int) -> tuple[TableLoad, ...]:
    """The loads that changed rows of the table (its full name), the newest first."""
    newest = (
        sa.select(syncs.c.id, syncs.c.started_at)
        .where(syncs.c.source_id == source_id)
        .order_by(syncs.c.started_at.desc())
        .limit(LOOKED_THROUGH)
        .subquery()
    )
    query = (
        sa.select(outcomes.c.sync_id, newest.c.started_at, outcomes.c.connection_id, outcomes.c.tables)
        .select_from(newest.join(outcomes, outcomes.c.sync_id == newest.c.id))
        .where(outcomes.c.stream == stream, sa.cast(outcomes.c.tables, sa.Text) != "[]")
        .order_by(newest.c.started_at.desc(), outcomes.c.connection_id)
    )
    found: list[TableLoad] = []
    with db.reading() as transaction:
        for row in transaction.execute(query):
            load = _load(row.sync_id, row.started_at, row.connection_id, row.tables, table)
            if load is not None and load.changed:
                found.append(load)
            if len(found) == limit:
                break
    return tuple(found)


def _load(
    sync_id: str, at: datetime, connection_id: str, tables: list[dict[str, Any]], table: str
) -> TableLoad | None:
    for told in tables:
        if told["table"] == table:
            did = TableOutcome(**told)
            return TableLoad(sync_id=sync_id, at=at, connection_id=connection_id, did=did)
    return None
