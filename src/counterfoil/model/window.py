"""A window: one report by one accounting method for one period, which is read and replaced whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from counterfoil.model.report import Covers, Traits
from counterfoil.model.report_choice import By, Choice, Method

DAY = timedelta(days=1)
RECENT = timedelta(days=31)
"""A period that ended less than this ago is still worked on: it counts as open."""
MONTHS_AT_ONCE = 6
"""Longer ranges come cut, or too late (reference, section 7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """`start` and `end` are its first and last day; None where the report knows no time."""

    report: str
    basis: str = ""  # "Accrual", "Cash"; "" where the report has but one
    by: By = By.MONTH
    start: date | None = None
    end: date | None = None

    @property
    def id(self) -> str:
        """What tells it from all others: ProfitAndLoss|Accrual|2026-01."""
        return "|".join(filter(None, (self.report, self.basis, self._period)))

    @property
    def _period(self) -> str:
        if self.start is None:
            return ""
        if self.by is By.YEAR:
            return f"{self.start.year}"
        if self.by is By.QUARTER:
            return f"{self.start.year}-Q{(self.start.month + 2) // 3}"
        return f"{self.start:%Y-%m}"


def windows(choice: Choice, traits: Traits, first: date, today: date) -> Iterator[Window]:
    """All windows of a choice, the oldest first, method by method, up to the period that holds today.

    `first` is where it begins when the choice does not say.
    """
    for basis in _bases(choice, traits):
        if traits.covers is Covers.NOW:
            yield Window(report=choice.report, basis=basis)
            continue
        start = _begin(choice.since or first, choice.by)
        while start <= today:
            following = months_after(start, choice.by.months)
            yield Window(report=choice.report, basis=basis, by=choice.by, start=start, end=following - DAY)
            start = following


def begins(made: date, covers: Covers) -> date:
    """Where a report begins that was not told: a year and more of books, or, of what is told as of a day, now."""
    return made.replace(day=1) if covers is Covers.DAY else date(made.year - 1, 1, 1)


def at_once(choice: Choice, traits: Traits) -> int:
    """How many windows one answer may hold, a column for each."""
    in_columns = traits.in_columns and not choice.columns
    return max(1, MONTHS_AT_ONCE // choice.by.months) if in_columns else 1


def is_recent(window: Window, today: date) -> bool:
    """Whether a window's period goes on, or was over just now."""
    return window.end is None or window.end >= today - RECENT


def months_after(day: date, months: int) -> date:
    """The first day of the month so many months after a day's."""
    place = day.year * 12 + day.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


def _bases(choice: Choice, traits: Traits) -> tuple[str, ...]:
    if not traits.basis:
        return ("",)
    return {
        Method.ACCRUAL: ("Accrual",),
        Method.CASH: ("Cash",),
        Method.BOTH: ("Accrual", "Cash"),
    }[choice.method]


def _begin(day: date, by: By) -> date:
    """The first day of the period that holds a day."""
    return day.replace(month=(day.month - 1) // by.months * by.months + 1, day=1)
