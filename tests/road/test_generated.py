"""A made-up company with every entity: all ids, all children, all values."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from counterfoil.model.table import Table
from counterfoil.quickbooks.catalog import catalog
from counterfoil.sandbox.server import choose_companies
from tests.road.conftest import World, opened_store, opened_world
from tests.road.oracle import ANSWER_KEY, Oracle, values_of, values_stood

NOT_LISTED = {"InventoryAdjustment", "Entitlements"}  # one has no query, the other comes in XML
ENTITIES = sorted(set(catalog()) - NOT_LISTED)
RATE_KEY = ("SourceCurrencyCode", "TargetCurrencyCode", "AsOfDate")

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("generated")
    companies = choose_companies(companies=1, invoices=1500, seed=3, recorded=None)
    with opened_store(folder) as db, opened_world(folder, db, companies) as made:
        made.source()
        made.sync()
        yield made


@pytest.fixture(scope="module")
def stood(acme: World) -> Rows:
    return acme.everything(table.name for stream in catalog().values() for table in stream.table.family())


@pytest.fixture(scope="module")
def came(acme: World) -> Rows:
    oracle = Oracle(acme.sandbox, acme.sandbox.realms[0])
    return {entity: [flat(record, entity) for record in oracle.records(entity)] for entity in ENTITIES}


def flat(record: dict[str, Any], entity: str) -> dict[str, Any]:
    if entity != "RecurringTransaction":
        return record
    ((type_, inner),) = record.items()
    return {**inner, "@type": type_}


def id_of(record: dict[str, Any], entity: str) -> str:
    return "|".join(record[part] for part in RATE_KEY) if entity == "ExchangeRate" else str(record["Id"])


def by_id(rows: Rows, table: Table) -> Rows:
    """All rows of a record in all tables of its family, by the record's id."""
    found: Rows = defaultdict(list)
    for member in table.family():
        for row in rows[member.name]:
            found[row[member.parent_id or "id"]].append(row)
    return found


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_record_and_value_arrives_and_nothing_documented_is_extra(
    entity: str, came: Rows, stood: Rows
) -> None:
    rows = by_id(stood, catalog()[entity].table)

    assert came[entity], "the made-up company has none"
    assert rows.keys() == {id_of(record, entity) for record in came[entity]}
    for record in came[entity]:
        own = rows[id_of(record, entity)]
        missing = values_of(record) - values_stood(own)
        assert not missing, (id_of(record, entity), missing)
        assert [row["_extra"] for row in own if row["_extra"] is not None] == []


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_child_is_counted(entity: str, came: Rows, stood: Rows) -> None:
    for child in catalog()[entity].table.children:
        expected = sum(len(items_at(record, child.path)) for record in came[entity])
        assert len(stood[child.name]) == expected, child.name


def items_at(record: Any, path: tuple[str, ...]) -> list[Any]:
    for name in path:
        record = record.get(name) if isinstance(record, dict) else None
    return record if isinstance(record, list) else []


def test_every_declared_table_and_column_is_there_from_the_first_sync(acme: World) -> None:
    there = defaultdict(set)
    for table, column in acme.ask("SELECT table_name, column_name FROM duckdb_columns()"):
        there[table].add(column)
    for stream in catalog().values():
        for declared in stream.table.family():
            assert {column.name for column in declared.columns} <= there[declared.name], declared.name


def test_what_the_plan_includes_arrives_though_it_comes_in_xml(stood: Rows) -> None:
    (plan,) = stood["entitlements"]
    assert (plan["id"], plan["plan_name"], plan["max_users"]) == ("1", "QuickBooks Online Plus", 5)
    assert plan["qbo_company"] is True
    features = {row["name"]: row["term"] for row in stood["entitlements_entitlement"]}
    assert features == {"Invoices": "On", "Multicurrency": "On", "Payroll & time": "Off"}
    assert [row["limit"] for row in stood["entitlements_threshold"]] == ["250"]
    assert [
        row["_extra"] for table in ("entitlements", "entitlements_entitlement") for row in stood[table]
    ] == [None] * 4


def test_the_answer_keys_of_the_oracle_are_those_of_the_catalog() -> None:
    assert {name: stream.answer_key for name, stream in catalog().items() if stream.json_key} == ANSWER_KEY
