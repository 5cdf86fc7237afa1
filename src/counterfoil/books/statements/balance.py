"""The balance sheet at the ends of months: what there is, what is owed, and what belongs to the owners."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from counterfoil.books.statements.spread import by_account, month_columns
from counterfoil.books.statements.tree import entries, summed
from counterfoil.model.months import Span
from counterfoil.model.statement import NOTHING, Account, Column, Line, LineKind, Statement, added

SECTIONS = ("Assets", "Liabilities", "Equity", "No account found")
"""By `section_order` of the view from 1."""

PARTS = ("in", "out", "net", "")
"""What a chart draws of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What an account stood at on the last day of a month; `held_amount` is in the account's own currency."""

    month_end: date
    section_order: int
    account_type: str | None
    account_type_order: int
    account_id: str | None
    account_name: str | None
    amount: Decimal  # in home currency
    currency: str  # of the account
    held_amount: Decimal | None  # None where nothing was ever told in it


def balance_sheet(
    rows: Iterable[Held], span: Span, accounts: Mapping[str, Account], *, home: str, currency: str = ""
) -> Statement:
    """The statement in home currency, or of the accounts in another one, in that one."""
    every = list(rows)
    columns = month_columns(span)
    chosen = every
    if currency not in ("", home):
        chosen = [
            replace(row, amount=row.held_amount or NOTHING) for row in every if row.currency == currency
        ]
    lines: list[Line] = []
    totals: dict[int, Line] = {}
    for order, title in enumerate(SECTIONS, 1):
        inside = _types([row for row in chosen if row.section_order == order], columns, accounts)
        totals[order] = summed(f"Total {title.lower()}", inside, 0, width=len(columns), part=PARTS[order - 1])
        if inside:
            lines += [Line(kind=LineKind.GROUP, label=title), *inside, totals[order]]
    if currency in ("", home):
        owed = added([totals[each].cells for each in (2, 3)], len(columns))
        lines.append(Line(kind=LineKind.RESULT, label="Liabilities and equity", cells=owed))
    return Statement(
        name="balance-sheet",
        home=home,
        currency=currency or home,
        columns=columns,
        lines=tuple(lines),
        currencies=tuple(sorted({row.currency for row in every if row.currency})),
    )


def _types(rows: list[Held], columns: tuple[Column, ...], accounts: Mapping[str, Account]) -> list[Line]:
    """A section's accounts by their type, with a sum for each type where there are several."""
    types = sorted({(row.account_type_order, row.account_type or "") for row in rows})
    if len(types) == 1:
        return _accounts(rows, columns, accounts, depth=1)
    lines: list[Line] = []
    for _, name in types:
        of_type = [row for row in rows if (row.account_type or "") == name]
        if found := _accounts(of_type, columns, accounts, depth=2):
            head = Line(kind=LineKind.GROUP, label=name or "Without a type", depth=1)
            lines += [head, *found, summed(f"Total {name.lower()}", found, 1)]
    return lines


def _accounts(
    rows: list[Held], columns: tuple[Column, ...], accounts: Mapping[str, Account], *, depth: int
) -> list[Line]:
    """The accounts, then what belongs to none: net income, or postings for which none was found."""
    listed = [(row.account_id, row.month_end, row.amount) for row in rows if row.account_id is not None]
    lines = entries(by_account(listed, columns), accounts, depth=depth)
    nameless = [row for row in rows if row.account_id is None]
    for name in sorted({row.account_name or "" for row in nameless}):
        inside = [(None, row.month_end, row.amount) for row in nameless if (row.account_name or "") == name]
        found = entries(by_account(inside, columns), accounts, depth=depth, leads=not name)
        lines += [replace(line, label=name or line.label) for line in found]
    return lines
