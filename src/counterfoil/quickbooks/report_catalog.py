"""The reports of QuickBooks as streams: their traits, read from `reports.json`, and their tables.

Each has three tables: a window (one report, accounting method and period, which is read and replaced whole), its
cells one by one, and the flat table that people expect. Source of the facts: API reference, section 7.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import msgspec

from counterfoil.model.report import Covers, Joins, Lines, Traits
from counterfoil.model.report_choice import Chosen
from counterfoil.model.report_cost import Calls, calls_of, together
from counterfoil.model.stream import Family, InCdc, Reading, Stream
from counterfoil.model.table import Column, ColumnType, Table

PARENT = "window_id"

TEXT, DECIMAL, INTEGER, BOOLEAN, DATE, TIMESTAMP, JSON = (
    ColumnType.TEXT,
    ColumnType.DECIMAL,
    ColumnType.INTEGER,
    ColumnType.BOOLEAN,
    ColumnType.DATE,
    ColumnType.TIMESTAMP,
    ColumnType.JSON,
)

PERIOD = {"accounting_method": TEXT, "period_start": DATE, "period_end": DATE}
"""On every row, so that nobody has to join: what it was asked for."""

WINDOW = {
    "id": TEXT,
    "report": TEXT,
    **PERIOD,
    "currency": TEXT,
    "made_at": TIMESTAMP,
    "is_empty": BOOLEAN,
    "columns": JSON,
    "options": JSON,
}

CELL = {
    **PERIOD,
    "row_index": INTEGER,
    "row_kind": TEXT,
    "row_group": TEXT,
    "row_path": JSON,
    "row_path_ids": JSON,
    "row_path_text": TEXT,
    "row_title": TEXT,
    "row_id": TEXT,
    "column_index": INTEGER,
    "column_title": TEXT,
    "column_key": TEXT,
    "column_type": TEXT,
    "column_start": DATE,
    "column_end": DATE,
    "value": TEXT,
    "value_id": TEXT,
    "amount": DECIMAL,
}

SECTIONS = {"path": TEXT, "section_id": TEXT, "section_name": TEXT, "row_group": TEXT}
"""Where a row stands: all titles above it, and the nearest of them."""

KEYS: Mapping[str, tuple[str, ColumnType]] = {
    "account_bal": ("balance", DECIMAL),
    "account_desc": ("description", TEXT),
    "account_name": ("account_name", TEXT),
    "account_num": ("account_number", TEXT),
    "account_type": ("account_type", TEXT),
    "create_by": ("created_by", TEXT),
    "credit_amt": ("credit", DECIMAL),
    "credit_home_amt": ("home_credit", DECIMAL),
    "currency": ("currency", TEXT),
    "cust_name": ("customer_name", TEXT),
    "debt_amt": ("debit", DECIMAL),
    "debt_home_amt": ("home_debit", DECIMAL),
    "dept_name": ("department_name", TEXT),
    "detail_acc_type": ("account_sub_type", TEXT),
    "doc_num": ("doc_number", TEXT),
    "due_date": ("due_date", DATE),
    "emp_name": ("employee_name", TEXT),
    "exch_rate": ("exchange_rate", DECIMAL),
    "is_cleared": ("cleared", TEXT),
    "item_name": ("item_name", TEXT),
    "klass_name": ("class_name", TEXT),
    "memo": ("memo", TEXT),
    "name": ("name", TEXT),
    "nat_foreign_open_bal": ("foreign_open_balance", DECIMAL),
    "nat_home_open_bal": ("home_open_balance", DECIMAL),
    "nat_open_bal": ("open_balance", DECIMAL),
    "net_amount": ("net_amount", DECIMAL),
    "other_account": ("other_account_name", TEXT),
    "quantity": ("quantity", DECIMAL),
    "rate": ("rate", DECIMAL),
    "rbal_nat_amount": ("running_balance", DECIMAL),
    "rbal_nat_home_amount": ("home_running_balance", DECIMAL),
    "split_acc": ("split_account_name", TEXT),
    "subt_nat_amount": ("amount", DECIMAL),
    "subt_nat_home_amount": ("home_amount", DECIMAL),
    "tax_amount": ("tax_amount", DECIMAL),
    "tax_code": ("tax_code", TEXT),
    "tx_date": ("transaction_date", DATE),
    "txn_type": ("transaction_type", TEXT),
    "vend_name": ("vendor_name", TEXT),
}
"""The columns of lists by QuickBooks' key: ours. What has another key lands in `_extra`."""

