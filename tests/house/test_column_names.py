"""The catalog's files about themselves: one rule of naming, and sane types, in some thousands of lines."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from itertools import pairwise
from typing import Any

from counterfoil.model.stream import Stream
from counterfoil.model.table import Column, ColumnType, Table, all_columns
from counterfoil.quickbooks.catalog import catalog, stream, tables

LONGEST = 63  # PostgreSQL cuts longer names
WEEKDAY = "preferences.time_tracking_work_week_start_date"
SHORTENED = {"acct", "addr", "amt", "desc", "inv", "lat", "msg", "num", "qty", "ref", "txn"}


def every_table() -> tuple[Table, ...]:
    return tables(catalog().values())


def every_column() -> Iterator[tuple[str, Column]]:
    return ((f"{table.name}.{column.name}", column) for table in every_table() for column in table.columns)


def no_switches() -> Iterator[tuple[str, Column]]:
    """Every column but "allow a service date", "track quantities": their names end like what they switch."""
    return ((name, column) for name, column in every_column() if column.type is not ColumnType.BOOLEAN)


def test_no_file_says_one_thing_twice() -> None:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs), Counter(key for key, _ in pairs).most_common(1)
        return dict(pairs)

    for file in (files("counterfoil.quickbooks") / "columns").iterdir():
        json.loads(file.read_text(), object_pairs_hook=once)


def test_each_file_bears_the_name_of_its_entity() -> None:
    named = {re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower() + ".json" for name in catalog()}

    assert {file.name for file in (files("counterfoil.quickbooks") / "columns").iterdir()} == named


def test_no_two_tables_share_a_name() -> None:
    assert [name for name, times in Counter(table.name for table in every_table()).items() if times > 1] == []


def test_no_column_clashes_with_another_a_key_or_a_system_column() -> None:
    for table in every_table():
        names = [column.name for column in all_columns(table)]
        assert len(set(names)) == len(names), (table.name, Counter(names).most_common(1))


def test_names_are_snake_case_whole_words_and_fit_every_warehouse() -> None:
    for name, column in every_column():
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", column.name), name
        assert len(column.name) <= LONGEST, name
        assert column.name == "line_num" or SHORTENED.isdisjoint(column.name.split("_")), name


def test_ids_versions_and_numbers_that_people_write_are_text() -> None:
    text = re.compile(r"(^|_)(id|sync_token|number|code|phone|name)$")
    counted = {"credit_card_result_code", "credit_card_payment_grouping_code"}  # integers on the wire
    for name, column in no_switches():
        if text.search(column.name) and column.name not in counted:
            assert column.type is ColumnType.TEXT, name


def test_money_quantities_rates_and_percents_are_decimal() -> None:
    counted = re.compile(r"(^|_)(amount|balance|cost|price|quantity|percent|rate|rate_value|total_tax)$")
    numbers = {name: column.type for name, column in no_switches() if counted.search(column.name)}

    named = {numbers.pop(f"{entity}.cis_rate") for entity in ("vendor", "tax_agency")}  # a rate's name

    assert named == {ColumnType.TEXT}
    assert set(numbers.values()) == {ColumnType.DECIMAL}


def test_dates_and_times_are_of_their_own_kinds() -> None:
    for name, column in no_switches():
        if column.name in ("created_at", "updated_at"):
            assert column.type is ColumnType.TIMESTAMP, name
        if column.name.endswith("_date") and name != WEEKDAY:
            assert column.type in (ColumnType.DATE, ColumnType.TIMESTAMP), name


def test_an_entity_begins_with_its_id_and_ends_with_its_times() -> None:
    for name, entry in catalog().items():
        if name == "Entitlements":  # no record of the books: it has neither token nor times
            continue
        columns = [column.name for column in entry.table.columns]
        assert columns[:2] == ["id", "sync_token"], name
        assert columns[-2:] == ["created_at", "updated_at"], name


def test_a_reference_has_its_name_and_type_beside_its_id() -> None:
    for table in every_table():
        paths = {column.path for column in table.columns}
        for path in paths:
            if path[-1:] == ("value",) and path[0] != "CustomerMemo":
                assert {(*path[:-1], "name"), (*path[:-1], "type")} <= paths, (table.name, path)


def test_a_link_split_by_its_type_stands_beside_the_whole_link() -> None:
    for table in every_table():
        whole = {column.path for column in table.columns if not column.when}
        for column in table.columns:
            if column.when:
                assert {column.path, column.when[0]} <= whole, (table.name, column.name)
                assert column.when[1], (table.name, column.name)


def test_one_field_has_one_type_however_many_columns_show_it() -> None:
    for table in every_table():
        kinds: dict[tuple[str, ...], ColumnType] = {}
        for column in table.columns:
            assert kinds.setdefault(column.path, column.type) is column.type, (table.name, column.name)


def test_nothing_else_is_read_from_inside_a_field_or_a_free_structure() -> None:
    for entry in catalog().values():
        ways = sorted({*_ways(entry.table, ()), *entry.ignored})
        for shorter, longer in pairwise(ways):
            assert longer[: len(shorter)] != shorter, (entry.name, shorter, longer)


def test_a_child_names_its_parents() -> None:
    for entry in catalog().values():
        for child in entry.table.children:
            assert child.parent_id.endswith("_id"), child.name
            assert child.parent_index == "", child.name
            for grandchild in child.children:
                assert grandchild.parent_id == child.parent_id, grandchild.name
                assert grandchild.parent_index == f"{child.name}_index", grandchild.name


def test_a_name_means_the_same_field_in_every_sales_document() -> None:
    documents = [_paths(stream(name)) for name in ("SalesReceipt", "Estimate", "CreditMemo", "RefundReceipt")]
    shared = set.intersection(*(set(document) for document in documents))

    assert len(shared) > 100
    for name in shared:
        assert len({document[name] for document in documents}) == 1, name


def _paths(entry: Stream) -> dict[str, tuple[str, ...]]:
    return {column.name: column.path for column in entry.table.columns}


def _ways(table: Table, above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The full ways to all that is read from a record."""
    here = (*above, *table.path)
    for column in table.columns:
        if column.path:
            yield (*here, *(step for step in column.path if step != "0"))
    for child in table.children:
        yield from _ways(child, here)
