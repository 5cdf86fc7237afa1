"""AgedReceivables, AgedPayables and their details, CustomerBalance, VendorBalance and theirs."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from counterfoil.sandbox.ledger.nouns import ZERO
from counterfoil.sandbox.reports.asked import Asked, bad_value
from counterfoil.sandbox.reports.detail import Line, Table
from counterfoil.sandbox.reports.open_items import PAYABLES, RECEIVABLES, OpenItem, Side, open_items
from counterfoil.sandbox.reports.page import Sheet, blanks, cell, column, money
from counterfoil.sandbox.reports.tree import Line as Amounts
from counterfoil.sandbox.reports.tree import Tree, nodes_of
from counterfoil.sandbox.wire import Record

_MOST_PERIODS: Final = 12
_RECEIVABLE: Final = "tx_date txn_type doc_num cust_name due_date subt_amount subt_open_bal"
_PAYABLE: Final = "tx_date txn_type doc_num vend_name due_date past_due subt_neg_amount subt_neg_open_bal"
_BALANCE: Final = "tx_date txn_type doc_num due_date subt_nat_amount nat_open_bal rbal_nat_amount"


class _Age(NamedTuple):
    title: str
    most: int | None  # days past due; None: any number


def report_day(asked: Asked) -> date:
    """The day as of which debts are told."""
    return asked.day("report_date") or asked.day("end_date") or asked.today


def _ages(asked: Asked) -> list[_Age]:
    length, count = _whole(asked, "aging_period", 30), _whole(asked, "num_periods", 4)
    ages = [_Age("Current", 0)]
    for place in range(min(count, _MOST_PERIODS) - 1):
        ages.append(_Age(f"{place * length + 1} - {(place + 1) * length}", (place + 1) * length))
    return [*ages, _Age(f"{(len(ages) - 1) * length + 1} and over", None)]


def _whole(asked: Asked, name: str, default: int) -> int:
    text = asked.params.get(name, "")
    if text and not (text.isascii() and text.isdecimal() and 0 < int(text) < 1000):
        raise bad_value(name, text)
    return int(text or default)


def _age(ages: list[_Age], item: OpenItem, day: date) -> int:
    late = (day - item.due).days
    return next(place for place, age in enumerate(ages) if age.most is None or late <= age.most)


def _aged_from(asked: Asked) -> date:
    method = asked.params.get("aging_method", "Report_Date").lower()
    return asked.today if method == "current" else report_day(asked)


def receivables(asked: Asked, sheet: Sheet) -> None:
    """Draw what each customer owes, by how late it is."""
    _summary(asked, sheet, RECEIVABLES)


def payables(asked: Asked, sheet: Sheet) -> None:
    """Draw what is owed to each vendor, by how late it is."""
    _summary(asked, sheet, PAYABLES)


def _summary(asked: Asked, sheet: Sheet, side: Side) -> None:
    ages = _ages(asked)
    titles = [*(age.title for age in ages), "Total"]
    keys = ["current", *(str(place) for place in range(len(ages) - 1)), "total"]
    named = [column(title, "Money", key) for title, key in zip(titles, keys, strict=True)]
    sheet.columns = [column("", side.name_kind), *named]
    sums: dict[str, Amounts] = defaultdict(lambda: [ZERO] * len(titles))
    for item in open_items(asked, side, report_day(asked)):
        own = sums[item.name[1]]
        own[_age(ages, item, _aged_from(asked))] += item.open_at_home
        own[-1] += item.open_at_home
    _draw_names(asked, sheet, side, sums)


def _draw_names(asked: Asked, sheet: Sheet, side: Side, sums: dict[str, Amounts]) -> None:
    if not sums:
        return
    width = len(next(iter(sums.values())))
    nodes = nodes_of(asked, side.name_kind, sums)
    tree = Tree(sheet, nodes, width=width, cells=_cells, leaf="")
    line = tree.draw(sheet.rows, sums)
    sheet.total(sheet.rows, [cell("TOTAL"), *_cells(line, "total")], "GrandTotal")


def _cells(line: Amounts, where: str) -> list[Record]:
    """Nought is written `.00` where a name owes nothing in all, and left blank in its columns."""
    blank = ".00" if where == "total" else ""
    return [*(money(by, blank) for by in line[:-1]), money(line[-1], ".00")]


def receivables_detail(asked: Asked, sheet: Sheet) -> None:
    """Draw every open document of customers, by how late it is, the latest first."""
    _detail(asked, sheet, RECEIVABLES, _RECEIVABLE)


def payables_detail(asked: Asked, sheet: Sheet) -> None:
    """Draw every open document of vendors, by how late it is, the latest first."""
    _detail(asked, sheet, PAYABLES, _PAYABLE)


def _detail(asked: Asked, sheet: Sheet, side: Side, default: str) -> None:
    table = Table(asked, default)
    sheet.columns = table.columns()
    ages = _ages(asked)
    day = _aged_from(asked)
    by_age: dict[int, list[OpenItem]] = defaultdict(list)
    for item in open_items(asked, side, report_day(asked)):
        by_age[_age(ages, item, day)].append(item)
    least = int(asked.params.get("past_due") or 0) if asked.params.get("past_due", "").isdecimal() else None
    total = ZERO
    for place in sorted(by_age, reverse=True):
        title = _section_title(ages[place].title)
        section, rows = sheet.section(sheet.rows, [cell(title), *blanks(len(table.keys) - 1)])
        open_here = ZERO
        for item in by_age[place]:
            if least is None or (day - item.due).days >= least:
                sheet.data(rows, table.row(_line(asked, item, late=(day - item.due).days)), type="Data")
                open_here += item.open_at_home
        sheet.close(section, table.told(f"Total for {title}", open=open_here))
        total += open_here
    if by_age:
        sheet.total(sheet.rows, table.told("TOTAL", open=total), "GrandTotal")


def _section_title(title: str) -> str:
    if title == "Current":
        return title
    return f"{title.replace('and over', 'or more')} days past due"


def _line(asked: Asked, item: OpenItem, balance: Decimal = ZERO, late: int = 0) -> Line:
    one = item.one._replace(name=item.name)
    return Line(
        item.found,
        one,
        asked,
        amount=item.amount_at_home,
        balance=balance,
        open=item.open_at_home,
        foreign_open=item.open,
        late=late,
    )


def customer_balance(asked: Asked, sheet: Sheet) -> None:
    """Draw what each customer owes."""
    _balance(asked, sheet, RECEIVABLES)


def vendor_balance(asked: Asked, sheet: Sheet) -> None:
    """Draw what is owed to each vendor."""
    _balance(asked, sheet, PAYABLES)


def _balance(asked: Asked, sheet: Sheet, side: Side) -> None:
    sheet.columns = [column("", side.name_kind), column("Total", "Money", "total")]
    sums: dict[str, Amounts] = defaultdict(lambda: [ZERO])
    for item in open_items(asked, side, report_day(asked)):
        sums[item.name[1]][0] += item.open_at_home
    _draw_names(asked, sheet, side, sums)


def customer_balance_detail(asked: Asked, sheet: Sheet) -> None:
    """Draw the open documents of each customer."""
    _balance_detail(asked, sheet, RECEIVABLES, "arpaid")


def vendor_balance_detail(asked: Asked, sheet: Sheet) -> None:
    """Draw the open documents of each vendor."""
    _balance_detail(asked, sheet, PAYABLES, "appaid")


def _balance_detail(asked: Asked, sheet: Sheet, side: Side, paid: str) -> None:
    table = Table(asked, _BALANCE)
    sheet.columns = table.columns()
    paid_too = asked.params.get(paid, "").lower() in ("all", "paid")
    by_name: dict[str, list[OpenItem]] = defaultdict(list)
    for item in open_items(asked, side, report_day(asked), paid_too=paid_too):
        by_name[item.name[1]].append(item)
    total = ZERO
    for id_ in sorted(by_name, key=lambda id_: (asked.names.of(side.name_kind, id_).casefold(), id_)):
        name = asked.names.of(side.name_kind, id_)
        section, rows = sheet.section(sheet.rows, [cell(name, id_), *blanks(len(table.keys) - 1)])
        balance = ZERO
        for item in by_name[id_]:
            balance += item.open_at_home
            sheet.data(rows, table.row(_line(asked, item, balance)), type="Data")
        sheet.close(section, table.told(f"Total for {name}", open=balance))
        total += balance
    if by_name:
        sheet.total(sheet.rows, table.told("TOTAL", open=total), "GrandTotal")
