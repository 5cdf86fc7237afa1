"""Plan: the cheapest reading of each stream that cannot miss a change."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from counterfoil.model.cursor import Cursor
from counterfoil.model.outcome import Mode
from counterfoil.model.stream import InCdc, Reading, Stream
from counterfoil.model.task import Clocks, Task


def make_plan(
    streams: Iterable[Stream],
    cursors: Mapping[str, Cursor],
    clocks: Clocks,
    now: datetime,
    *,
    refusing: Collection[str] = (),
) -> tuple[Task, ...]:
    """One task for each stream that is due; what has the longest way to go comes first.

    `refusing` names streams of which this company's change data capture does not tell, whatever the catalog says.
    """
    tasks = []
    for stream in streams:
        cursor = cursors.get(stream.name)
        covered = stream.in_cdc is InCdc.YES and stream.name not in refusing
        mode = choose_mode(stream, cursor, clocks, now, covered=covered)
        if mode is not None:
            since = None if mode is Mode.FULL or cursor is None else cursor.changed_since
            tasks.append(Task(stream=stream, mode=mode, since=since))
    return tuple(
        sorted(tasks, key=lambda task: (task.mode is not Mode.FULL, task.stream.reading != Reading.KEYSET))
    )


def choose_mode(
    stream: Stream, cursor: Cursor | None, clocks: Clocks, now: datetime, *, covered: bool
) -> Mode | None:
    """Full, changes, refresh, or None where nothing is due yet."""
    if cursor is None or not cursor.still_covered(now):
        return Mode.FULL
    compare = _due(cursor.compared_at, clocks.compare, now)
    if covered:
        return Mode.FULL if compare and stream.nests else Mode.CHANGES
    if stream.reading is not Reading.KEYSET:
        return Mode.FULL if _due(cursor.changed_since, clocks.refresh, now) else None
    if compare:
        return Mode.FULL
    return Mode.REFRESH if _due(cursor.changed_since, clocks.refresh, now) else None


def _due(last: datetime | None, every: timedelta, now: datetime) -> bool:
    """A clock that was set back must not stop anything: a moment in the future counts as long ago."""
    return last is None or last > now + timedelta(hours=1) or now - last >= every
