"""The catalog knows every field that answers hold, and every column that models for Fivetran read."""

import json
import os
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from counterfoil.model.stream import Family, Stream
from counterfoil.model.table import ColumnType, Table, all_columns
from counterfoil.quickbooks.catalog import catalog, stream, tables

HERE = Path(__file__)
SAMPLES = Path(os.environ.get("COUNTERFOIL_SAMPLES", HERE.parents[3] / "shared" / "samples"))
FOLDERS = ("recorded", "examples", "cdc")

Way = tuple[str, ...]

# What Fivetran's tables have and no field of the API is.
BY_VIEW = "built from several tables by a view"
BY_CUSTOM_NAME = "the value of a custom field that one company named so"
NOT_FIELDS = {
    "address": BY_VIEW,
    "bundle": BY_VIEW,
    "bundle_item": BY_VIEW + ": item_group_line",
    "tax_rate.effective_tax_rate": BY_VIEW + ": tax_rate_effective_tax_rate",
    "vendor_credit_line.private_note": "a line has no note of its own",
    "credit_memo.custom_p_o_number": BY_CUSTOM_NAME,
    "estimate.custom_p_o_number": BY_CUSTOM_NAME,
    "estimate.custom_sales_rep": BY_CUSTOM_NAME,
    "invoice.custom_p_o_number": BY_CUSTOM_NAME,
    "invoice.custom_sales_rep": BY_CUSTOM_NAME,
    "purchase_order.custom_customer_type": BY_CUSTOM_NAME,
    "purchase_order.custom_p_o_number": BY_CUSTOM_NAME,
    "purchase_order.custom_po_number": BY_CUSTOM_NAME,
}


def test_every_column_that_models_written_for_fivetran_read_is_there() -> None:
    asked: dict[str, list[str]] = json.loads((HERE.parents[1] / "data" / "fivetran_columns.json").read_text())
    every = tables(catalog().values())
    ours = {table.name: {column.name for column in all_columns(table)} for table in every}

    missing = {table for table in asked if table not in ours}
    for table in asked.keys() - missing:
        missing |= {f"{table}.{name}" for name in asked[table] if name not in ours[table]}

    assert missing == NOT_FIELDS.keys()


# An object in a request that a third party made up; Intuit's schema calls the field a text.
UNDOCUMENTED = {"TaxAgency": {"TaxAgencyConfig"}}

# Declared by Intuit's schema, for QuickBooks Desktop too, or seen in answers; no recorded one has them.
DECLARED = """
account: BankNum
bill: HomeTotalAmt HomeBalance PayerRef.value ReplyEmail.Address RecurringInfo.ScheduleInfo.NextDate
company_info: CompanyFileName OtherContactInfo
customer: AcctNum CreditLimit OverDueBalance PrimaryPhone.AreaCode BillAddr.Note MetaData.LastChangedInQB
exchange_rate: Id
invoice: HomeTotalCostAmount TotalCostAmount SalesRepRef.value SalesRepRef.name SalesRepRef.type AttachableRef
invoice_line: CostAmount HomeCostAmount Received JournalEntryLineDetail SalesItemLineDetail.ItemRef.type
invoice_tax_line: CostAmount ProjectRef.value LineEx
item_group_line: ItemRef.type
journal_entry_line: JournalEntryLineDetail.Entity.Type JournalEntryLineDetail.Entity.EntityRef.type
payment: HomeBalance TxnTaxDetail.TotalTax
payment_tax_line: TaxLineDetail.TaxRateRef.value
preferences: AdvancedInventoryPrefs.MLIAvailable FinanceChargesPrefs.GracePeriod
preferences: FinanceChargesPrefs.FinChrgAccountRef.value AccountingInfoPrefs.OtherContactInfo
reimburse_charge: Description ItemRef.value QtyOnHand UnitPrice VendorRef.value
tax_agency: PrimaryPhone.FreeFormNumber BillAddr.Line1 TermRef.value TaxAgencyConfig
tax_payment: Amount PaymentMethod PaymentRefNum PrivateNote TaxAgencyRef.value
tax_rate: EffectiveDate
term_custom_field: DefinitionId Name Type StringValue BooleanValue DateValue NumberValue
transfer_line: Id Amount DetailType
vendor_credit: HomeBalance HomeTotalAmt
"""


def test_fields_that_the_schema_declares_have_a_column_though_nobody_recorded_them() -> None:
    shown = {
        f"{table.name}: {'.'.join(column.path)}"
        for table in tables(catalog().values())
        for column in table.columns
    }
    lines = (line.split(": ") for line in DECLARED.strip().splitlines())

    assert {f"{table}: {path}" for table, paths in lines for path in paths.split()} <= shown


