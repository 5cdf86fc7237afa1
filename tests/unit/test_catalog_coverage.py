"""The catalog knows every field that answers hold, and every column that models for Fivetran read."""

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from counterfoil.model.stream import Stream
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


# Fields in requests that third parties made up; neither Intuit's schema nor a recorded answer has them.
UNDOCUMENTED = {
    "ReimburseCharge": {"Description", "ItemRef", "QtyOnHand", "UnitPrice", "VendorRef"},
    "TaxAgency": {"TaxAgencyConfig"},
    "TaxPayment": {"Amount", "PaymentMethod", "PaymentRefNum", "PrivateNote", "TaxAgencyRef"},
    "TaxRate": {"EffectiveDate"},
}


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded answers are not part of the project")
def test_every_field_of_a_recorded_answer_is_known() -> None:
    unknown: dict[str, set[str]] = {}
    seen = 0
    for name, record in _records():
        seen += 1
        left_out = stream(name).ignored
        beyond = {path[0] for path in _leaves(record) if path not in left_out and not _knows(name, path)}
        if beyond:
            unknown.setdefault(name, set()).update(beyond)

    assert seen > 300
    assert unknown == UNDOCUMENTED


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


def _leaves(value: Any, path: Way = ()) -> Iterator[Way]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, path)
    else:
        yield path


def _knows(name: str, path: Way) -> bool:
    exact, below = _known(name)
    return path in exact or any(path[:length] in below for length in range(1, len(path) + 1))


@cache
def _known(name: str) -> tuple[set[Way], set[Way]]:
    """The paths of a stream's columns, and those of its JSON columns, which know all that is below them."""
    exact: set[Way] = set()
    below: set[Way] = set()
    _gather(stream(name).table, (), exact, below)
    return exact, below


def _gather(table: Table, above: Way, exact: set[Way], below: set[Way]) -> None:
    here = (*above, *table.path)
    for column in table.columns:
        path = (*here, *(step for step in column.path if step != "0"))
        (below if column.type is ColumnType.JSON else exact).add(path)
    for child in table.children:
        _gather(child, here, exact, below)
