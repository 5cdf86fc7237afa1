"""What is asked of QuickBooks for windows of a report: as many as one answer safely holds, each told apart in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from counterfoil.model.report import Covers, Traits
from counterfoil.model.report_choice import By, Choice
from counterfoil.model.window import Window, at_once
from counterfoil.quickbooks.report import Column, Report, is_numeric


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request: these windows, with these parameters."""

    windows: tuple[Window, ...]
    params: Mapping[str, str]


def asks(due: Sequence[Window], choice: Choice, traits: Traits, today: date) -> Iterator[Ask]:
    """The requests that bring all windows. Several share one where it can have a column for each of them."""
    most = at_once(choice, traits)
    group: list[Window] = []
    for window in due:
        if group and (len(group) == most or not _follows(group[-1], window)):
            yield Ask(windows=tuple(group), params=_params(group, choice, traits, today))
            group = []
        group.append(window)
    if group:
        yield Ask(windows=tuple(group), params=_params(group, choice, traits, today))


def alone(ask: Ask, choice: Choice, traits: Traits, today: date) -> Iterator[Ask]:
    """The same windows, each in a request of its own."""
    for window in ask.windows:
        yield Ask(windows=(window,), params=_params([window], choice, traits, today))


def columns_of(window: Window, report: Report, *, shared: bool) -> tuple[Column, ...] | None:
    """The columns of a report that tell of a window: its own, and those that name rows; None when they are not told.

    Where an answer is `shared`, sums over all its windows are no window's.
    """
    named = [column for column in report.columns if not is_numeric(column) and not column.start]
    own = [column for column in report.columns if column.start and _is_within(column, window)]
    if own:
        return tuple(sorted((*named, *own), key=lambda column: column.place))
    if shared and report.branches:
        return None
    return report.columns


def as_of(window: Window, traits: Traits, today: date) -> date | None:
    """The day that a window of a report as of a day is asked for: the last one of the period, or today."""
    return min(window.end, today) if traits.covers is Covers.DAY and window.end else None


def _params(group: Sequence[Window], choice: Choice, traits: Traits, today: date) -> Mapping[str, str]:
    first, last = group[0], group[-1]
    params = {**traits.asked, "accounting_method": first.basis or "Accrual"}
    if traits.covers is Covers.PERIOD:
        params |= {"start_date": str(first.start), "end_date": str(last.end)}
    if (day := as_of(first, traits, today)) is not None:
        params["report_date"] = str(day)
    if choice.columns:
        params["summarize_column_by" if traits.splits else "columns"] = ",".join(choice.columns)
    elif traits.in_columns:
        params["summarize_column_by"] = _COLUMNS[choice.by]
    return params


_COLUMNS = {By.MONTH: "Month", By.QUARTER: "Quarter", By.YEAR: "Year"}


def _follows(before: Window, window: Window) -> bool:
    if before.basis != window.basis or before.end is None or window.start is None:
        return False
    return (window.start - before.end).days == 1


def _is_within(column: Column, window: Window) -> bool:
    if column.start is None or window.start is None or window.end is None:
        return False
    return window.start <= column.start and (column.end or column.start) <= window.end
