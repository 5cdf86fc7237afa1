"""The last syncs of every source, in a handful of queries however many sources there are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from counterfoil.model.source import Source
from counterfoil.model.standing import Recent
from counterfoil.model.sync import Sync
from counterfoil.store import schema, syncs
from counterfoil.store.db import Database

AT_ONCE = 500
"""Sources in one query; SQLite takes no more than some thousands of values."""


def recent(db: Database, sources: Sequence[Source], count: int) -> Mapping[str, Recent]:
    """By source id, its last syncs, `count` at most, and when it runs next."""
    found: dict[str, Recent] = {}
    for begin in range(0, len(sources), AT_ONCE):
        ids = [source.id for source in sources[begin : begin + AT_ONCE]]
        last, due = _last(db, ids, count), _due(db, ids)
        found |= {each: Recent(syncs=tuple(last[each]), next_run_at=due.get(each)) for each in ids}
    return found


def _last(db: Database, ids: Sequence[str], count: int) -> dict[str, list[Sync]]:
    inner = schema.syncs.alias()
    newest = (
        sa.select(inner.c.id)
        .where(inner.c.source_id == schema.sources.c.id)
        .order_by(inner.c.started_at.desc(), inner.c.id)
        .limit(count)
        .correlate(schema.sources)
    )
    chosen = sa.and_(schema.sources.c.id.in_(ids), schema.syncs.c.id.in_(newest))
    by_source: dict[str, list[Sync]] = defaultdict(list)
    for sync in syncs.select(db, chosen):
        by_source[sync.source.id].append(sync)
    return by_source


def _due(db: Database, ids: Sequence[str]) -> dict[str, datetime | None]:
    query = sa.select(schema.sources.c.id, schema.sources.c.next_run_at).where(schema.sources.c.id.in_(ids))
    with db.reading() as connection:
        return {row.id: row.next_run_at for row in connection.execute(query)}
