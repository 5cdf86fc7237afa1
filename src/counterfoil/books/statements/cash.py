"""Cash by month: where it came from and went to, by the indirect method, and what there was of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from counterfoil.books.statements.spread import by_account, month_columns
from counterfoil.books.statements.tree import entries, summed
from counterfoil.model.months import Span
from counterfoil.model.statement import NOTHING, Account, Line, LineKind, Statement

ACTIVITIES = ("Operating activities", "Investing activities", "Financing activities")
"""By `section_order` of the view from 1."""

HELD = ((4, "Net change in cash", "in"), (5, "Cash at beginning", ""), (6, "Cash at end", "net"))
"""What follows them: its `section_order`, what it is called, and what a chart draws."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What moved cash in a month; without an account it is net income, or cash itself."""

    month_end: date
    section_order: int
    account_id: str | None
    account_name: str | None
    amount: Decimal


def cash_flow(rows: Iterable[Flow], span: Span, accounts: Mapping[str, Account], *, home: str) -> Statement:
    """The statement in home currency."""
    every = list(rows)
    columns = month_columns(span)
    lines: list[Line] = []
    for order, title in enumerate(ACTIVITIES, 1):
        inside = [row for row in every if row.section_order == order]
        income = [(None, row.month_end, row.amount) for row in inside if row.account_id is None]
        moved = [(row.account_id, row.month_end, row.amount) for row in inside if row.account_id is not None]
        found = [
            replace(line, label="Net income")
            for line in entries(by_account(income, columns), accounts, depth=1, leads=False)
        ]
        found += entries(by_account(moved, columns), accounts, depth=1)
        if found:
            whole = summed(f"Cash from {title.lower()}", found, 0)
            lines += [Line(kind=LineKind.GROUP, label=title), *found, whole]
    for order, title, part in HELD:
        cells = [NOTHING] * len(columns)
        for row in every:
            if row.section_order == order:
                cells = [
                    cell + (row.amount if row.month_end == column.until else NOTHING)
                    for cell, column in zip(cells, columns, strict=True)
                ]
        total = sum(cells, NOTHING) if order == 4 else None
        lines.append(Line(kind=LineKind.RESULT, label=title, cells=tuple(cells), total=total, part=part))
    return Statement(name="cash", home=home, currency=home, columns=columns, lines=tuple(lines), summed=True)
