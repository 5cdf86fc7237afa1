"""The columns that periods make: days, weeks, months, quarters, years, or all in one."""

from datetime import date, timedelta
from typing import Final, NamedTuple

from counterfoil.sandbox.reports.asked import add_months
from counterfoil.sandbox.reports.page import column
from counterfoil.sandbox.wire import Record

_MONTHS: Final = {"Month": 1, "Quarter": 3, "Year": 12}


class Span(NamedTuple):
    """One column's days, both counted in."""

    title: str
    start: date
    end: date

    def column(self) -> Record:
        """The column's heading."""
        dates = {"StartDate": self.start.isoformat(), "EndDate": self.end.isoformat()}
        return column(self.title, "Money", self.title, **dates)


def spans(start: date, end: date, by: str) -> list[Span]:
    """The columns between two days; the first and the last may be cut short by them."""
    found = []
    first = start
    while first <= end:
        last = min(_last(first, by, end), end)
        found.append(Span(_title(first, last, by), first, last))
        if last >= end:
            break
        first = last + timedelta(days=1)
    return found or [Span("Total", start, end)]


def _last(first: date, by: str, end: date) -> date:
    if by == "Days":
        return first
    if by == "Week":  # weeks begin on Sunday
        return first + timedelta(days=6 - (first.weekday() + 1) % 7)
    if by in _MONTHS:
        length = _MONTHS[by]
        begun = first.replace(day=1, month=first.month - (first.month - 1) % length)
        return add_months(begun, length) - timedelta(days=1)
    return end


def _title(first: date, last: date, by: str) -> str:
    if by == "Days":
        return f"{first:%b} {first.day}, {first.year}"
    whole = first.day == 1 and (last + timedelta(days=1)).day == 1
    if not whole or by not in _MONTHS:
        return f"{first:%b} {first.day} - {last:%b} {last.day}, {last.year}"
    if first.month == last.month:
        return f"{first:%b} {first.year}"
    return f"{first:%b} - {last:%b}, {last.year}"
