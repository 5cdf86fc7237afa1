"""Stored outcomes: what each sync did, per stream and table."""

from collections.abc import Iterable
from dataclasses import asdict

import sqlalchemy as sa

from counterfoil.model.outcome import Mode, StreamOutcome, StreamState, TableOutcome
from counterfoil.store.db import Database
from counterfoil.store.rows import put_all
from counterfoil.store.schema import outcomes, syncs


def save(db: Database, sync_id: str, became: Iterable[StreamOutcome]) -> None:
    """Keep the outcomes of streams on connections, all at once."""
    rows = [
        {
            "sync_id": sync_id,
            "connection_id": outcome.connection_id,
            "stream": outcome.stream,
            "mode": str(outcome.mode),
            "state": str(outcome.state),
            "read": outcome.read,
            "calls": outcome.calls,
            "tables": [asdict(table) for table in outcome.tables],
            "code": outcome.code,
            "what": outcome.what,
            "do": outcome.do,
        }
        for outcome in became
    ]
    with db.writing() as transaction:
        put_all(transaction, outcomes, rows)


def of(db: Database, sync_id: str) -> tuple[StreamOutcome, ...]:
    """All outcomes of a sync, by stream."""
    order = (outcomes.c.stream, outcomes.c.connection_id)
    query = sa.select(outcomes).where(outcomes.c.sync_id == sync_id).order_by(*order)
    with db.reading() as transaction:
        return tuple(
            StreamOutcome(
                connection_id=row["connection_id"],
                stream=row["stream"],
                mode=Mode(row["mode"]),
                state=StreamState(row["state"]),
                read=row["read"],
                calls=row["calls"],
                tables=tuple(TableOutcome(**table) for table in row["tables"]),
                code=row["code"],
                what=row["what"],
                do=row["do"],
            )
            for row in transaction.execute(query).mappings()
        )


LOOKED_AT = 5_000
"""Outcomes of a source, the newest first, in which its tables are looked for."""


def rows_of(db: Database, source_id: str) -> dict[str, int]:
    """By table, how many rows it had after the last load that told of it."""
    query = (
        sa.select(outcomes.c.tables)
        .select_from(outcomes.join(syncs))
        .where(syncs.c.source_id == source_id)
        .order_by(syncs.c.started_at.desc())
        .limit(LOOKED_AT)
    )
    found: dict[str, int] = {}
    with db.reading() as transaction:
        for tables in transaction.execute(query).scalars():
            for table in tables:
                found.setdefault(table["table"], table["total"])
    return found
