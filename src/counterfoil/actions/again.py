"""What it costs to read again what is loaded already, before anybody asks for it (Promise 10)."""

from collections.abc import Mapping
from dataclasses import dataclass

from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.syncs import Errand, check_errand
from counterfoil.model.cost import calls_of_first
from counterfoil.model.outcome import Mode
from counterfoil.model.source import Source
from counterfoil.model.task import Scope
from counterfoil.quickbooks.catalog import catalog, read_by
from counterfoil.store import abilities, connections, cursors, holdings, outcomes, sources
from counterfoil.store.db import Database
from counterfoil.sync.plan import make_plan
from counterfoil.sync.report_plan import Times, calls_of_tasks, report_tasks

REFRESH_CALLS = 2
"""A count and a page, of a stream in which little changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What an errand comes to: about so many calls at least, for so many streams and the records known of them.

    `in_full` of the streams are read in full, whatever was asked: nothing tells what was deleted so long ago.
    """

    calls: int
    streams: int
    in_full: int
    records: int


def records(db: Database, source: Source) -> Mapping[str, int]:
    """About how many records each stream has, by the rows of its table after the last load."""
    rows = holdings.rows_of(db, source.id) or outcomes.rows_of(
        db, source.id
    )  # from before holdings were kept
    tables = {stream.name: source.prefix + stream.table.name for stream in catalog().values()}
    return {name: rows[table] for name, table in tables.items() if table in rows}


def estimate(around: Surroundings, source_name: str, errand: Errand) -> Again:
    """What an errand would come to. Raises NotFound, SettingInvalid for what cannot be asked."""
    db, now = around.db, around.now()
    source = sources.named(db, source_name)
    check_errand(around, source, errand)
    chosen = [stream for stream in read_by(source) if errand.streams is None or stream.name in errand.streams]
    held = cursors.oldest(db, connections.of_source(db, source))
    scope = Scope(streams=errand.streams, full=errand.full, since=errand.since)
    plan = make_plan(
        [stream for stream in chosen if stream.report is None],
        held,
        abilities.of(db, source.credential.realm_id),
        around.clocks,
        now,
        scope=scope,
    )
    told = list(report_tasks(source, chosen, held, Times(clocks=around.clocks, now=now, scope=scope)))
    known = records(db, source)
    modes = [task.mode for task in plan]
    full = [task.stream for task in plan if task.mode is Mode.FULL]
    return Again(
        calls=calls_of_first(full, known)
        + REFRESH_CALLS * modes.count(Mode.REFRESH)
        + (Mode.CHANGES in modes)
        + calls_of_tasks(source, told, now.date()),
        streams=len(plan) + len(told),
        in_full=len(full) + sum(task.mode is Mode.FULL for task in told),
        records=sum(known.get(task.stream.name, 0) for task in plan),
    )
