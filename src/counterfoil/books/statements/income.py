"""Profit and loss by month: income, costs and expenses of each account, and what is left of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterfoil.books.statements.spread import by_account, month_columns
from counterfoil.books.statements.tree import entries, summed
from counterfoil.model.months import Span
from counterfoil.model.statement import NOTHING, Account, Line, LineKind, Statement, added

SECTIONS = (
    ("Income", "Total income", "in"),
    ("Cost of goods sold", "Total cost of goods sold", "out"),
    ("Expenses", "Total expenses", "out"),
    ("Other income", "Total other income", "in"),
    ("Other expenses", "Total other expenses", "out"),
)
"""By `section_order` of the view from 1: what it is called, its sum, and which part of a chart it is."""

LEFT = {2: ("Gross profit", (1, 2)), 3: ("Net operating income", (1, 2, 3)), 5: ("Net other income", (4, 5))}
"""What is left after a section, and of which."""

EARNING = (1, 4)
"""The sections that make a profit larger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """What an account earned or cost in a month, in one currency of transactions."""

    month_end: date
    section_order: int
    account_id: str | None
    currency: str
    amount: Decimal  # in home currency
    foreign_amount: (
        Decimal | None
    )  # None where all of it is in home currency alone, such as the cost of stock


def profit_and_loss(
    rows: Iterable[Earned], span: Span, accounts: Mapping[str, Account], *, home: str, currency: str = ""
) -> Statement:
    """The statement in home currency, or only what was done in another one, in that one."""
    every = list(rows)
    columns = month_columns(span)
    sums: dict[int, Line] = {}
    lines: list[Line] = []
    for order, (title, total, part) in enumerate(SECTIONS, 1):
        numbers = [_number(row, home, currency) for row in every if row.section_order == order]
        found = entries(by_account(filter(None, numbers), columns), accounts, depth=1)
        sums[order] = summed(total, found, 0, width=len(columns), part=part)
        if found:
            lines += [Line(kind=LineKind.GROUP, label=title), *found, sums[order]]
        label, of = LEFT.get(order, ("", ()))
        if any(sums[each].total for each in of) and (found or order == len(SECTIONS)):
            lines.append(_left(label, sums, of))
    lines.append(_left("Net income", sums, tuple(sums), part="net"))
    return Statement(
        name="profit-and-loss",
        home=home,
        currency=currency or home,
        columns=columns,
        lines=tuple(lines),
        currencies=tuple(sorted({row.currency for row in every if row.currency})),
        summed=True,
    )


def _number(row: Earned, home: str, currency: str) -> tuple[str | None, date, Decimal] | None:
    """What counts of a row; nothing where it has no amount in the currency that is asked for."""
    if currency in ("", home):
        return row.account_id, row.month_end, row.amount
    if row.currency != currency or row.foreign_amount is None:
        return None
    return row.account_id, row.month_end, row.foreign_amount


def _left(label: str, sums: Mapping[int, Line], of: Sequence[int], part: str = "") -> Line:
    """Earnings less what they cost."""
    rows = [sums[each].cells if each in EARNING else tuple(-cell for cell in sums[each].cells) for each in of]
    cells = added(rows, len(rows[0]))
    return Line(kind=LineKind.RESULT, label=label, cells=cells, total=sum(cells, NOTHING), part=part)
