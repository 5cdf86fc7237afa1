"""Time zones: which there are, and when a clock on the wall shows a time."""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

SECOND = timedelta(seconds=1)


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of an IANA name, written in any case (`europe/berlin`); None when there is no such zone."""
    known = _names().get(name.casefold())
    try:
        return None if known is None else ZoneInfo(known)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_names() -> tuple[str, ...]:
    """Every zone that can be named, in order."""
    return tuple(sorted(_names().values()))


def moment_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """When the clocks of a zone show a time on a day, in UTC.

    Of a time that is shown twice, the first. For a time that is skipped, the moment of the skip: what should
    have happened then happens as the clocks jump over it.
    """
    wall = datetime.combine(day, at, zone)
    moment = wall.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    # PEP 495: of a skipped time, fold=1 counts with the offset behind the jump and so lies before it.
    early = wall.replace(fold=1).astimezone(UTC)
    before = early.astimezone(zone).utcoffset()

    def has_jumped(passed: int) -> int:
        return (early + passed * SECOND).astimezone(zone).utcoffset() != before

    jump = bisect_left(range(int((moment - early) / SECOND)), 1, key=has_jumped)
    return early + jump * SECOND


@cache
def _names() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}
