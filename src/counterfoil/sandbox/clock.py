"""What time it is in the sandbox, and how QuickBooks writes time."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo(
    "America/Los_Angeles"
)  # answers carry this offset whatever the company's zone (section 3.2)


class Clock:
    """A clock that runs with `read` and can be moved forward."""

    def __init__(self, read: Callable[[], datetime], *, start: datetime | None = None) -> None:
        self._read = read
        self._ahead = (start - read()) if start else timedelta(0)

    def now(self) -> datetime:
        """This moment, in UTC."""
        return (self._read() + self._ahead).astimezone(UTC)

    def epoch(self) -> int:
        """This moment in whole seconds: QuickBooks keeps no finer time on records."""
        return math.floor(self.now().timestamp())

    def advance(self, step: timedelta) -> datetime:
        """Move forward; time never runs backwards, or versions would."""
        if step < timedelta(0):
            raise ValueError("the clock only moves forward")
        self._ahead += step
        return self.now()


def stamp(epoch: int) -> str:
    """Write seconds since 1970 as records carry them: `2026-05-05T03:13:29-07:00`."""
    return datetime.fromtimestamp(epoch, PACIFIC).isoformat(timespec="seconds")


def stamp_answer(moment: datetime) -> str:
    """Write a moment as envelopes carry it, with milliseconds: `2026-05-05T03:13:29.123-07:00`."""
    return moment.astimezone(PACIFIC).isoformat(timespec="milliseconds")


def read_time(text: str) -> float:
    """Seconds since 1970 of a date or date-time; without an offset it is taken as Pacific (not established).

    Raises ValueError where the text is no time, as with an offset whose `+` became a blank on its way.
    """
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=PACIFIC)
    return moment.timestamp()
