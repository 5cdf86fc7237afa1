"""BalanceSheet: what there is at the end of each column, the profit so far among it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Final

from counterfoil.sandbox.ledger.nouns import ZERO
from counterfoil.sandbox.reports.asked import READERS, Asked
from counterfoil.sandbox.reports.page import Rows, Sheet, blanks, cell, column
from counterfoil.sandbox.reports.spans import Span, spans
from counterfoil.sandbox.reports.sums import Sums, added, by_span, entries_within, profit_before
from counterfoil.sandbox.reports.tree import Line, amounts, draw_accounts


@dataclass(frozen=True)
class _Part:
    """A section: heading, group, the account type it lists or the parts it is made of."""

    title: str
    group: str
    kind: str = ""
    parts: tuple["_Part", ...] = ()
    sign: int = 1


_ASSETS: Final = _Part(
    "ASSETS",
    "TotalAssets",
    parts=(
        _Part(
            "Current Assets",
            "CurrentAssets",
            parts=(
                _Part("Bank Accounts", "BankAccounts", "Bank"),
                _Part("Accounts Receivable", "AR", "Accounts Receivable"),
                _Part("Other Current Assets", "OtherCurrentAssets", "Other Current Asset"),
            ),
        ),
        _Part("Fixed Assets", "FixedAssets", "Fixed Asset"),
        _Part("Other Assets", "OtherAssets", "Other Asset"),
    ),
)
_OWED: Final = _Part(
    "Liabilities",
    "Liabilities",
    parts=(
        _Part(
            "Current Liabilities",
            "CurrentLiabilities",
            parts=(
                _Part("Accounts Payable", "AP", "Accounts Payable", sign=-1),
                _Part("Credit Cards", "CreditCards", "Credit Card", sign=-1),
                _Part(
                    "Other Current Liabilities", "OtherCurrentLiabilities", "Other Current Liability", sign=-1
                ),
            ),
        ),
        _Part("Long-Term Liabilities", "LongTermLiabilities", "Long Term Liability", sign=-1),
    ),
)
_EQUITY: Final = _Part("Equity", "Equity", "Equity", sign=-1)
_FUNDED: Final = _Part("LIABILITIES AND EQUITY", "TotalLiabilitiesAndEquity", parts=(_OWED, _EQUITY))


def balance_sheet(asked: Asked, sheet: Sheet) -> None:
    """Draw assets, liabilities and equity."""
    start, end = asked.period()
    by = "Total" if asked.summarized in READERS else asked.summarized
    cut = spans(start, end, by)
    drawn = [column("Total", "Money", "total")] if by == "Total" else [span.column() for span in cut]
    sums, profit = balances(asked, cut)
    sheet.columns = [column("", "Account", "account"), *drawn]
    if sums or any(profit):
        drawing = _Drawing(asked, sheet, sums, profit)
        drawing.draw(sheet.rows, _ASSETS)
        drawing.draw(sheet.rows, _FUNDED)


def balances(asked: Asked, cut: list[Span]) -> tuple[Sums, list[Decimal]]:
    """What each account holds at the end of each span, earlier profits in retained earnings; and this year's profit."""
    chart = asked.ledger.chart
    moved = by_span(asked, cut, entries_within(asked, date.min, cut[-1].end))
    sums = {id_: list(accumulate(row)) for id_, row in moved.items() if not chart.show(id_).in_profit}
    profits = profit_before(asked, [span.end for span in cut])
    earlier = [-one for one, _ in profits]
    if any(earlier):
        kept = chart.account("retained")
        sums[kept] = added([sums.get(kept, [ZERO] * len(cut)), earlier], len(cut))
    return sums, [one for _, one in profits]


class _Drawing:
    def __init__(self, asked: Asked, sheet: Sheet, sums: Sums, profit: list[Decimal]) -> None:
        chart = asked.ledger.chart
        self._sheet = sheet
        self._sums = sums
        self._profit = profit
        self._accounts = [
            *chart.accounts.values(),
            *(chart.show(id_) for id_ in sums if id_ not in chart.accounts),
        ]

    def draw(self, into: Rows, part: _Part) -> Line:
        """Draw a section and give what it comes to; one without amounts is left out."""
        width = len(self._profit)
        if not self._has(part):
            return [ZERO] * width
        section, rows = self._sheet.section(into, [cell(part.title), *blanks(width)], part.group)
        lines = [self.draw(rows, inner) for inner in part.parts]
        if part.kind:
            theirs = [one for one in self._accounts if one.kind == part.kind]
            own = {one.id: self._sums[one.id] for one in theirs if one.id in self._sums}
            if own:
                lines.append(draw_accounts(self._sheet, rows, theirs, own, part.sign))
        if part is _EQUITY:
            made = [cell("Net Income"), *amounts(self._profit)]
            self._sheet.data(rows, made, type="Data", group="NetIncome")
            lines.append(self._profit)
        line = added(lines, width)
        title = f"TOTAL {part.title}" if part.title.isupper() else f"Total {part.title}"
        self._sheet.close(section, [cell(title), *amounts(line, "total")])
        return line

    def _has(self, part: _Part) -> bool:
        if part in (_ASSETS, _FUNDED, _EQUITY):
            return True
        mine = any(one.kind == part.kind and one.id in self._sums for one in self._accounts)
        return mine or any(self._has(inner) for inner in part.parts)