def test_every_entity_has_a_table_for_its_custom_fields() -> None:
    fields = ["DefinitionId", "Name", "Type", "StringValue", "BooleanValue", "DateValue", "NumberValue"]

    for name, entry in catalog().items():
        if name == "Entitlements":  # no record of the books, but what the plan includes
            continue
        own = next(
            child for child in entry.table.children if child.name == f"{entry.table.name}_custom_field"
        )
        assert own.path == ("CustomField",)
        assert sorted(column.path[0] for column in own.columns) == sorted(fields), own.name


def test_every_transaction_with_a_currency_tells_its_amounts_in_the_home_currency() -> None:
    for entry in catalog().values():
        paths = {column.path for column in entry.table.columns}
        if entry.family is Family.TRANSACTION and ("CurrencyRef", "value") in paths:
            assert {("HomeTotalAmt",), ("HomeBalance",)} <= paths, entry.name


recorded = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded answers are not part of the project")


@recorded
def test_every_field_of_a_recorded_answer_is_known() -> None:
    unknown: dict[str, set[str]] = {}
    for name, path, _ in _recorded_values():
        if _type_of(name, path) is None and path not in stream(name).ignored:
            unknown.setdefault(name, set()).add(path[0])

    assert unknown == UNDOCUMENTED


FITTING: dict[ColumnType, Callable[[Any], object]] = {
    ColumnType.TEXT: lambda value: isinstance(value, str),
    ColumnType.DECIMAL: lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    ColumnType.INTEGER: lambda value: isinstance(value, int) and not isinstance(value, bool),
    ColumnType.BOOLEAN: lambda value: isinstance(value, bool),
    ColumnType.DATE: lambda value: re.fullmatch(r"\d{4}-\d\d-\d\d", value),
    ColumnType.TIMESTAMP: lambda value: re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}[-+]\d\d:\d\d", value),
    ColumnType.JSON: lambda _: True,
}
DATE_ONLY = {("InventoryAdjustment", ("MetaData", "LastUpdatedTime"))}


@recorded
def test_every_recorded_value_is_of_its_columns_kind() -> None:
    kinds = ((name, path, value, _type_of(name, path)) for name, path, value in _recorded_values())
    misfits = {(name, path) for name, path, value, kind in kinds if kind and not FITTING[kind](value)}

    assert misfits == DATE_ONLY


def _recorded_values() -> Iterator[tuple[str, Way, Any]]:
    seen = 0
    for name, record in _records():
        seen += 1
        yield from ((name, path, value) for path, value in _leaves(record))
    assert seen > 300


def _records() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every record of the samples, deleted ones aside, with its entity."""
    by_key = {entry.answer_key: entry for entry in catalog().values()}
    by_resource = {entry.resource: entry for entry in catalog().values() if not entry.wrapped}
    for file in sorted(file for folder in FOLDERS for file in (SAMPLES / folder).glob("*.json")):
        document = json.loads(file.read_text())
        found = list(_inside(document, by_key))
        bare = by_resource.get(file.name.partition("_")[0])
        if not found and bare:
            found = [(bare.name, document)]
        yield from ((name, record) for name, record in found if "status" not in record)


def _inside(value: Any, by_key: dict[str, Stream]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The records under their entity's key, however deep the answer wraps them."""
    if isinstance(value, list):
        for item in value:
            yield from _inside(item, by_key)
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        rows = inner if isinstance(inner, list) else [inner]
        if key in by_key and all(isinstance(row, dict) for row in rows):
            yield from ((by_key[key].name, _flat(row, by_key[key])) for row in rows)
        else:
            yield from _inside(inner, by_key)


def _flat(row: dict[str, Any], entry: Stream) -> dict[str, Any]:
    return {"@type": next(iter(row)), **next(iter(row.values()))} if entry.wrapped else row


def _leaves(value: Any, path: Way = ()) -> Iterator[tuple[Way, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, path)
    else:
        yield path, value


def _type_of(name: str, path: Way) -> ColumnType | None:
    """The type of the column at a path; a JSON column knows all that is below it."""
    known = _known(name)
    for length in range(1, len(path)):
        if known.get(path[:length]) is ColumnType.JSON:
            return ColumnType.JSON
    return known.get(path)


@cache
def _known(name: str) -> dict[Way, ColumnType]:
    return dict(_columns(stream(name).table, ()))


def _columns(table: Table, above: Way) -> Iterator[tuple[Way, ColumnType]]:
    here = (*above, *table.path)
    for column in table.columns:
        yield (*here, *(step for step in column.path if step != "0")), column.type
    for child in table.children:
        yield from _columns(child, here)
