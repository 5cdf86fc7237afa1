"""Every kind keeps the rows of a dataset in step with the records that a sync brings."""

import re
from dataclasses import replace

import pyarrow as pa
import pytest

from counterfoil.destinations.base import Batch, TableChange, in_silence
from counterfoil.destinations.merge import SYNCS, SYNCS_COLUMNS
from counterfoil.model.table import ColumnType, Table, all_columns
from tests.contract.conftest import Land
from tests.contract.making import INVOICE, LINE, NOW, REALM, Bringing, columns
from tests.contract.place import Ability, Place, Row, need

TWO = [{"description": "pump"}, {"description": "hose"}]


def by(rows: list[Row], *names: str) -> list[tuple[object, ...]]:
    return sorted(tuple(row[name] for name in names) for row in rows)


def test_all_tables_and_columns_are_there_after_a_sync_that_brought_nothing(
    place: Place, land: Land, dataset: str
) -> None:
    changes = land()

    assert place.tables(dataset) == {
        SYNCS: [column.name for column in SYNCS_COLUMNS],
        **{table.name: [column.name for column in all_columns(table)] for table in INVOICE.family()},
    }
    assert changes == {"invoice": TableChange(), "invoice_line": TableChange()}


def test_a_first_load_lands_whole_and_is_signed(place: Place, land: Land, dataset: str) -> None:
    changes = land({"id": "1", "lines": TWO}, {"id": "2"})

    assert by(place.rows(dataset, "invoice"), "id", "_deleted", "_realm_id") == [
        ("1", False, REALM),
        ("2", False, REALM),
    ]
    assert by(place.rows(dataset, "invoice_line"), "invoice_id", "index", "description") == [
        ("1", 0, "pump"),
        ("1", 1, "hose"),
    ]
    assert changes["invoice"] == TableChange(inserted=2, total=2, live=2)
    (signed,) = place.rows(dataset, SYNCS)
    assert (signed["source"], signed["started_at"], signed["rows_inserted"]) == ("acme", NOW, 4)


def test_an_update_with_fewer_lines_replaces_all_lines_of_its_record_alone(
    place: Place, land: Land, dataset: str
) -> None:
    land({"id": "1", "memo": "old", "lines": TWO}, {"id": "2", "memo": "old", "lines": TWO})

    changes = land({"id": "1", "memo": "new", "lines": [{"description": "both"}]})

    assert by(place.rows(dataset, "invoice"), "id", "memo") == [("1", "new"), ("2", "old")]
    assert by(place.rows(dataset, "invoice_line"), "invoice_id", "description") == [
        ("1", "both"),
        ("2", "hose"),
        ("2", "pump"),
    ]
    assert changes["invoice"] == TableChange(updated=1, before=2, total=2, live=2)
    assert changes["invoice_line"] == TableChange(updated=1, deleted=1, before=4, total=3, live=3)


def test_what_is_deleted_is_marked_with_its_lines_and_comes_back_when_it_is_restored(
    place: Place, land: Land, dataset: str
) -> None:
    land({"id": "1", "memo": "kept", "lines": TWO}, {"id": "2", "lines": TWO})

    gone = land(deleted=["1"])

    assert by(place.rows(dataset, "invoice"), "id", "_deleted") == [("1", True), ("2", False)]
    assert by(place.rows(dataset, "invoice_line"), "invoice_id", "_deleted") == [
        ("1", True),
        ("1", True),
        ("2", False),
        ("2", False),
    ]
    assert gone["invoice"] == TableChange(deleted=1, before=2, total=2, live=1)
    assert land(deleted=["1"])["invoice"].deleted == 0

    land({"id": "1", "memo": "back"})

    assert by(place.rows(dataset, "invoice"), "id", "_deleted", "memo")[0] == ("1", False, "back")
    assert by(place.rows(dataset, "invoice_line"), "invoice_id") == [("2",), ("2",)]


def test_after_a_complete_reading_what_it_did_not_bring_is_gone_but_for_what_was_spared(
    place: Place, land: Land, dataset: str
) -> None:
    land({"id": "1"}, {"id": "2", "lines": TWO}, {"id": "3"})

    changes = land({"id": "1"}, complete=True, spared=["3"])

    assert by(place.rows(dataset, "invoice"), "id", "_deleted") == [("1", False), ("2", True), ("3", False)]
    assert [row["_deleted"] for row in place.rows(dataset, "invoice_line")] == [True, True]
    assert changes["invoice"].live == 2


def test_of_several_versions_the_one_read_last_counts_with_its_own_lines(
    place: Place, land: Land, dataset: str
) -> None:
    versions = [
        {"id": "1", "memo": "first", "lines": TWO},
        {"id": "2", "memo": "only"},
        {"id": "1", "memo": "last", "lines": [{"description": "one"}]},
    ]
    for _ in range(2):
        land(*versions)

        assert by(place.rows(dataset, "invoice"), "id", "memo") == [("1", "last"), ("2", "only")]
        assert by(place.rows(dataset, "invoice_line"), "description") == [("one",)]


