"""Times as QuickBooks writes them: US Pacific wall clock with its offset, to the second.

The rule of United States summer time since 2007 is written out, so that no time zone database is needed and the
bytes are the same on every machine.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from time import gmtime

DAY = 86_400
_HOUR = 3_600


def pacific_time(moment: int) -> str:
    """Write epoch seconds as 2026-04-08T12:56:17-07:00."""
    offset = pacific_offset(moment)
    wall = gmtime(moment - offset * _HOUR)
    return "%d-%02d-%02dT%02d:%02d:%02d-%02d:00" % (*wall[:6], offset)  # noqa: UP031 - twice as fast here


def pacific_date(moment: int) -> str:
    """Write the Pacific calendar day of epoch seconds as 2026-04-08."""
    return "%d-%02d-%02d" % gmtime(moment - pacific_offset(moment) * _HOUR)[:3]  # noqa: UP031


def pacific_offset(moment: int) -> int:
    """Tell how many hours US Pacific time lies behind UTC: seven in summer, eight in winter."""
    begins, ends = _summer(gmtime(moment).tm_year)
    return 7 if begins <= moment < ends else 8


@lru_cache
def _summer(year: int) -> tuple[int, int]:
    """From the second Sunday of March to the first of November, both at two o'clock by the wall."""
    return _sunday(year, month=3, week=2, utc_hour=10), _sunday(year, month=11, week=1, utc_hour=9)


def _sunday(year: int, *, month: int, week: int, utc_hour: int) -> int:
    first = datetime(year, month, 1, utc_hour, tzinfo=UTC)
    days = (6 - first.weekday()) % 7 + 7 * (week - 1)
    return int((first + timedelta(days=days)).timestamp())
