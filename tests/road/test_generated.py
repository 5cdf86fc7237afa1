"""A made-up company with every entity: all ids, all children, all values."""

from collections.abc import Callable
from typing import Any

import pytest

from counterfoil.model.table import Table
from counterfoil.quickbooks.catalog import catalog
from counterfoil.sandbox.server import choose_companies
from tests.road.oracle import ANSWER_KEY, Oracle, values_of, values_stood

NOT_LISTED = {"InventoryAdjustment"}  # no query; only change data capture tells of it


@pytest.fixture
def acme(world: Callable[..., Any]) -> Any:
    made = world(choose_companies(companies=1, invoices=1500, seed=3, recorded=None))
    made.source()
    made.sync()
    return made


def id_of(record: dict[str, Any], entity: str) -> str:
    if entity == "ExchangeRate":
        return "|".join(record[part] for part in catalog()[entity].id_path and ("SourceCurrencyCode", "TargetCurrencyCode", "AsOfDate"))
    return str(record["Id"])


def flat(record: dict[str, Any], entity: str) -> dict[str, Any]:
    if entity != "RecurringTransaction":
        return record
    ((type_, inner),) = record.items()
    return {**inner, "@type": type_}


def rows_by_id(acme: Any, table: Table) -> dict[str, list[dict[str, Any]]]:
    """All rows of a record in all tables of its family, by the record's id."""
    found: dict[str, list[dict[str, Any]]] = {}
    for member in table.family():
        names = [row[0] for row in acme.ask("SELECT column_name FROM duckdb_columns() WHERE table_name = ?", member.name)]
        for values in acme.ask(f'SELECT {", ".join(chr(34) + name + chr(34) for name in names)} FROM "{member.name}"'):
            row = dict(zip(names, values, strict=True))
            found.setdefault(row[member.parent_id or "id"], []).append(row)
    return found


def test_every_id_child_and_value_of_every_entity_arrives_and_nothing_documented_is_extra(acme: Any) -> None:
    oracle = Oracle(acme.sandbox, acme.sandbox.realms[0])
    for entity, stream in catalog().items():
        if entity in NOT_LISTED:
            continue
        records = [flat(record, entity) for record in oracle.records(entity)]
        stood = rows_by_id(acme, stream.table)
        assert records, f"the made-up company has no {entity}"
        assert stood.keys() == {id_of(record, entity) for record in records}, entity
        for record in records:
            rows = stood[id_of(record, entity)]
            missing = values_of(record) - values_stood(rows)
            assert not missing, (entity, id_of(record, entity), missing)
            assert [row["_extra"] for row in rows if row["_extra"] is not None] == [], entity


def test_every_child_is_counted(acme: Any) -> None:
    oracle = Oracle(acme.sandbox, acme.sandbox.realms[0])
    for entity, stream in catalog().items():
        if entity in NOT_LISTED:
            continue
        records = [flat(record, entity) for record in oracle.records(entity)]
        for child in stream.table.children:
            expected = sum(len(items_at(record, child.path)) for record in records)
            assert acme.ask(f'SELECT count(*) FROM "{child.name}"') == [(expected,)], child.name


def items_at(record: Any, path: tuple[str, ...]) -> list[Any]:
    for name in path:
        record = record.get(name) if isinstance(record, dict) else None
    return record if isinstance(record, list) else []


def test_every_declared_table_and_column_is_there_from_the_first_sync(acme: Any) -> None:
    for stream in catalog().values():
        for table in stream.table.family():
            there = {row[0] for row in acme.ask("SELECT column_name FROM duckdb_columns() WHERE table_name = ?", table.name)}
            assert {column.name for column in table.columns} <= there, table.name


def test_the_answer_keys_of_the_oracle_are_those_of_the_catalog() -> None:
    assert {name: stream.answer_key for name, stream in catalog().items() if stream.json_key} == ANSWER_KEY
