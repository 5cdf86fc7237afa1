"""The last syncs of every source, in a handful of queries however many sources there are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa

from counterfoil.model.outcome import Totals
from counterfoil.model.source import Source
from counterfoil.model.standing import Brief, Recent
from counterfoil.model.sync import SyncState
from counterfoil.store.db import Database
from counterfoil.store.schema import sources, syncs

TOTALS = sa.cast(syncs.c.totals, sa.Text)
"""Read by msgspec: there are a thousand on a page."""
BRIEF = (
    *(syncs.c[name] for name in ("source_id", "id", "state")),
    TOTALS,
    *(syncs.c[name] for name in ("started_at", "ended_at", "code", "what", "do")),
)
STATES = {str(state): state for state in SyncState}

AT_ONCE = 500
"""Sources in one query; SQLite takes no more than some thousands of values."""


def recent(db: Database, some: Sequence[Source], count: int) -> Mapping[str, Recent]:
    """By source id, its last syncs, `count` at most, and when it runs next."""
    found: dict[str, Recent] = {}
    for begin in range(0, len(some), AT_ONCE):
        ids = [source.id for source in some[begin : begin + AT_ONCE]]
        last, due = _last(db, ids, count), _due(db, ids)
        found |= {each: Recent(syncs=tuple(last[each]), next_run_at=due.get(each)) for each in ids}
    return found


def _last(db: Database, ids: Sequence[str], count: int) -> dict[str, list[Brief]]:
    inner = syncs.alias()
    newest = (
        sa.select(inner.c.id)
        .where(inner.c.source_id == sources.c.id)
        .order_by(inner.c.started_at.desc(), inner.c.id)
        .limit(count)
        .correlate(sources)
    )
    query = (
        sa.select(*BRIEF)
        .select_from(sources.join(syncs, syncs.c.id.in_(newest)))
        .where(sources.c.id.in_(ids))
        .order_by(syncs.c.started_at.desc(), syncs.c.id)
    )
    by_source: dict[str, list[Brief]] = defaultdict(list)
    with db.reading() as transaction:
        for source_id, sync, state, totals, began, ended, code, what, do in transaction.execute(query).all():
            brief = Brief(
                id=sync,
                state=STATES[state],
                totals=msgspec.json.decode(totals, type=Totals),
                started_at=began,
                ended_at=ended,
                code=code,
                what=what,
                do=do,
            )
            by_source[source_id].append(brief)
    return by_source


def _due(db: Database, ids: Sequence[str]) -> dict[str, datetime | None]:
    query = sa.select(sources.c.id, sources.c.next_run_at).where(sources.c.id.in_(ids))
    with db.reading() as connection:
        return {row.id: row.next_run_at for row in connection.execute(query)}