REFERRING = {
    "account_name": "account_id",
    "cust_name": "customer_id",
    "dept_name": "department_id",
    "emp_name": "employee_id",
    "item_name": "item_id",
    "klass_name": "class_id",
    "name": "name_id",
    "other_account": "other_account_id",
    "split_acc": "split_account_id",
    "txn_type": "transaction_id",
    "vend_name": "vendor_id",
}
"""Where the id of such a cell goes."""


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    report: str
    table: str
    covers: Covers
    joins: Joins
    lines: Lines
    noun: str = ""
    basis: bool = False
    in_columns: bool = False
    splits: bool = False
    asked: dict[str, str] = {}
    where: str = ""


@cache
def reports() -> Mapping[str, Stream]:
    """Every report by name, by the alphabet."""
    content = (files("counterfoil.quickbooks") / "reports.json").read_bytes()
    listed = sorted(msgspec.json.decode(content, type=list[_Written]), key=lambda each: each.report)
    return MappingProxyType({written.report: _stream(written) for written in listed})


def calls_for(chosen: Chosen, made: date, today: date) -> Calls:
    """What the reports of a source that was made on a day cost in metered calls."""
    traits = {name: stream.report for name, stream in reports().items()}
    return together(
        calls_of(choice, known, made, today)
        for choice in chosen
        if (known := traits.get(choice.report)) is not None
    )


def joins_of(name: str) -> Joins:
    """How halves of a report become whole; their sums add up where nothing else is known."""
    stream = reports().get(name)
    return stream.report.joins if stream and stream.report else Joins.SUM


def _stream(written: _Written) -> Stream:
    traits = Traits(
        **{
            name: getattr(written, name)
            for name in written.__struct_fields__
            if name not in ("report", "table")
        }
    )
    return Stream(
        name=written.report,
        resource=f"reports/{written.report}",
        family=Family.REPORT,
        reading=Reading.REPORT,
        in_cdc=InCdc.NO,
        table=_tables(f"{written.table}_report", traits),
        report=traits,
    )


def _tables(name: str, traits: Traits) -> Table:
    flat = _table(name, _flat(traits), path="rows")
    cells = _table(f"{name}_cell", CELL, path="cells")
    return Table(name=f"{name}_window", columns=_columns(WINDOW), children=(flat, cells))


def _table(name: str, columns: Mapping[str, ColumnType], *, path: str) -> Table:
    return Table(name=name, columns=_columns(columns), path=(path,), parent_id=PARENT)


def _flat(traits: Traits) -> Mapping[str, ColumnType]:
    if traits.lines in (Lines.TRANSACTIONS, Lines.LISTED):
        typed = dict(KEYS.values()) | dict.fromkeys(REFERRING.values(), TEXT)
        return {**PERIOD, **SECTIONS, "title": TEXT} | {name: typed[name] for name in sorted(typed)}
    amounts = dict.fromkeys(("debit", "credit", "amount") if traits.two_sided else ("amount",), DECIMAL)
    return {
        **PERIOD,
        f"{traits.noun}_id": TEXT,
        f"{traits.noun}_name": TEXT,
        **SECTIONS,
        "currency": TEXT,
        "column_title": TEXT,
        "column_key": TEXT,
        **amounts,
    }


def _columns(named: Mapping[str, ColumnType]) -> tuple[Column, ...]:
    return tuple(Column(name=name, type=type_, path=(_field(name),)) for name, type_ in named.items())


def _field(name: str) -> str:
    """Our records of reports name their fields as the columns, but for the id, which is `Id` in every record."""
    return "Id" if name == "id" else name
