"""Which windows of reports are due: open periods on one clock, closed ones on a slower one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from counterfoil.model.cursor import Cursor
from counterfoil.model.outcome import Mode
from counterfoil.model.report_choice import Choice
from counterfoil.model.source import Source
from counterfoil.model.stream import Stream
from counterfoil.model.task import Clocks, Scope, Task
from counterfoil.model.window import DAY, Window, begins, is_recent, windows
from counterfoil.model.window_mark import Mark, asked_by, read_mark
from counterfoil.sync.report_ask import asks


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """All that decides when a window is due."""

    clocks: Clocks
    now: datetime
    scope: Scope


def report_tasks(
    source: Source, streams: Iterable[Stream], cursors: Mapping[str, Cursor], times: Times
) -> Iterator[Task]:
    """One task for each of these reports of which something is due, or no longer wanted."""
    choices = {choice.report: choice for choice in source.reports}
    for stream in streams:
        if stream.report is None or stream.name not in choices:
            continue
        choice, cursor = choices[stream.name], cursors.get(stream.name)
        first = begins(source.created_at.date(), stream.report.covers)
        every = tuple(windows(choice, stream.report, first, times.now.date()))
        if times.scope.full or cursor is None:
            yield _task(stream, Mode.FULL, every, every)
            continue
        marks = {id_: read_mark(text) for id_, text in cursor.versions.items()}
        due = tuple(window for window in every if is_due(window, marks.get(window.id), choice, times))
        if due or marks.keys() - {window.id for window in every}:
            yield _task(stream, Mode.REFRESH, due, every)


def is_due(window: Window, mark: Mark | None, choice: Choice, times: Times) -> bool:
    """Whether a window is to be read now. One that was read before its period was over is open until it is again."""
    if mark is None or mark.asked != asked_by(choice):
        return True
    since = times.scope.since
    if since is not None and (window.end is None or window.end >= since.date()):
        return True
    is_open = is_recent(window, times.now.date()) or (
        window.end is not None and mark.read_at.date() <= window.end + DAY
    )
    if is_open and times.scope.is_asked_for:
        return True
    every = times.clocks.reports if is_open else times.clocks.closed_reports
    past = times.now - mark.read_at
    return past >= every or past < -timedelta(hours=1)  # a clock that was set back must not stop anything


def _task(stream: Stream, mode: Mode, due: tuple[Window, ...], every: tuple[Window, ...]) -> Task:
    return Task(stream=stream, mode=mode, windows=due, wanted=frozenset(window.id for window in every))


def calls_of_tasks(source: Source, tasks: Iterable[Task], today: date) -> int:
    """The metered calls that tasks of reports take, as long as no answer is cut."""
    choices = {choice.report: choice for choice in source.reports}
    return sum(
        1
        for task in tasks
        if task.stream.report is not None
        for _ in asks(task.windows, choices[task.stream.name], task.stream.report, today)
    )
