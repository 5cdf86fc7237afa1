"""Every kind survives what is done to it during a load and between two."""

from collections.abc import Callable
from typing import Any

import pytest

from counterfoil.destinations.base import Landing, TableChange, in_silence
from counterfoil.destinations.merge import SYNCS
from counterfoil.errors import CounterfoilError, LockLost, Transient, WarehouseRefused
from counterfoil.model.table import ColumnType
from tests.contract.conftest import Land
from tests.contract.making import Bringing
from tests.contract.place import Place

LINES = [{"description": "pump"}, {"description": "hose"}]
BEGUN = ({"id": "1", "memo": "old", "lines": LINES}, {"id": "2", "memo": "old", "lines": LINES}, {"id": "3"})


def state(place: Place, dataset: str) -> dict[str, Any]:
    """Everything that a reader sees, but for when it was landed; and empty tables, where they come before a load."""
    return {
        table: sorted(
            str({name: value for name, value in row.items() if name != "landed_at"}) for row in rows
        )
        for table, rows in place.contents(dataset).items()
        if rows or not place.kind.capabilities.tables_first
    }


def cut_at_each_statement(place: Place, landing: Landing) -> int:
    """Try to load again and again, cut one statement later each time; answers with how often it was cut."""
    before, cuts = state(place, landing.dataset), 0
    while True:
        with place.cut_at(cuts + 1) as begun:
            try:
                place.open().load(landing, waiting=in_silence)
            except Transient:
                cuts += 1
            else:
                at_once = place.kind.capabilities.all_tables_at_once
                assert len(begun) == cuts or (
                    not at_once and 0 < len(begun) < cuts
                )  # some had more to clear away
                return cuts
        if place.kind.capabilities.all_tables_at_once:
            assert state(place, landing.dataset) == before, begun[-1]


def test_a_first_load_cut_at_any_statement_leaves_nothing_and_the_next_one_brings_it_all(
    place: Place, bringing: Bringing, dataset: str
) -> None:
    cuts = cut_at_each_statement(place, bringing.landing(bringing.batch(*BEGUN)))

    assert cuts > 5
    assert len(place.rows(dataset, "invoice_line")) == 4


def test_an_update_cut_at_any_statement_changes_nothing_and_the_next_one_brings_it_all(
    place: Place, bringing: Bringing, land: Land, dataset: str
) -> None:
    land(*BEGUN)
    batch = bringing.batch({"id": "1", "memo": "new", "lines": LINES[:1]}, {"id": "2"}, deleted=["3"])

    cuts = cut_at_each_statement(place, bringing.landing(batch, sync_id="again"))

    assert cuts > 5
    rows = {row["id"]: (row["memo"], row["_deleted"]) for row in place.rows(dataset, "invoice")}
    assert rows == {"1": ("new", False), "2": (None, False), "3": (None, True)}
    assert [row["invoice_id"] for row in place.rows(dataset, "invoice_line")] == ["1"]


def test_what_is_raised_in_the_last_moment_undoes_the_load(
    place: Place, bringing: Bringing, land: Land, dataset: str
) -> None:
    land(*BEGUN)
    before = state(place, dataset)

    def lost() -> None:
        raise LockLost("Another process reads this company.")

    with pytest.raises(LockLost):
        place.open().load(bringing.landing(bringing.batch({"id": "1"})), waiting=in_silence, assure=lost)

    assert state(place, dataset) == before


@pytest.mark.parametrize("table", ["invoice", "invoice_line", SYNCS])
def test_a_table_that_was_dropped_is_made_anew_and_told(
    place: Place, land: Land, dataset: str, table: str
) -> None:
    land(*BEGUN)
    place.drop_table(dataset, table)

    changes = land({"id": "1", "lines": LINES})

    assert table in place.tables(dataset)
    if table != SYNCS:
        assert changes[table].before == 0
        assert changes[table].total == changes[table].inserted > 0


def test_a_dataset_that_was_dropped_is_made_anew(place: Place, land: Land, dataset: str) -> None:
    land(*BEGUN)
    place.drop_dataset(dataset)

    assert land({"id": "1", "lines": LINES})["invoice"] == TableChange(inserted=1, total=1, live=1)


def test_a_table_that_was_emptied_is_told_by_its_rows(place: Place, land: Land, dataset: str) -> None:
    land(*BEGUN)
    place.empty(dataset, "invoice")

    assert land({"id": "1"})["invoice"] == TableChange(inserted=1, total=1, live=1)


def test_a_column_that_was_dropped_is_added_again(place: Place, land: Land, dataset: str) -> None:
    land(*BEGUN)
    place.drop_column(dataset, "invoice", "memo")

    land({"id": "1", "memo": "new"})

    assert {row["id"]: row["memo"] for row in place.rows(dataset, "invoice")} == {
        "1": "new",
        "2": None,
        "3": None,
    }


def test_a_column_that_was_given_another_type_takes_what_can_be_converted(
    place: Place, land: Land, dataset: str
) -> None:
    land({"id": "1", "copies": 1})
    place.retype(dataset, "invoice", "copies", ColumnType.TEXT)

    for copies in (2, 3):
        land({"id": "2", "copies": copies})

    assert {row["id"]: row["copies"] for row in place.rows(dataset, "invoice")} == {"1": "1", "2": "3"}


@pytest.mark.parametrize(
    ("kind", "value"), [("INTEGER", "words"), ("VARCHAR(5)", "x" * 99)], ids=["type", "length"]
)
def test_what_a_column_can_no_longer_hold_is_refused_or_kept_whole_never_cut(
    place: Place, land: Land, dataset: str, kind: str, value: str
) -> None:
    land({"id": "1"}, {"id": "2"})
    place.drop_column(dataset, "invoice", "memo")
    place.add_column(dataset, "invoice", "memo", kind)
    before = state(place, dataset)

    try:
        land({"id": "2", "memo": value})
    except WarehouseRefused:
        assert state(place, dataset) == before
    else:
        assert {row["id"]: row["memo"] for row in place.rows(dataset, "invoice")} == {"1": None, "2": value}


@pytest.mark.parametrize("way", ["load", "prove"])
def test_a_warehouse_that_cannot_be_used_says_what_to_do(
    place: Place, bringing: Bringing, broken: Callable[[Place], dict[str, str]], way: str
) -> None:
    warehouse = place.open(**broken(place))
    deeds: dict[str, Callable[[], object]] = {
        "load": lambda: warehouse.load(bringing.landing(), waiting=in_silence),
        "prove": lambda: list(warehouse.prove(bringing.dataset)),
    }

    with pytest.raises(CounterfoilError) as failed:
        deeds[way]()

    assert failed.value.do
    assert failed.value.code.startswith("warehouse.")
