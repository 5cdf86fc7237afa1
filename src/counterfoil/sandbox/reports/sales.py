"""CustomerSales, ItemSales, DepartmentSales, ClassSales, CustomerIncome, VendorExpenses: who and what made profit."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from counterfoil.sandbox.ledger.nouns import CENT, ZERO, Entry, Posting
from counterfoil.sandbox.reports.asked import READERS, Asked, name_on
from counterfoil.sandbox.reports.page import Sheet, cell, column, money
from counterfoil.sandbox.reports.spans import spans
from counterfoil.sandbox.reports.sums import entries_within
from counterfoil.sandbox.reports.tree import Line, Tree, amounts, nodes_of
from counterfoil.sandbox.wire import Record

_SALES: Final = ("Invoice", "SalesReceipt", "CreditMemo", "RefundReceipt")
_ITEM_COLUMNS: Final = (
    ("Quantity", "Quantity"),
    ("Amount", "Money"),
    ("% of Sales", "Percent"),
    ("Avg Price", "Money"),
    ("COGS", "Money"),
    ("Gross Margin", "Money"),
    ("Gross Margin %", "Percent"),
)


def _kept(asked: Asked) -> Iterator[tuple[Entry, Posting, str]]:
    """Every posting of the period to income and expense, with its account's type."""
    keeps = asked.keeps()
    chart = asked.ledger.chart
    kinds: dict[str, str] = {}
    for found in entries_within(asked, *asked.period()):
        for one in found.postings:
            kind = kinds.get(one.account)
            if kind is None:
                account = chart.show(one.account)
                kind = kinds[one.account] = account.kind if account.in_profit else ""
            if kind and (keeps is None or keeps(found, one)):
                yield found, one, kind


def _income(asked: Asked) -> Iterator[tuple[Entry, Posting]]:
    """What sales forms earned, at the price they were sold for."""
    for found, one, kind in _kept(asked):
        if found.entity in _SALES and kind in ("Income", "Other Income"):
            yield found, one


def customer_sales(asked: Asked, sheet: Sheet) -> None:
    """Draw what was sold to each customer."""
    _sales(asked, sheet, "Customers")


def class_sales(asked: Asked, sheet: Sheet) -> None:
    """Draw what was sold by class."""
    _sales(asked, sheet, "Classes")


def department_sales(asked: Asked, sheet: Sheet) -> None:
    """Draw what was sold at each place."""
    _sales(asked, sheet, "Departments")


def _sales(asked: Asked, sheet: Sheet, by: str) -> None:
    kind, read = READERS[by]
    start, end = asked.period()
    periods = "Total" if asked.summarized in READERS else asked.summarized
    cut = spans(start, end, periods)
    drawn = [span.column() for span in cut] if periods != "Total" else []
    sheet.columns = [column("", kind), *drawn, column("Total", "Money", "total")]
    sums: dict[str, Line] = defaultdict(lambda: [ZERO] * (len(drawn) + 1))
    for found, one in _income(asked):
        row = sums[read(found, one)]
        row[-1] -= one.amount
        if drawn:
            row[next(place for place, span in enumerate(cut) if found.date <= span.end)] -= one.amount
    _draw(asked, sheet, kind, sums)


def _draw(asked: Asked, sheet: Sheet, kind: str, sums: dict[str, Line]) -> None:
    if not sums:
        return
    width = len(next(iter(sums.values())))
    tree = Tree(sheet, nodes_of(asked, kind, sums), width=width, cells=amounts)
    line = tree.draw(sheet.rows, sums)
    sheet.total(sheet.rows, [cell("TOTAL"), *amounts(line, "total")], "GrandTotal")


def customer_income(asked: Asked, sheet: Sheet) -> None:
    """Draw what each customer brought in and cost."""
    titles = (("Total Income", "income"), ("Total Expenses", "expense"), ("Net Income", "net_income"))
    sheet.columns = [column("", "Customer"), *(column(title, "Money", key) for title, key in titles)]
    read = READERS["Customers"][1]
    sums: dict[str, Line] = defaultdict(lambda: [ZERO, ZERO, ZERO])
    for found, one, kind in _kept(asked):
        if id_ := read(found, one):
            row = sums[id_]
            earned = kind in ("Income", "Other Income")
            row[0 if earned else 1] += -one.amount if earned else one.amount
            row[2] -= one.amount
    _draw(asked, sheet, "Customer", sums)


def vendor_expenses(asked: Asked, sheet: Sheet) -> None:
    """Draw what was spent with each vendor."""
    sheet.columns = [column("", "Vendor"), column("Total", "Money", "total")]
    sums: dict[str, Line] = defaultdict(lambda: [ZERO])
    for found, one, kind in _kept(asked):
        name = name_on(found, one)
        if name[0] == "Vendor" and kind not in ("Income", "Other Income"):
            sums[name[1]][0] += one.amount
    _draw(asked, sheet, "Vendor", sums)


def item_sales(asked: Asked, sheet: Sheet) -> None:
    """Draw what was sold of each item: pieces, money, and what it cost, below one column that holds them all."""
    inner = [column(title, kind, title.lower().replace(" ", "_")) for title, kind in _ITEM_COLUMNS]
    sheet.columns = [
        column("", "ProductsAndService"),
        {"ColTitle": "Total", "ColType": "Money", "Columns": {"Column": inner}},
    ]
    sums: dict[str, Line] = defaultdict(lambda: [ZERO, ZERO, ZERO])  # pieces, money, cost
    for found, one, kind in _kept(asked):
        if found.entity in _SALES and one.item:
            row = sums[one.item]
            if one.is_cost:
                row[2] += one.amount
            elif kind in ("Income", "Other Income"):
                back = found.entity in ("CreditMemo", "RefundReceipt")
                row[0] += (one.quantity or ZERO) * (-1 if back else 1)
                row[1] -= one.amount
    if not sums:
        return
    sold = sum((row[1] for row in sums.values()), ZERO)
    nodes = nodes_of(asked, "Item", sums)
    tree = Tree(sheet, nodes, width=3, cells=lambda line, where: _item_cells(line, sold, where))
    line = tree.draw(sheet.rows, sums)
    sheet.total(sheet.rows, [cell("TOTAL"), *_item_cells(line, sold, "total")], "GrandTotal")


def _item_cells(line: Sequence[Decimal], sold: Decimal, where: str) -> list[Record]:
    pieces, money_in, cost = line
    if where == "head" and not any(line):
        return [cell() for _ in _ITEM_COLUMNS]
    margin = money_in - cost
    return [
        cell(f"{pieces:.2f}"),
        money(money_in, ".00"),
        cell(_share(money_in, sold)),
        money(money_in / pieces if pieces else None),
        money(cost, ""),
        money(margin, ".00"),
        cell(_share(margin, money_in)),
    ]


def _share(part: Decimal, whole: Decimal) -> str:
    """A percentage as reports write it: `0.08 %`."""
    return f"{(part * 100 / whole).quantize(CENT, ROUND_HALF_UP)} %" if whole else ""