def test_the_same_landing_twice_changes_nothing(place: Place, bringing: Bringing, dataset: str) -> None:
    landing = bringing.landing(bringing.batch({"id": "1", "lines": TWO}, {"id": "2"}, deleted=["3"]))
    place.open().load(landing, waiting=in_silence)
    before = {
        name: by(place.rows(dataset, name), "_realm_id", "_sync_id") for name in ("invoice", "invoice_line")
    }

    place.open().load(landing, waiting=in_silence)

    assert before == {
        name: by(place.rows(dataset, name), "_realm_id", "_sync_id") for name in ("invoice", "invoice_line")
    }
    assert len(place.rows(dataset, SYNCS)) == 1


def test_a_column_that_comes_later_is_added_and_one_made_by_hand_is_left_alone(
    place: Place, bringing: Bringing, land: Land, dataset: str
) -> None:
    land({"id": "1"}, {"id": "2"})
    need(place, Ability.COLUMNS)
    place.add_column(dataset, "invoice", "our_own", place.kind.capabilities.types[ColumnType.TEXT])
    place.fill(dataset, "invoice", "our_own", "mine")
    bringing.table = replace(INVOICE, columns=(*INVOICE.columns, *columns(class_name=ColumnType.TEXT)))
    grew: list[tuple[str, tuple[str, ...]]] = []

    place.open().load(
        bringing.landing(bringing.batch({"id": "2", "class_name": "East"})),
        waiting=in_silence,
        grew=lambda table, added: grew.append((table, added)),
    )

    assert by(place.rows(dataset, "invoice"), "id", "class_name")[1] == ("2", "East")
    (left,) = [row for row in place.rows(dataset, "invoice") if row["id"] == "1"]
    assert (left["class_name"], left["our_own"]) == (None, "mine")
    assert grew == [("invoice", ("class_name",))]


def test_two_companies_in_one_table_leave_each_other_alone(
    place: Place, bringing: Bringing, land: Land, dataset: str
) -> None:
    land({"id": "1", "memo": "ours"})
    bringing.realm = "4620816365"

    changes = land({"id": "1", "memo": "theirs"}, complete=True)

    assert by(place.rows(dataset, "invoice"), "memo", "_deleted") == [("ours", False), ("theirs", False)]
    assert changes["invoice"] == TableChange(inserted=1, before=1, total=2, live=1)


def many(bringing: Bringing, rows: int) -> Batch:
    """So many parents, each with a line."""
    ids = pa.array([str(number) for number in range(rows)])
    stamps = {
        "_realm_id": pa.repeat(REALM, rows),
        "_deleted": pa.repeat(pa.scalar(value=False), rows),
        "_seq": pa.array(range(rows), pa.int64()),
    }
    lines = pa.table({"invoice_id": ids, "index": pa.repeat(0, rows), "description": ids, **stamps})
    parents = pa.table({"id": ids, "memo": ids, "copies": pa.array(range(rows), pa.int64()), **stamps})
    files = {"invoice": [bringing.save(INVOICE, parents)], "invoice_line": [bringing.save(LINE, lines)]}
    return Batch(table=INVOICE, files=files, complete=True)


@pytest.mark.parametrize("rows", [0, 1, 20_000])
def test_any_number_of_rows_comes_whole_the_first_time_and_when_all_are_updated(
    place: Place, bringing: Bringing, land: Land, dataset: str, rows: int
) -> None:
    comes_whole(place, bringing, land, dataset, rows)


@pytest.mark.slow
def test_a_million_rows_come_whole_the_first_time_and_when_all_are_updated(
    place: Place, bringing: Bringing, land: Land, dataset: str
) -> None:
    comes_whole(place, bringing, land, dataset, 1_000_000)


def comes_whole(place: Place, bringing: Bringing, land: Land, dataset: str, rows: int) -> None:
    batch = many(bringing, rows)

    assert land(batch)["invoice"] == TableChange(inserted=rows, total=rows, live=rows)
    again = land(batch)

    assert again["invoice"] == TableChange(updated=rows, before=rows, total=rows, live=rows)
    assert again["invoice_line"] == TableChange(updated=rows, before=rows, total=rows, live=rows)
    assert sum(row["copies"] for row in place.rows(dataset, "invoice")) == rows * (rows - 1) // 2


def test_tables_tells_every_table_with_its_rows(place: Place, land: Land, dataset: str) -> None:
    assert place.open().tables(dataset) == {}
    land({"id": "1", "lines": TWO})

    assert place.open().tables(dataset) == {SYNCS: 1, "invoice": 1, "invoice_line": 2}


def test_names_that_mean_something_in_sql_are_names_like_others(
    place: Place, bringing: Bringing, land: Land, dataset: str
) -> None:
    names = ["select", "User", "a b", "o'clock", 'say "hi"', "50%", "why?", "$1", "drop table;--", "naïve ☕"]
    taken = place.kind.capabilities.names or ".*"
    names = [name for name in names if re.fullmatch(taken, name)]
    named = dict.fromkeys(names, ColumnType.TEXT)
    bringing.table = Table(name="order", columns=columns(id=ColumnType.TEXT, **named))
    bringing.prefix = "group?%s_" if re.fullmatch(taken, "group?%s_") else "group_"

    for _ in range(2):
        land({"id": "1", **{name: name for name in names}})

    (row,) = place.rows(dataset, f"{bringing.prefix}order")
    assert names
    assert {name: row[name] for name in names} == {name: name for name in names}
