"""How far a sync is: its streams, the stages of its road, and how long the reading may still take."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from counterfoil.model.log_line import LogLine
from counterfoil.model.sync import Sync, SyncState

LOOKED_BACK = timedelta(seconds=30)
"""The pace is that of these last seconds: QuickBooks is not equally quick all the time."""
LEAST = timedelta(seconds=2)
"""A pace of less time than this tells nothing."""
ASKED_TO_WAIT = "counterfoil.quickbooks.pace"
"""Who writes a line whenever QuickBooks asks to wait."""

READING = ("reading", "read")
LOADING = ("loading",)
LANDED = ("landed",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Far:
    """How far one stream is: the records read so far, of how many, where that is known; `about`: by our own tables."""

    stream: str
    stage: str  # "" while nothing was told of it
    records: int = 0
    counted: int | None = None
    about: bool = False
    calls: int = 0

    @property
    def is_told(self) -> bool:
        """Tell whether it has anything, as far as anybody knows."""
        return bool(self.stage or self.records or self.counted)

    @property
    def is_read(self) -> bool:
        """Tell whether nothing more of it is to come from QuickBooks."""
        return self.stage not in ("", "reading")


class Pass(StrEnum):
    """How a stage of the road stands."""

    DONE = "done"
    NOW = "now"
    AHEAD = "ahead"
    ENDED_HERE = "bad"
    STOPPED = "stopped"  # somebody ended it, or its process did


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One stage of the road, and the time that it took so far; None where it takes none of its own."""

    name: str
    standing: Pass
    took: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The records that each stream is expected to have: as QuickBooks counted, or, `about`, as our tables hold."""

    counts: Mapping[str, int]
    about: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Headway:
    """How far a sync is. `pace` is in records a second; it and `left` are None where nobody can know.

    `read` of `counted` are the records of the streams whose size is known; `records` are all. `is_counted`: all sizes
    were known before it began. `waits` says how often
    QuickBooks asked to wait, `holds` that it is waited for at this moment.
    """

    streams: tuple[Far, ...]
    legs: tuple[Leg, ...]
    records: int
    read: int
    counted: int
    is_counted: bool
    pace: float | None
    left: timedelta | None
    waits: int
    holds: bool

    @property
    def loads(self) -> bool:
        """Tell whether all is read, and the warehouse is written."""
        return any(leg.name == "load" and leg.standing is Pass.NOW for leg in self.legs)


def headway(sync: Sync, lines: Sequence[LogLine], expected: Expected, now: datetime) -> Headway:
    """Tell from its log how far a sync is; `now` is aware."""
    streams = far(lines, expected)
    known = [each for each in streams if each.counted is not None]
    read = sum(min(each.records, each.counted or 0) for each in known)
    counted = sum(each.counted or 0 for each in known)
    pace = _pace(sync, lines, sync.ended_at or now)
    waits = [line.n for line in lines if line.data.get("logger") == ASKED_TO_WAIT]
    return Headway(
        streams=streams,
        legs=_legs(sync, lines, sync.ended_at or now),
        records=sum(each.records for each in streams),
        read=read,
        counted=counted,
        is_counted=bool(expected.counts) and counted > 0,
        pace=pace,
        left=timedelta(seconds=(counted - read) / pace) if pace and counted > read else None,
        waits=len(waits),
        holds=bool(waits) and waits[-1] == lines[-1].n and not sync.state.is_over,
    )


def far(lines: Iterable[LogLine], expected: Expected) -> tuple[Far, ...]:
    """The latest word on each stream: those being read first, then those not begun, then the others."""
    latest = {name: Far(stream=name, stage="", counted=count) for name, count in expected.counts.items()}
    for line in lines:
        if "stream" in line.data:
            name = str(line.data["stream"])
            told = line.data.get("counted")
            latest[name] = Far(
                stream=name,
                stage=str(line.data.get("stage", "")),
                records=int(line.data.get("records") or 0),
                counted=int(told) if told is not None else expected.counts.get(name),
                about=expected.about and told is None,
                calls=int(line.data.get("calls") or 0),
            )
    return tuple(sorted((_settled(each) for each in latest.values()), key=_order))


def _settled(each: Far) -> Far:
    """What was read is as large as it came; a count from before is worth no more."""
    if not each.is_read or each.counted is None:
        return each
    return Far(
        stream=each.stream, stage=each.stage, records=each.records, counted=each.records, calls=each.calls
    )


def _order(each: Far) -> tuple[bool, bool, int, str]:
    return each.stage != "reading", each.is_read, -max(each.records, each.counted or 0), each.stream


def _pace(sync: Sync, lines: Iterable[LogLine], now: datetime) -> float | None:
    """Records a second in the last moments of reading; None while nobody can tell."""
    since = max(sync.started_at, now - LOOKED_BACK)
    if now - since < LEAST:
        return None
    held: dict[str, int] = {}
    before = 0
    for line in lines:
        if line.data.get("stage") in READING:
            held[str(line.data.get("stream"))] = int(line.data.get("records") or 0)
        if line.at <= since:
            before = sum(held.values())
    gained = sum(held.values()) - before
    return gained / (now - since).total_seconds() if gained > 0 else None


def _legs(sync: Sync, lines: Iterable[LogLine], until: datetime) -> tuple[Leg, ...]:
    asked = sync.asked_at or sync.started_at
    if sync.state is SyncState.WAITING:
        ahead = [
            Leg(name=name, standing=Pass.AHEAD) for name in ("read", "shape and stage", "load", "record")
        ]
        return (Leg(name="wait", standing=Pass.NOW, took=until - asked), *ahead)
    phase, spent = _spent(sync, lines, until)
    shaping = Leg(name="shape and stage", standing=_standing(sync, 0, phase))
    reading = Leg(name="read", standing=shaping.standing, took=spent[0])
    loading = Leg(name="load", standing=_standing(sync, 1, phase), took=spent[1] or None)
    recording = Leg(name="record", standing=_standing(sync, 2, phase), took=spent[2] or None)
    waited = Leg(name="wait", standing=Pass.DONE, took=max(sync.started_at - asked, timedelta(0)))
    return (waited, reading, shaping, loading, recording)


def _spent(sync: Sync, lines: Iterable[LogLine], until: datetime) -> tuple[int, list[timedelta]]:
    """In which phase the road ends, or stands: 0 reads, 1 loads, 2 records; and the time that each of them took."""
    phase, since, spent = 0, sync.started_at, [timedelta(0)] * 3
    for line in lines:
        stage = line.data.get("stage")
        entered = next((i for i, told in enumerate((READING, LOADING, LANDED)) if stage in told), phase)
        if entered != phase:
            spent[phase] += max(line.at - since, timedelta(0))
            phase, since = entered, line.at
    spent[phase] += max(until - since, timedelta(0))
    return phase, spent


def _standing(sync: Sync, place: int, phase: int) -> Pass:
    if sync.state in (SyncState.SUCCEEDED, SyncState.PARTIAL) or place < phase:
        return Pass.DONE
    if place > phase:
        return Pass.AHEAD
    if not sync.state.is_over:
        return Pass.NOW
    return Pass.ENDED_HERE if sync.state is SyncState.FAILED else Pass.STOPPED
