"""Follow a sync while it runs: how far each stream is, and what was said, from its journal."""

from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil.model.log_line import LogLine
from counterfoil.store import log_lines
from counterfoil.store.db import Database

AT_ONCE = 1_000
MOST = 6_000
"""Lines of one sync; the journal keeps fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Far:
    """How far one stream is: the records read so far, of how many, where QuickBooks told."""

    stream: str
    stage: str
    records: int
    counted: int | None
    calls: int


def lines_of(db: Database, sync_id: str) -> tuple[LogLine, ...]:
    """All lines of a sync's log, the first one first."""
    found: list[LogLine] = []
    while len(found) < MOST:
        more = log_lines.after(db, sync_id, found[-1].n if found else 0, limit=AT_ONCE)
        if not more:
            break
        found += more
    return tuple(found)


def far(lines: Sequence[LogLine]) -> tuple[Far, ...]:
    """The latest word on each stream, those being read first."""
    latest = {
        str(line.data["stream"]): Far(
            stream=str(line.data["stream"]),
            stage=str(line.data.get("stage", "")),
            records=int(line.data.get("records") or 0),
            counted=line.data.get("counted"),
            calls=int(line.data.get("calls") or 0),
        )
        for line in lines
        if "stream" in line.data
    }
    return tuple(sorted(latest.values(), key=lambda each: (each.stage != "reading", each.stream)))
