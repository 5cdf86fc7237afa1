"""Months, and spans of them: what statements are asked for."""

import calendar
import re
from dataclasses import dataclass
from datetime import date

LONGEST = 60
"""Months of one span."""

NAMES = tuple(calendar.month_name)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Month:
    """One month."""

    year: int
    number: int  # from 1 to 12

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    @property
    def title(self) -> str:
        """As a column is headed: `Nov 2026`."""
        return f"{self.first_day:%b %Y}"

    def later(self, months: int) -> "Month":
        """The month so many months later, or before; the first or last that there is where it would be beyond."""
        place = min(max(self.year * 12 + self.number - 1 + months, 12), 9999 * 12 + 11)
        return Month(year=place // 12, number=place % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The months from the first to the last one, both of them in it."""

    first: Month
    last: Month

    @property
    def months(self) -> tuple[Month, ...]:
        """Every one, the latest `LONGEST` at most."""
        apart = (self.last.year - self.first.year) * 12 + self.last.number - self.first.number
        return tuple(self.last.later(back) for back in range(-min(max(apart, 0), LONGEST - 1), 1))


def month_of(day: date) -> Month:
    """The month that a day is in."""
    return Month(year=day.year, number=day.month)


def month_named(text: str) -> Month | None:
    """Read `2026-11`; None for anything else."""
    found = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})", text.strip(), re.ASCII)
    if not found or int(found[1]) < 1 or not 1 <= int(found[2]) <= 12:
        return None
    return Month(year=int(found[1]), number=int(found[2]))


def fiscal_year(day: date, first_month: str, *, years_before: int = 0) -> Span:
    """The year of books that a day is in, or one before; `first_month` as Preferences tell it, January where not."""
    number = NAMES.index(first_month) if first_month in NAMES[1:] else 1
    begun = day.year if day.month >= number else day.year - 1
    first = Month(year=max(begun - years_before, 1), number=number)
    return Span(first=first, last=first.later(11))
