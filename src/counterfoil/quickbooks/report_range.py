"""Reports whose answers are cut, or take too long: their range of dates is halved until each part is whole."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from counterfoil.errors import ReportTooLarge
from counterfoil.model.report import Joins
from counterfoil.model.window import months_after
from counterfoil.quickbooks.report import Report, date_of
from counterfoil.quickbooks.report_join import join

Params = Mapping[str, str]

DAY = timedelta(days=1)
MONTHS = {"month": 1, "quarter": 3, "year": 12}
"""How many months one column takes, by what columns are asked for."""
METHOD = "accounting_method"


def read_range(ask: Callable[[Params], Report], params: Params, joins: Joins) -> Report:
    """Ask for a report, in halves where it has to be. `calls` of what comes are all that were answered.

    The accounting method is always said: QuickBooks would else take the one that its company prefers. Raises
    ReportTooLarge where nothing shorter can be asked for, and whatever `ask` raises.
    """
    return _read(ask, {METHOD: "Accrual", **params}, joins)


def _read(ask: Callable[[Params], Report], params: Params, joins: Joins) -> Report:
    answered = 0
    try:
        found = ask(params)
        if not found.cut:
            return found
        answered = found.calls
        trouble = ReportTooLarge("QuickBooks answers with a part of it only.")
    except ReportTooLarge as error:
        trouble = error
    parts: list[Report] = []
    for half in _halves(params, joins):
        try:
            parts.append(_read(ask, half, joins))
        except ReportTooLarge as error:
            error.calls += answered + sum(part.calls for part in parts)
            raise
    if not parts:
        raise ReportTooLarge(
            f"The report of {_range(params)} is too large for one answer of QuickBooks. {trouble.what}",
            do="Ask it for fewer columns, or leave it out of the source.",
            calls=answered,
        ) from None
    whole = join(parts[0], parts[1], joins, inside=_units(params) <= 1)
    return replace(whole, calls=whole.calls + answered)


def _halves(params: Params, joins: Joins) -> Iterator[Params]:
    """The same question for the earlier and the later half; none where no shorter one helps.

    A column is kept whole as long as there are several: half a quarter is no quarter.
    """
    start, end = date_of(params.get("start_date", "")), date_of(params.get("end_date", ""))
    if start is None or end is None or start >= end:
        return
    units = _units(params)
    if units > 1:
        middle = months_after(start, units // 2 * _months(params))
    elif joins is Joins.LAST:
        return
    else:
        middle = start + (end - start + DAY) // 2
    yield {**params, "end_date": str(middle - DAY)}
    yield {**params, "start_date": str(middle)}


def _units(params: Params) -> int:
    """Columns of time that the question has; where none are asked for, 1."""
    months = _months(params)
    start, end = date_of(params.get("start_date", "")), date_of(params.get("end_date", ""))
    if not months or start is None or end is None:
        return 1
    return ((end.year - start.year) * 12 + end.month - start.month) // months + 1


def _months(params: Params) -> int:
    return MONTHS.get(params.get("summarize_column_by", "").lower(), 0)


def _range(params: Params) -> str:
    parts = [params.get(name, "") for name in ("start_date", "end_date", "report_date")]
    return " to ".join(dict.fromkeys(filter(None, parts))) or "all times"
