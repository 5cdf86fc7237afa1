"""Follow a sync: what was said during it, from its journal, and how far that shows it to be."""

from collections.abc import Mapping
from datetime import datetime

from counterfoil.actions.headway import Expected, Headway, headway
from counterfoil.logs import mask
from counterfoil.model.log_line import LogLine
from counterfoil.model.sync import Sync, SyncState
from counterfoil.quickbooks.catalog import catalog
from counterfoil.store import log_lines, outcomes, syncs
from counterfoil.store.db import Database
from counterfoil.store.syncs import Wish

AT_ONCE = 1_000
MOST = 6_000
"""Lines of one sync; the journal keeps fewer."""

COUNTS = "counts"
"""Under this name a line of the log holds what QuickBooks counted before the first sync, by stream."""

LEVELS = {"warning": ("WARNING", "ERROR", "CRITICAL"), "error": ("ERROR", "CRITICAL")}


def lines_of(db: Database, sync_id: str) -> tuple[LogLine, ...]:
    """All lines of a sync's log, the first one first."""
    found: list[LogLine] = []
    while len(found) < MOST:
        more = log_lines.after(db, sync_id, found[-1].n if found else 0, limit=AT_ONCE)
        found += more
        if len(more) < AT_ONCE:
            break
    return tuple(found)


def fits(line: LogLine, *, level: str = "", words: str = "") -> bool:
    """Tell whether a line is at least of this level ("" for all) and holds these words, in whatever case."""
    return line.level in LEVELS.get(level, (line.level,)) and words.casefold() in mask(line.text).casefold()


def counted(counts: Mapping[str, int], at: datetime) -> LogLine:
    """The first line of a first sync's log: what QuickBooks counted while the source was set up."""
    streams = "1 stream" if len(counts) == 1 else f"{len(counts)} streams"
    told = f"QuickBooks counted {sum(counts.values()):,} records in {streams} before this sync."
    return LogLine(n=1, at=at, level="INFO", text=told, data={COUNTS: dict(counts)})


def how_far(db: Database, sync: Sync, lines: tuple[LogLine, ...], now: datetime) -> Headway:
    """How far a sync is, of what is expected of it; `now` is aware."""
    return headway(sync, lines, _expected(db, sync, lines), now)


def landed_before(db: Database, sync: Sync) -> Sync | None:
    """The last sync of the same source that landed, wholly or in part, before this one began."""
    landed = frozenset({SyncState.SUCCEEDED, SyncState.PARTIAL})
    found = syncs.latest(db, sync.source, limit=1, wish=Wish(states=landed), before=sync)
    return found[0] if found else None


def _expected(db: Database, sync: Sync, lines: tuple[LogLine, ...]) -> Expected:
    """What QuickBooks counted; for a full read without a count, what our tables hold by now."""
    told = next((line.data[COUNTS] for line in lines if COUNTS in line.data), None)
    if told is not None:
        return Expected(counts={name: int(count) for name, count in told.items() if _reads(sync, name)})
    if not sync.full or sync.state.is_over:
        return Expected(counts={})
    rows = outcomes.rows_of(db, sync.source.id)
    held = {name: rows.get(sync.source.prefix + catalog()[name].table.name) for name in catalog()}
    return Expected(
        counts={name: count for name, count in held.items() if count and _reads(sync, name)}, about=True
    )


def _reads(sync: Sync, stream: str) -> bool:
    return sync.source.reads(stream) and (sync.streams is None or stream in sync.streams)
