"""A synced company under Fivetran's names: every table and column, of the right type, with QuickBooks' values."""

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlglot

from counterfoil.books.fivetran.bundles import APART, FIRST
from counterfoil.books.fivetran.definition import Holds, schema
from counterfoil.books.fivetran.views import views
from counterfoil.model.view import Ground
from counterfoil.quickbooks.catalog import catalog
from tests.books.fivetran_world import BESIDE, DATASET, EVERY, Row, Warehouse, fed_both
from tests.postgres import Server

HERE = Path(__file__)
REFERENCE = Path(os.environ.get("COUNTERFOIL_REFERENCE", HERE.parents[3] / "shared" / "reference"))
SCHEMA = REFERENCE / "fivetran-schema.md"
ASKED: dict[str, list[str]] = json.loads((HERE.parents[1] / "data" / "fivetran_columns.json").read_text())


@pytest.fixture(scope="module")
def fed(tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> Iterator[list[Warehouse]]:
    with fed_both(tmp_path_factory.mktemp("fivetran"), postgres) as both:
        yield both


@pytest.fixture(params=["duckdb", "postgres"])
def warehouse(fed: list[Warehouse], request: pytest.FixtureRequest) -> Warehouse:
    (found,) = [each for each in fed if each.place.kind.name == request.param]
    return found


FAMILIES = {
    Holds.TEXT: r"varchar|text",
    Holds.CUSTOM: r"varchar|text",
    Holds.DECIMAL: r"decimal\(38,9\)|numeric",
    Holds.INTEGER: r"bigint",
    Holds.BOOLEAN: r"boolean",
    Holds.DATE: r"date",
    Holds.TIMESTAMP: r"timestamp with time zone",
    Holds.MIDNIGHT: r"timestamp|timestamp without time zone",
}


def test_every_table_and_column_is_there_with_its_type_and_no_other(warehouse: Warehouse) -> None:
    there = warehouse.types()

    assert there.keys() == ASKED.keys()
    for name, shown in schema().items():
        own = [column for column in shown.columns if not column.startswith("_fivetran_")]
        assert sorted(own) == sorted(ASKED[name]), name
        assert there[name].keys() == shown.columns.keys(), name
        for column, told in shown.columns.items():
            assert re.fullmatch(FAMILIES[told.holds], there[name][column]), (
                name,
                column,
                there[name][column],
            )


REFERRED = {
    "string": r"varchar|text",
    "float": r"decimal\(38,9\)|numeric",
    "int": r"bigint",
    "boolean": r"boolean",
    "date": r"date",
    "timestamp": r"timestamp.*",
    "?": r"varchar|text|boolean",
}
NUMBERS = {"index", "invoice_line_index", "vendor_credit_line.item_expense_quantity"}
"""Texts by the reference, with which the models that it describes cannot count: PostgreSQL refuses them."""


@pytest.mark.skipif(not SCHEMA.exists(), reason="the reference is not part of the project")
def test_every_table_and_column_of_the_reference_is_there_with_its_type(warehouse: Warehouse) -> None:
    there, table, seen = warehouse.types(), "", 0
    for line in SCHEMA.read_text().splitlines():
        table = line.removeprefix("## ") if line.startswith("## ") else table
        told = re.match(r"\| (\w+) \| (string|float|int|boolean|date|timestamp|\?) \|", line)
        if table and told:
            name, kind = told[1], told[2]
            seen += 1
            wanted = REFERRED["float" if "." in name else "int"] if name in NUMBERS else REFERRED[kind]
            if f"{table}.{name}" in NUMBERS:
                wanted = REFERRED["float"]
            assert re.fullmatch(wanted, there[table][name]), (table, name, kind, there[table][name])

    assert seen == sum(len(columns) for columns in there.values()) == 1012


def test_rows_are_those_of_our_tables_and_a_deleted_one_says_so(warehouse: Warehouse) -> None:
    shown = warehouse.rows("invoice")
    ours = warehouse.own("invoice", "id, _deleted, _synced_at, total_amount, transaction_date, created_at")

    told = ("id", "_fivetran_deleted", "_fivetran_synced", "total_amount", "transaction_date", "created_at")
    assert sorted(tuple(row[name] for name in told) for row in shown) == sorted(ours)
    assert [row["_fivetran_deleted"] for row in shown].count(True) == 1
    assert {type(row["total_amount"]) for row in shown if row["total_amount"] is not None} == {Decimal}


def test_a_line_of_a_deleted_record_is_gone_where_nothing_can_say_so(warehouse: Warehouse) -> None:
    (gone,) = [row["id"] for row in warehouse.rows("invoice") if row["_fivetran_deleted"]]
    ours = warehouse.own("invoice_line", "invoice_id, _deleted")

    assert (gone, True) in ours
    assert gone not in {row["invoice_id"] for row in warehouse.rows("invoice_line")}
    taxed = {row["invoice_id"]: row["_fivetran_deleted"] for row in warehouse.rows("invoice_tax_line")}
    assert taxed.get(gone, True) is True


def test_the_items_of_a_bundle_are_lines_of_their_own(warehouse: Warehouse) -> None:
    ((second, line),) = {
        (row[0], row[1])
        for row in warehouse.own("invoice_line_bundle", "invoice_id, invoice_line_index, description")
        if row[0] in {row["id"] for row in warehouse.rows("invoice")}
        and any(amount == Decimal("7.25") for _, amount in _amounts(warehouse, row[0]))
    }
    lines = {row["index"]: row for row in warehouse.rows("invoice_line") if row["invoice_id"] == second}
    ours = warehouse.own("invoice_line", "invoice_id, index, amount")
    place = FIRST + APART * line

    assert lines.keys() == {row[1] for row in ours if row[0] == second} - {line} | {place, place + 1}
    assert (lines[place]["amount"], lines[place + 1]["amount"]) == (5, Decimal("7.25"))
    assert lines[place]["sales_item_item_id"] == lines[place]["item_id"] == lines[0]["item_id"]
    assert lines[place]["detail_type"] == "SalesItemLineDetail"
    assert warehouse.rows("invoice_line_bundle") == []
    whole = sum(row[2] for row in ours if row[0] == second and row[2] is not None)
    assert sum(row["amount"] for row in lines.values() if row["amount"] is not None) == whole


def _amounts(warehouse: Warehouse, invoice: str) -> list[tuple[str, Decimal]]:
    rows = warehouse.own("invoice_line_bundle", "invoice_id, amount")
    return [(found, amount) for found, amount in rows if found == invoice]


def test_bundles_are_apart_from_items(warehouse: Warehouse) -> None:
    kinds = dict(warehouse.own("item", "id, type"))
    groups = {name for name, kind in kinds.items() if kind == "Group"}

    assert groups
    assert {row["id"] for row in warehouse.rows("bundle")} == groups
    assert {row["id"] for row in warehouse.rows("item")} == kinds.keys() - groups
    assert {row["bundle_id"] for row in warehouse.rows("bundle_item")} == groups


def test_an_address_is_there_once_as_it_was_told_last(warehouse: Warehouse) -> None:
    found = warehouse.rows("address")
    ids = [row["id"] for row in found]
    invoices = [row for row in warehouse.rows("invoice") if not row["_fivetran_deleted"]]

    assert len(ids) == len(set(ids))
    assert {row["billing_address_id"] for row in invoices if row["billing_address_id"]} <= set(ids)
    (told,) = [row for row in found if row["id"] == "7001"]
    assert (told["line_1"], told["city"], told["postal_code"]) == (_last_told(warehouse), "Ely", "CB7")


def _last_told(warehouse: Warehouse) -> str:
    """The customer's address or the invoice's; a customer's, where both were changed in one second."""
    moments: dict[datetime, str] = {}
    for table, prefix in (("invoice", "billing_address"), ("customer", "bill_address")):
        rows = warehouse.own(table, f"{prefix}_id, updated_at, {prefix}_line_1")
        moments |= {moment: line for name, moment, line in rows if name == "7001"}
    return str(moments[max(moments)])


def test_own_fields_stand_under_the_names_that_fivetran_makes_of_theirs(warehouse: Warehouse) -> None:
    told = [
        (row["custom_p_o_number"], row["custom_sales_rep"])
        for row in warehouse.rows("invoice")
        if row["custom_p_o_number"] or row["custom_sales_rep"]
    ]

    assert told == [("PO 'ß' 7", "Åsa")]


def test_a_tax_rate_tells_the_rate_of_its_latest_period(warehouse: Warehouse) -> None:
    latest: dict[str, tuple[datetime, Decimal]] = {}
    periods = warehouse.own("tax_rate_effective_tax_rate", "tax_rate_id, effective_date, rate_value")
    for name, since, rate in periods:
        latest[name] = max(latest.get(name, (since, rate)), (since, rate))

    told = {row["id"]: Decimal(row["effective_tax_rate"]) for row in warehouse.rows("tax_rate")}

    assert told
    assert told == {name: rate for name, (_, rate) in latest.items()}


def test_a_day_stays_that_day_wherever_its_reader_sits(warehouse: Warehouse) -> None:
    ours = {row[0]: row[1] for row in warehouse.own("invoice", "id, ship_date") if row[1]}
    shown = {row["id"]: row["ship_date"] for row in warehouse.rows("invoice") if row["ship_date"]}

    assert ours
    assert {name: moment.date() for name, moment in shown.items()} == ours
    assert {(moment.hour, moment.minute) for moment in shown.values()} == {(0, 0)}


def test_both_warehouses_show_the_same(fed: list[Warehouse]) -> None:
    one, other = fed
    for name in (
        "account",
        "address",
        "bill_line",
        "deposit_line",
        "invoice",
        "invoice_line",
        "tax_rate",
        "vendor",
    ):
        assert _told(one.rows(name)) == _told(other.rows(name)), name


def _told(rows: list[Row]) -> list[str]:
    return sorted(repr([_plain(value) for value in row.values()]) for row in rows)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def test_a_stream_that_is_not_read_has_a_view_without_rows(warehouse: Warehouse) -> None:
    few = f"{BESIDE}_few"
    only = tuple(table.name for table in catalog()["Invoice"].table.family())

    warehouse.open.define(few, views(warehouse.ground(only)))

    types, full = warehouse.types(few), warehouse.types()
    assert types == full
    assert len(warehouse.rows("invoice", few)) == len(warehouse.rows("invoice"))
    assert warehouse.rows("bill", few) == warehouse.rows("account", few) == []
    assert "2 New Road" in {row["line_1"] for row in warehouse.rows("address", few)}


@pytest.mark.parametrize("dialect", ["bigquery", "clickhouse", "databricks", "redshift", "snowflake", "tsql"])
def test_it_is_written_in_the_sql_of_each_kind_with_every_name_quoted(dialect: str) -> None:
    ground = Ground(
        dialect=dialect, prefix='ac"me_', tables=EVERY, dataset="books`[]", upper_names=dialect == "snowflake"
    )

    for view in views(ground):
        if view.name not in ("address", "bundle", "invoice", "invoice_line", "tax_rate"):
            continue
        read = sqlglot.parse_one(view.sql, read=dialect)
        names = {table.name for table in read.find_all(sqlglot.exp.Table)}
        own = {name for name in names if name.lower().startswith('ac"me_')}
        assert own == names, view.name
        assert all(name.quoted for name in read.find_all(sqlglot.exp.Identifier)), view.name


def test_two_companies_in_one_dataset_are_kept_apart_by_their_prefixes() -> None:
    made = [
        views(Ground(dialect="duckdb", prefix=prefix, tables=EVERY, dataset=DATASET))
        for prefix in ("acme_", "birch_")
    ]

    assert [view.name for view in made[0]] == [view.name for view in made[1]] == sorted(ASKED)
    assert all("birch_" not in view.sql for view in made[0])
    assert all("acme_" not in view.sql for view in made[1])
