"""CashFlow, the indirect way: from the net income to the change of cash, by what else the balance sheet moved.

Cash is what lies in banks and in undeposited funds.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from counterfoil.sandbox.ledger.live import Account, in_order
from counterfoil.sandbox.ledger.nouns import ZERO
from counterfoil.sandbox.reports.asked import READERS, Asked
from counterfoil.sandbox.reports.page import Rows, Sheet, blanks, cell, column
from counterfoil.sandbox.reports.spans import spans
from counterfoil.sandbox.reports.sums import Sums, added, by_span, entries_within
from counterfoil.sandbox.reports.tree import Line, amounts
from counterfoil.sandbox.wire import Record

_ADJUSTED: Final = (
    "Accounts Receivable",
    "Other Current Asset",
    "Accounts Payable",
    "Credit Card",
    "Other Current Liability",
)
_INVESTED: Final = ("Fixed Asset", "Other Asset")
_FINANCED: Final = ("Long Term Liability", "Equity")
_TOLD: Final = "Adjustments to reconcile Net Income to Net Cash provided by operations:"


def cash_flow(asked: Asked, sheet: Sheet) -> None:
    """Draw where cash came from and went to."""
    start, end = asked.period()
    by = "Total" if asked.summarized in READERS else asked.summarized
    cut = spans(start, end, by)
    drawn = [column("Total", "Money", "total")] if by == "Total" else [span.column() for span in cut]
    sheet.columns = [column("", "Account", "account"), *drawn]
    moved = by_span(asked, cut, entries_within(asked, start, end))
    before = by_span(asked, cut, entries_within(asked, date.min, start - timedelta(days=1)))
    if moved or before:
        _Flow(asked, sheet, moved, len(cut)).draw(before)


class _Flow:
    def __init__(self, asked: Asked, sheet: Sheet, moved: Sums, width: int) -> None:
        self._chart = asked.ledger.chart
        self._sheet = sheet
        self._moved = moved
        self._width = width

    def draw(self, before: Sums) -> None:
        """Draw the three kinds of activity, then cash before and after."""
        parts = [
            self._operations(),
            self._activity("INVESTING", _INVESTED),
            self._activity("FINANCING", _FINANCED),
        ]
        change = added(parts, self._width)
        self._sheet.total(
            self._sheet.rows, self._row("Net cash increase for period", change, "total"), "CashIncrease"
        )
        begun = sum((row[0] for id_, row in before.items() if _is_cash(self._chart.show(id_))), ZERO)
        held = [begun]
        for by in change:
            held.append(held[-1] + by)
        if any(held):
            began = self._row("Cash at beginning of period", held[:-1])
            self._sheet.data(self._sheet.rows, began, type="Data", group="BeginningCash")
        self._sheet.total(
            self._sheet.rows, self._row("Cash at end of period", held[1:], "total"), "EndingCash"
        )

    def _operations(self) -> Line:
        section, rows = self._section(self._sheet.rows, "OPERATING ACTIVITIES", "OperatingActivities")
        mine = [row for id_, row in self._moved.items() if self._chart.show(id_).in_profit]
        profit = [-by for by in added(mine, self._width)]
        self._sheet.data(rows, self._row("Net Income", profit), type="Data", group="NetIncome")
        adjusted = [ZERO] * self._width
        if self._accounts(_ADJUSTED):
            inner, inner_rows = self._section(rows, _TOLD, "OperatingAdjustments")
            adjusted = self._draw_accounts(inner_rows, _ADJUSTED)
            self._sheet.close(inner, self._row(f"Total {_TOLD}", adjusted, "total"))
        line = added([profit, adjusted], self._width)
        self._sheet.close(section, self._row("Net cash provided by operating activities", line, "total"))
        return line

    def _activity(self, title: str, kinds: tuple[str, ...]) -> Line:
        if not self._accounts(kinds):
            return [ZERO] * self._width
        group = f"{title.capitalize()}Activities"
        section, rows = self._section(self._sheet.rows, f"{title} ACTIVITIES", group)
        line = self._draw_accounts(rows, kinds)
        told = f"Net cash provided by {title.lower()} activities"
        self._sheet.close(section, self._row(told, line, "total"))
        return line

    def _section(self, into: Rows, title: str, group: str) -> tuple[Record, Rows]:
        return self._sheet.section(into, [cell(title), *blanks(self._width)], group)

    def _accounts(self, kinds: tuple[str, ...]) -> list[Account]:
        every = in_order(self._chart.show(id_) for id_ in self._moved)
        return [one for one in every if one.kind in kinds and not _is_cash(one)]

    def _draw_accounts(self, rows: Rows, kinds: tuple[str, ...]) -> Line:
        lines = []
        for account in self._accounts(kinds):
            line = [-by for by in self._moved[account.id]]
            self._sheet.data(rows, [cell(account.full_name, account.id), *amounts(line)], type="Data")
            lines.append(line)
        return added(lines, self._width)

    def _row(self, title: str, line: list[Decimal], where: str = "leaf") -> list[Record]:
        return [cell(title), *amounts(line, where)]


def _is_cash(account: Account) -> bool:
    return account.kind == "Bank" or account.sub_kind == "UndepositedFunds"
