"""Reading reports: the due windows of each, a few requests at a time, shaped and staged as they come."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

import msgspec

from counterfoil.errors import CounterfoilError, PoisonedPage, ReportTooLarge
from counterfoil.model.bad_record import BadRecord
from counterfoil.model.outcome import Mode
from counterfoil.model.report import Traits
from counterfoil.model.report_choice import Choice
from counterfoil.model.stream import Stream
from counterfoil.model.window_mark import Mark, asked_by, read_mark
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.report import Report
from counterfoil.sync.progress import Progress, Watch
from counterfoil.sync.reading import StreamRead
from counterfoil.sync.report_ask import Ask, alone, as_of, asks, columns_of
from counterfoil.sync.report_record import Told, digest_of, record_of

HANDS = 4
"""Reports take QuickBooks long: fewer of them at a time than of pages."""

Keep = Callable[[Stream, list[msgspec.Raw]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What reading reports needs. `keep` shapes and stages records; several hands call it at once."""

    client: Client
    keep: Keep
    choices: Mapping[str, Choice]
    now: Callable[[], datetime]
    watch: Watch
    lock: Lock = field(default_factory=Lock)


def read_reports(reads: Sequence[StreamRead], desk: Desk) -> dict[str, StreamRead]:
    """Read what is due of each report; answers the readings by stream.

    A window that QuickBooks cannot answer for is named, and the others land. What else goes wrong ends its report
    alone; so does a stop, which whoever asked for it has to raise.
    """
    with ThreadPoolExecutor(HANDS, thread_name_prefix="report") as hands:
        try:
            coming = []
            for read in reads:
                traits, choice = _traits(read), desk.choices[read.stream.name]
                _begin(read)
                listed = list(asks(read.task.windows, choice, traits, desk.now().date()))
                read.open_pieces = len(listed)
                coming += [hands.submit(copy_context().run, _read, ask, read, desk) for ask in listed]
            for each in coming:
                each.result()
        except BaseException:  # Ctrl-C too: what has not begun is not begun any more
            hands.shutdown(wait=False, cancel_futures=True)
            raise
    for read in reads:
        _tell(read, desk)
    return {read.stream.name: read for read in reads}


def _begin(read: StreamRead) -> None:
    """Windows that are not due stay as they are; those that nobody wants any more go."""
    if read.task.mode is not Mode.FULL:
        read.versions = {id_: mark for id_, mark in read.known.items() if id_ in read.task.wanted}
        read.deleted = sorted(read.known.keys() - read.task.wanted)


def _read(ask: Ask, read: StreamRead, desk: Desk) -> None:
    try:
        if read.error is None:
            _bring(ask, read, desk)
    except (ReportTooLarge, PoisonedPage) as error:
        _name(ask, read, desk, error)
    except CounterfoilError as error:
        with desk.lock:
            read.error = read.error or error
    finally:
        with desk.lock:
            read.open_pieces -= 1
            _tell(read, desk)


def _bring(ask: Ask, read: StreamRead, desk: Desk) -> None:
    """Read the windows of one request; one by one, where the answer does not tell them apart or is too much."""
    told: list[Told] | None = None
    try:
        report = desk.client.report(read.stream.name, ask.params)
        _count(read, desk, report.calls)
        told = _told(ask, read, desk, report)
    except (ReportTooLarge, PoisonedPage) as error:
        _count(read, desk, getattr(error, "calls", 0))
        if len(ask.windows) == 1:
            raise
    if told is None:
        _bring_alone(ask, read, desk)
    for each in told or ():
        _take(each, read, desk)


def _count(read: StreamRead, desk: Desk, calls: int) -> None:
    with desk.lock:
        read.calls += calls


def _bring_alone(ask: Ask, read: StreamRead, desk: Desk) -> None:
    choice, today = desk.choices[read.stream.name], desk.now().date()
    for one in alone(ask, choice, _traits(read), today):
        try:
            _bring(one, read, desk)
        except (ReportTooLarge, PoisonedPage) as error:
            _name(one, read, desk, error)


def _told(ask: Ask, read: StreamRead, desk: Desk, report: Report) -> list[Told] | None:
    found = []
    for window in ask.windows:
        columns = columns_of(window, report, shared=len(ask.windows) > 1)
        if columns is None:
            return None
        day = as_of(window, _traits(read), desk.now().date())
        found.append(Told(window=window, traits=_traits(read), report=report, columns=columns, as_of=day))
    return found


def _take(told: Told, read: StreamRead, desk: Desk) -> None:
    """Keep a window, unless it says what is loaded already."""
    id_, digest = told.window.id, digest_of(told)
    before = read_mark(read.known.get(id_, ""))
    same = before is not None and before.digest == digest and read.task.mode is not Mode.FULL
    if not same:
        desk.keep(read.stream, [record_of(told)])
    with desk.lock:
        read.versions[id_] = _mark(read, desk, digest)
        read.records += not same
        read.unchanged += same


def _name(ask: Ask, read: StreamRead, desk: Desk, error: CounterfoilError) -> None:
    """A window that cannot be had is asked for again when its clock says so, not with every sync."""
    with desk.lock:
        read.trouble = read.trouble or error
        for window in ask.windows:
            read.bad.append(BadRecord(stream=read.stream.name, id=window.id, fault=error.what))
            read.versions[window.id] = _mark(read, desk, "")


def _mark(read: StreamRead, desk: Desk, digest: str) -> str:
    return str(Mark(desk.now(), asked_by(desk.choices[read.stream.name]), digest))


def _traits(read: StreamRead) -> Traits:
    assert read.stream.report is not None
    return read.stream.report


def _tell(read: StreamRead, desk: Desk) -> None:
    desk.watch.progress(
        Progress(
            stream=read.stream.name,
            stage=read.standing,
            records=read.records + read.unchanged,
            counted=len(read.task.windows),
            calls=read.calls,
        )
    )
