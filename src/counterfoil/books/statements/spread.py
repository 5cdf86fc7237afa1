"""Numbers of rows put into their columns."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from counterfoil.model.months import Span
from counterfoil.model.statement import NOTHING, Column


def month_columns(span: Span) -> tuple[Column, ...]:
    """A column for each month."""
    return tuple(
        Column(title=month.title, since=month.first_day, until=month.last_day) for month in span.months
    )


def by_account(
    rows: Iterable[tuple[str | None, date, Decimal]], columns: tuple[Column, ...]
) -> dict[str | None, list[Decimal]]:
    """Account, last day of the month and number of each row, summed; without the accounts that come to nothing."""
    places = {column.until: at for at, column in enumerate(columns)}
    sums: dict[str | None, list[Decimal]] = {}
    for account, month_end, number in rows:
        at = places.get(month_end)
        if at is not None:
            sums.setdefault(account, [NOTHING] * len(columns))[at] += number
    return {account: cells for account, cells in sums.items() if any(cells)}
