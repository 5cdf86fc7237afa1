"""InventoryValuationSummary and InventoryValuationDetail: how many of each item there are and what they are worth."""

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from counterfoil.sandbox.ledger.nouns import ZERO, Entry, Posting
from counterfoil.sandbox.reports.aged import report_day
from counterfoil.sandbox.reports.asked import Asked
from counterfoil.sandbox.reports.detail import type_name
from counterfoil.sandbox.reports.page import Sheet, blanks, cell, column, money
from counterfoil.sandbox.wire import Record

_DETAIL = (
    ("Date", "Date", "tx_date"),
    ("Transaction Type", "String", "txn_type"),
    ("Num", "String", "doc_num"),
    ("Name", "String", "name"),
    ("Qty", "Quantity", "quantity"),
    ("Inventory Cost", "Money", "inventory_cost"),
    ("Qty On Hand", "Quantity", "qty_on_hand"),
    ("Asset Value", "Money", "asset_value"),
)


class _Moved(NamedTuple):
    found: Entry
    quantity: Decimal
    value: Decimal


def _stock(asked: Asked) -> dict[str, list[_Moved]]:
    """What entered and left stock up to the day that was asked for, by item id; what left is negative."""
    chart, day = asked.ledger.chart, report_day(asked)
    moved: dict[str, list[_Moved]] = defaultdict(list)
    for found in asked.ledger.entries:
        if found.date > day:
            break
        for one in found.postings:
            item = chart.item(one.item) if one.item else None
            if (
                item
                and item.kind == "Inventory"
                and one.account == (item.asset or chart.account("inventory"))
            ):
                moved[one.item].append(_Moved(found, _pieces(found, one), one.amount))
    return moved


def _pieces(found: Entry, one: Posting) -> Decimal:
    pieces = one.quantity or ZERO
    if one.is_cost:
        return pieces
    taken_back = found.entity == "VendorCredit" or found.kind == "Credit"
    return -pieces if taken_back else pieces


def summary(asked: Asked, sheet: Sheet) -> None:
    """Draw each item with its pieces, its value, and what one of them is worth on average."""
    titles = (("SKU", "String"), ("Qty", "Quantity"), ("Asset Value", "Money"), ("Calc. Avg", "Money"))
    drawn = [
        column(title, kind, title.lower().replace(". ", "_").replace(" ", "_")) for title, kind in titles
    ]
    sheet.columns = [column("", "ProductsAndService"), *drawn]
    total_pieces = total = ZERO
    moved = _stock(asked)
    for id_ in _in_order(asked, moved):
        pieces = sum((one.quantity for one in moved[id_]), ZERO)
        value = sum((one.value for one in moved[id_]), ZERO)
        sku = cell(asked.names.record("Item", id_).get("Sku", ""))
        average = money(value / pieces if pieces else None)
        name = cell(asked.names.of("Item", id_), id_)
        sheet.data(sheet.rows, [name, sku, cell(f"{pieces:.2f}"), money(value, ".00"), average], type="Data")
        total_pieces, total = total_pieces + pieces, total + value
    if moved:
        ends = [cell(), cell(f"{total_pieces:.2f}"), money(total, ".00"), cell()]
        sheet.total(sheet.rows, [cell("TOTAL"), *ends], "GrandTotal")


def detail(asked: Asked, sheet: Sheet) -> None:
    """Draw all that entered and left stock, item by item, with what there was after each."""
    sheet.columns = [column(*one) for one in _DETAIL]
    moved = _stock(asked)
    for id_ in _in_order(asked, moved):
        name = asked.names.of("Item", id_)
        section, rows = sheet.section(sheet.rows, [cell(name, id_), *blanks(len(_DETAIL) - 1)])
        pieces = value = ZERO
        for one in moved[id_]:
            pieces, value = pieces + one.quantity, value + one.value
            sheet.data(rows, [*_about(asked, one), cell(f"{pieces:.2f}"), money(value, ".00")], type="Data")
        ends = [cell(f"{pieces:.2f}"), cell(), cell(f"{pieces:.2f}"), money(value, ".00")]
        sheet.close(section, [cell(f"Total for {name}"), *blanks(3), *ends])


def _about(asked: Asked, one: _Moved) -> list[Record]:
    kind, id_ = one.found.name
    return [
        cell(one.found.date.isoformat()),
        cell(type_name(one.found), one.found.id),
        cell(one.found.number),
        cell(asked.names.of(kind, id_), id_),
        cell(f"{one.quantity:.2f}"),
        money(one.value, ".00"),
    ]


def _in_order(asked: Asked, moved: dict[str, list[_Moved]]) -> list[str]:
    return sorted(moved, key=lambda id_: (asked.names.of("Item", id_).casefold(), id_))
