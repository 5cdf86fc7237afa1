"""A line of a report that lists transactions, or accounts: its cells under the names of our columns."""

from collections.abc import Sequence
from typing import Any

from counterfoil.model.table import ColumnType
from counterfoil.quickbooks.report import Cell, Column, Row, amount_of, date_of
from counterfoil.quickbooks.report_catalog import KEYS, REFERRING

TITLES = {
    "account": "account_name",
    "account name": "account_name",
    "amount": "subt_nat_amount",
    "balance": "rbal_nat_amount",
    "class": "klass_name",
    "credit": "credit_amt",
    "customer": "cust_name",
    "date": "tx_date",
    "debit": "debt_amt",
    "due date": "due_date",
    "location": "dept_name",
    "memo/description": "memo",
    "name": "name",
    "num": "doc_num",
    "open balance": "nat_open_bal",
    "split": "split_acc",
    "transaction type": "txn_type",
    "type": "account_type",
    "vendor": "vend_name",
}
"""What a column is where QuickBooks tells no key, by its English title."""


def line(row: Row, columns: Sequence[Column], noun: str) -> dict[str, Any]:
    """One line. What has no column of ours, or does not fit it, keeps its own name and lands in `_extra`.

    `title` is the first cell where it is no date: "Beginning Balance". The section that a line stands in names its
    account, or what else the report goes by, where the line itself does not.
    """
    told: dict[str, Any] = {}
    for column, cell in zip(columns, _cells(row, columns), strict=True):
        if cell is None or not (cell.text or cell.id):
            continue
        key = _key_of(column)
        if column.place == 0 and not (key == "tx_date" and date_of(cell.text)):
            told["title"] = cell.text
        if key in KEYS:
            _put(told, key, cell)
        elif column.place or not cell.text:
            told[f"@{key}"] = {"value": cell.text, "id": cell.id} if cell.id else cell.text
    if noun and row.path:
        section = row.path[-1]
        told.setdefault(f"{noun}_name", section.title)
        told.setdefault(f"{noun}_id", section.id or None)
    return told


def _cells(row: Row, columns: Sequence[Column]) -> list[Cell | None]:
    return [row.cells[column.place] if column.place < len(row.cells) else None for column in columns]


def _key_of(column: Column) -> str:
    return column.key if column.key in KEYS else TITLES.get(column.title.lower(), column.key or column.title)


def _put(told: dict[str, Any], key: str, cell: Cell) -> None:
    name, type_ = KEYS[key]
    value: Any = cell.text
    if type_ is ColumnType.DECIMAL:
        value = amount_of(cell.text)
    elif type_ is ColumnType.DATE:
        value = date_of(cell.text)
    if value is not None:
        told[name] = value
    elif cell.text and told.get("title") != cell.text:
        told[f"@{key}"] = cell.text
    if cell.id and key in REFERRING:
        told[REFERRING[key]] = cell.id
