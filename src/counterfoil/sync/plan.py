"""Plan: the cheapest reading of each stream that cannot miss a change."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from counterfoil.model.ability import Ability, Told
from counterfoil.model.cursor import CDC_WINDOW, Cursor
from counterfoil.model.outcome import Mode
from counterfoil.model.stream import InCdc, Reading, Stream
from counterfoil.model.task import Clocks, Scope, Task

EVERYTHING = Scope()


def make_plan(
    streams: Iterable[Stream],
    cursors: Mapping[str, Cursor],
    abilities: Mapping[str, Ability],
    clocks: Clocks,
    now: datetime,
    *,
    scope: Scope = EVERYTHING,
) -> tuple[Task, ...]:
    """One task for each stream that is due; what has the longest way to go comes first."""
    tasks = []
    for stream in streams:
        cursor, covered = cursors.get(stream.name), is_covered(stream, abilities.get(stream.name), now)
        if scope.full or cursor is None:
            task: Task | None = Task(stream=stream, mode=Mode.FULL, covered=covered)
        elif scope.since is not None:
            task = _backfill(stream, min(scope.since, cursor.changed_since), now, covered=covered)
        else:
            mode = choose_mode(stream, cursor, clocks, now, covered=covered, asked=scope.is_asked_for)
            task = None if mode is None else _task(stream, mode, cursor.changed_since, covered=covered)
        if task is not None:
            tasks.append(task)
    return tuple(
        sorted(tasks, key=lambda task: (task.mode is not Mode.FULL, task.stream.reading != Reading.KEYSET))
    )


def is_covered(stream: Stream, ability: Ability | None, now: datetime) -> bool:
    """Whether change data capture can be relied on: what this company was found to do counts."""
    told = ability.tells(now) if ability else None
    if stream.in_cdc is InCdc.YES:
        return told is not Told.REFUSED
    return stream.in_cdc is InCdc.UNPROVEN and told is Told.ALL


def resting(
    streams: Iterable[Stream], abilities: Mapping[str, Ability], clocks: Clocks, now: datetime
) -> tuple[Ability, ...]:
    """What is known of streams that the company does not have, and that are not worth asking for again yet."""
    known = [abilities[stream.name] for stream in streams if stream.name in abilities]
    return tuple(
        ability
        for ability in known
        if ability.refused_at and not _due(ability.refused_at, clocks.compare, now)
    )


def choose_mode(
    stream: Stream,
    cursor: Cursor | None,
    clocks: Clocks,
    now: datetime,
    *,
    covered: bool,
    asked: bool = False,
) -> Mode | None:
    """Full, changes, refresh, or None where nothing is due yet; when somebody asked for it, it is due."""
    if cursor is None or not cursor.still_covered(now):
        return Mode.FULL
    compare = _due(cursor.compared_at, clocks.compare, now)
    if covered:
        doubtful = stream.nests or stream.in_cdc is not InCdc.YES
        return Mode.FULL if compare and doubtful else Mode.CHANGES
    refresh = asked or _due(cursor.changed_since, clocks.refresh, now)
    if stream.reading is not Reading.KEYSET:
        return Mode.FULL if refresh else None
    if compare:
        return Mode.FULL
    return Mode.REFRESH if refresh else None


def _backfill(stream: Stream, since: datetime, now: datetime, *, covered: bool) -> Task:
    """Read a window again. Reading by LastUpdatedTime tells of no delete, so it will not do for covered streams."""
    if covered and now - since < CDC_WINDOW:
        return _task(stream, Mode.CHANGES, since, covered=True)
    mode = Mode.FULL if covered or stream.reading is not Reading.KEYSET else Mode.REFRESH
    return _task(stream, mode, since, covered=covered)


def _task(stream: Stream, mode: Mode, since: datetime, *, covered: bool) -> Task:
    return Task(stream=stream, mode=mode, since=None if mode is Mode.FULL else since, covered=covered)


def _due(last: datetime | None, every: timedelta, now: datetime) -> bool:
    """A clock that was set back must not stop anything: a moment in the future counts as long ago."""
    return last is None or last > now + timedelta(hours=1) or now - last >= every
