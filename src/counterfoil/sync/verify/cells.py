"""What the cells of a report say, whoever wrote it: columns by key or title, amounts however they are grouped.

What cannot be read for certain is never taken for nought: it is a Defect, and that report is left out.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from counterfoil.errors import Defect
from counterfoil.quickbooks.report import Report, Row, RowKind, amount_of

_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_BLANK = re.compile(r"[\s\u200e\u200f]+")
_TOTALS = ("grandtotal", "total")

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "day": ("tx_date", "date", "transactiondate"),
    "kind": ("txn_type", "transactiontype", "type"),
    "amount": ("subt_nat_amount", "nat_amount", "subt_nat_home_amount", "nat_home_amount", "amount"),
    "number": ("doc_num", "num", "no."),
    "debit": ("debit", "debits", "debt_amt", "debt_home_amt"),
    "credit": ("credit", "credits", "credit_amt", "credit_home_amt"),
    "account": ("account", "account_name"),
    "total": ("total",),
}
"""What a column is called: by its key first (reference, section 7), else by its title."""


def place_of(report: Report, what: str) -> int | None:
    """Where a column stands; None where the report has none that is called so."""
    for name in COLUMNS[what]:
        for column in report.columns:
            if column.key.lower() == name:
                return column.place
    titles = {_folded(column.title): column.place for column in reversed(report.columns)}
    return next((titles[name] for name in COLUMNS[what] if name in titles), None)


def money(row: Row, place: int | None) -> Decimal | None:
    """The amount in a cell, None for a blank. Raises Defect for what may be a number and cannot be read as one."""
    if place is None or place >= len(row.cells):
        return None
    text = _BLANK.sub("", row.cells[place].text)
    if not text:
        return None
    bare = f"-{text[1:-1]}" if text.startswith("(") and text.endswith(")") else text
    found = amount_of(bare.replace(",", "") if _GROUPED.fullmatch(bare) else bare)
    if found is None:
        raise Defect(f"QuickBooks writes {row.cells[place].text[:40]!r} where an amount should stand.")
    return found


def is_total(row: Row) -> bool:
    """Whether a row repeats what others say."""
    if row.kind is RowKind.SUMMARY or row.group.lower() in _TOTALS:
        return True
    return not any(cell.id for cell in row.cells) and row.title.strip().casefold().startswith("total")


def _folded(title: str) -> str:
    return "".join(title.split()).casefold()
