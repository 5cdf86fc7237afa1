"""A schedule: when a source is synced by itself. Basic, cron and manual are RudderStack's words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim

from counterfoil.model.zones import moment_of

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

FREQUENCIES = tuple(
    [number * MINUTE for number in (5, 10, 15, 30)] + [number * HOUR for number in (1, 3, 6, 12, 24)]
)
SHORTEST = FREQUENCIES[0]
RAREST = DAY
"""What a budget slows down runs once a day at least: change data capture forgets after a month."""


@dataclass(frozen=True, slots=True)
class Basic:
    """Every so often, counted from a time of day.

    Each local day has one beginning: the moment its clocks show `start`; where they skip that time, the moment
    of the skip; where they show it twice, the first. From there runs follow `every` (one of FREQUENCIES) apart
    in real time, up to the next day's beginning, so that a day of 23 or 25 hours is as evenly read as another.
    What would come less than half of `every` before that beginning is left out.
    """

    every: timedelta
    start: time = time()
    zone: str = "UTC"

    def next_run(self, after: datetime) -> datetime:
        """The first run later than `after` (aware), in UTC."""
        zone = ZoneInfo(self.zone)
        today = after.astimezone(zone).date()
        # Two days back: at a change the clocks may show yesterday's date again.
        days = [moment_of(today + number * DAY, self.start, zone) for number in range(-2, 3)]
        begun = max(begin for begin in days if begin <= after)
        end = min(begin for begin in days if begin > after)
        following = begun + ((after - begun) // self.every + 1) * self.every
        return end if end - following < self.every / 2 else following

    def __str__(self) -> str:
        return f"every {in_units(self.every)} from {self.start:%H:%M} {self.zone}"


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression of five fields, read on the clocks of a zone as Debian's cron does.

    A run at a time that the clocks skip comes right after the skip, one at a time that they show twice comes
    once; expressions with `*` for minute or hour go by real time.
    """

    expression: str
    zone: str = "UTC"

    def next_run(self, after: datetime) -> datetime:
        """The first run later than `after` (aware), in UTC."""
        for moment in CronSim(self.expression, after.astimezone(ZoneInfo(self.zone))):
            # Of an hour that is shown twice it knows but the first: it may answer with what has passed.
            if (run := moment.astimezone(UTC)) > after:
                return run
        raise ValueError(f"{self.expression} never runs")

    def __str__(self) -> str:
        return f"cron {self.expression} {self.zone}"


@dataclass(frozen=True, slots=True)
class Manual:
    """Only when somebody asks."""

    def next_run(self, after: datetime) -> None:
        """None: it has no runs of its own."""

    def __str__(self) -> str:
        return "manual"


Schedule = Basic | Cron | Manual
"""`str` of it is the one text that the store and files keep; `schedule_text.parse` reads it."""

MANUAL = Manual()


def next_run(schedule: Schedule, after: datetime, *, stretch: float = 1.0) -> datetime | None:
    """When a source runs next, later than `after` (aware), in UTC; None: only when asked.

    However many runs were missed before `after`, there is one next. `stretch` comes from `budget.slow_down`:
    with 1.5, one run of three is left out and those that stay keep their times; time is cut
    into pieces of `slowed` length, and only the first run in each piece stays.
    """
    following = schedule.next_run(after)
    if following is None or stretch <= 1:
        return following
    piece = slowed(schedule, after, stretch)
    if piece is None:
        return following
    ends = EPOCH + ((after - EPOCH) // piece + 1) * piece
    return following if following >= ends else schedule.next_run(ends - timedelta(microseconds=1))


def next_runs(schedule: Schedule, after: datetime, count: int) -> tuple[datetime, ...]:
    """The next runs, as a user wants to see them before saving; none for a manual schedule."""
    return tuple(islice(_runs(schedule, after), count))


def slowed(schedule: Schedule, after: datetime, stretch: float) -> timedelta | None:
    """How far apart runs are on average while they are stretched; None: as far as ever.

    A schedule is slowed to RAREST at most, and what runs no oftener is left as it is.
    """
    period = period_of(schedule, after)
    if period is None or stretch <= 1 or period >= RAREST:
        return None
    return min(period * stretch, RAREST)


def period_of(schedule: Schedule, after: datetime) -> timedelta | None:
    """How far apart runs are: those of a cron expression as its next two; None: only when asked."""
    if isinstance(schedule, Basic):
        return schedule.every
    first, second = (*next_runs(schedule, after, 2), None, None)[:2]
    return second - first if first and second else None


def in_units(period: timedelta) -> str:
    """`15 minutes`, `1 hour`, `90 minutes`, `24 hours`."""
    number, unit = (period // HOUR, "hour") if period % HOUR < MINUTE else (period // MINUTE, "minute")
    return f"{number} {unit}" + ("" if number == 1 else "s")


def _runs(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    while (run := schedule.next_run(after)) is not None:
        yield run
        after = run
