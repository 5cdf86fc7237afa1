"""ProfitAndLoss."""

from typing import Final

from counterfoil.sandbox.ledger.nouns import ZERO
from counterfoil.sandbox.reports.asked import Asked
from counterfoil.sandbox.reports.page import Sheet, blanks, cell, column
from counterfoil.sandbox.reports.sums import added, columns_of
from counterfoil.sandbox.reports.tree import Line, amounts, draw_accounts

# heading, account type, group, which way it counts, whether the section stands even when it is empty
_SECTIONS: Final = (
    ("Income", "Income", "Income", -1, True),
    ("Cost of Goods Sold", "Cost of Goods Sold", "COGS", 1, False),
    ("Expenses", "Expense", "Expenses", 1, True),
    ("Other Income", "Other Income", "OtherIncome", -1, False),
    ("Other Expenses", "Other Expense", "OtherExpenses", 1, False),
)


def profit_and_loss(asked: Asked, sheet: Sheet) -> None:
    """Draw income and expense."""
    drawn, sums = columns_of(asked)
    width = len(drawn)
    sheet.columns = [column("", "Account", "account"), *drawn]
    chart = asked.ledger.chart
    sums = {id_: row for id_, row in sums.items() if chart.show(id_).in_profit}
    if not sums and width > 1:
        return  # of the two forms that an empty statement takes, the barest
    accounts = [*chart.accounts.values(), *(chart.show(id_) for id_ in sums if id_ not in chart.accounts)]
    lines: dict[str, Line] = {}

    def sum_up(title: str, group: str, *parts: tuple[int, str]) -> None:
        rows = [[sign * by for by in lines.get(name, [ZERO] * width)] for sign, name in parts]
        lines[group] = added(rows, width)
        sheet.total(sheet.rows, [cell(title), *amounts(lines[group], "total")], group)

    for title, kind, group, sign, always in _SECTIONS:
        theirs = [one for one in accounts if one.kind == kind]
        own = {one.id: sums[one.id] for one in theirs if one.id in sums}
        if own or always:
            section, rows = sheet.section(sheet.rows, [cell(title), *blanks(width)], group)
            line = draw_accounts(sheet, rows, theirs, own, sign) if own else [ZERO] * width
            lines[group] = line
            sheet.close(section, [cell(f"Total {title}"), *amounts(line, "total")])
        if group == "COGS":
            sum_up("Gross Profit", "GrossProfit", (1, "Income"), (-1, "COGS"))
        elif group == "Expenses":
            sum_up("Net Operating Income", "NetOperatingIncome", (1, "GrossProfit"), (-1, "Expenses"))
    if "OtherIncome" in lines or "OtherExpenses" in lines:
        sum_up("Net Other Income", "NetOtherIncome", (1, "OtherIncome"), (-1, "OtherExpenses"))
    sum_up("Net Income", "NetIncome", (1, "NetOperatingIncome"), (1, "NetOtherIncome"))
