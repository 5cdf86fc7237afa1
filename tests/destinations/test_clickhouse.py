"""What is ClickHouse's own: how tables take each other's places, and what it would do to values if it were let."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from counterfoil.destinations.base import Destination, in_silence
from counterfoil.errors import (
    WarehouseFailed,
    WarehouseRefused,
)
from tests.contract.making import Bringing

pytest.importorskip("clickhouse_connect")


from counterfoil.destinations.clickhouse import beside as clickhouse_beside
from counterfoil.destinations.clickhouse import load as clickhouse_load
from counterfoil.destinations.clickhouse.swap import BESIDE
from tests.contract.clickhouse_place import ClickHousePlace, running_server

pytestmark = pytest.mark.kinds

NUMBERS = count(1)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHousePlace]:
    with running_server(tmp_path_factory.mktemp("clickhouse")) as place:
        yield place


@pytest.fixture
def bringing(tmp_path: Path) -> Bringing:
    return Bringing(folder=tmp_path, dataset=f"shelf_{next(NUMBERS)}")


def load(warehouse: Destination, bringing: Bringing, *records: dict[str, Any], **more: Any) -> Any:
    told = {name: more.pop(name) for name in ("deleted", "complete") if name in more}
    landing = bringing.landing(bringing.batch(*records, **told))
    return warehouse.load(landing, waiting=in_silence, **more)


def memos(place: ClickHousePlace, bringing: Bringing) -> dict[str, Any]:
    return {row["id"]: row["memo"] for row in place.rows(bringing.dataset, "invoice")}


def test_readers_see_the_state_before_until_all_is_prepared_and_no_table_of_a_load(
    place: ClickHousePlace, bringing: Bringing
) -> None:
    warehouse, seen = place.open(), []
    load(warehouse, bringing, {"id": "1", "memo": "old"})

    def look() -> None:
        seen.append((memos(place, bringing), set(warehouse.tables(bringing.dataset))))

    load(warehouse, bringing, {"id": "1", "memo": "new"}, assure=look)

    assert seen == [({"1": "old"}, {"_counterfoil_syncs", "invoice", "invoice_line"})]
    assert memos(place, bringing) == {"1": "new"}


def test_what_a_killed_load_left_is_dropped_by_the_next_one_of_the_same_prefix_alone(
    place: ClickHousePlace, bringing: Bringing
) -> None:
    def killed() -> None:
        place.server.say("cut")
        raise ConnectionError

    for prefix in ("acme_", "birch_"):
        bringing.prefix = prefix
        with pytest.raises(WarehouseFailed):
            load(place.open(), bringing, {"id": "1"}, assure=killed)
        place.server.say("mend")
    left = [name for name in place.tables(bringing.dataset) if name.startswith(BESIDE)]
    assert len(left) == 2

    load(place.open(), bringing, {"id": "1"})

    (still,) = [name for name in place.tables(bringing.dataset) if name.startswith(BESIDE)]
    assert still in left
    assert not any(name.startswith(BESIDE) for name in place.open().tables(bringing.dataset))


@pytest.mark.parametrize("few", [0, 10_000])
def test_it_makes_no_difference_whether_rows_are_taken_out_or_the_others_written_anew(
    place: ClickHousePlace, bringing: Bringing, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clickhouse_beside, "FEW", few or 1)
    line = [{"description": "x"}]
    load(place.open(), bringing, *({"id": str(each), "memo": "old", "lines": line} for each in range(4)))

    changes = load(
        place.open(),
        bringing,
        {"id": "1", "memo": "new", "lines": line * 2},
        {"id": "2", "memo": "and gone"},
        deleted=["2", "3"],
    )

    rows = {row["id"]: (row["memo"], row["_deleted"]) for row in place.rows(bringing.dataset, "invoice")}
    assert rows == {"0": ("old", False), "1": ("new", False), "2": ("and gone", True), "3": ("old", True)}
    lines = sorted(
        (row["invoice_id"], row["_deleted"]) for row in place.rows(bringing.dataset, "invoice_line")
    )
    assert lines == [("0", False), ("1", False), ("1", False), ("3", True)]
    told = changes["invoice"]
    assert (told.updated, told.deleted, told.total, told.live) == (2, 2, 4, 2)


def test_what_people_gave_a_table_stays(place: ClickHousePlace, bringing: Bringing) -> None:
    load(place.open(), bringing, {"id": "1", "memo": "old"}, {"id": "2", "memo": "old"})
    full = place.full(bringing.dataset, "invoice")
    for deed in (
        "ADD INDEX i memo TYPE bloom_filter",
        "ADD COLUMN loud String MATERIALIZED upper(memo)",
        "MODIFY COMMENT 'ours'",
        "ADD PROJECTION p (SELECT memo, count() GROUP BY memo)",
        "MATERIALIZE PROJECTION p",
    ):
        place.tell(f"ALTER TABLE {full} {deed}")

    for memo in ("new", "newer"):
        load(place.open(), bringing, {"id": "1", "memo": memo}, deleted=["2"])

    made = place.server.ask(f"SHOW CREATE TABLE {full}", "TSVRaw").decode()
    assert all(word in made for word in ("INDEX i", "MATERIALIZED upper", "COMMENT 'ours'", "PROJECTION p"))
    loud = place.server.fetch(f"SELECT id, loud FROM {full} ORDER BY id").to_pylist()
    assert [row["loud"] for row in loud] == ["NEWER", "OLD"]


@pytest.mark.parametrize(
    ("column", "type_", "value"),
    [
        ("copies", "Nullable(Int32)", 2**40),
        ("total", "Nullable(Decimal(10, 2))", Decimal("1.123456789")),
        ("total", "Nullable(Float64)", Decimal("0.1")),
        ("due_date", "Nullable(Date)", date(1, 1, 1)),
        ("memo", "Nullable(Int64)", "words"),
        ("memo", "Nullable(FixedString(3))", "abcd"),
    ],
)
def test_a_column_that_would_cut_a_value_is_refused_by_name(
    place: ClickHousePlace, bringing: Bringing, column: str, type_: str, value: Any
) -> None:
    load(place.open(), bringing, {"id": "1"})
    place.tell(f"ALTER TABLE {place.full(bringing.dataset, 'invoice')} MODIFY COLUMN {column} {type_}")

    with pytest.raises(WarehouseRefused, match=f"Column {column} of invoice is of the type") as refused:
        load(place.open(), bringing, {"id": "2", column: value})

    assert "Give it the type Nullable(" in refused.value.do
    assert [row["id"] for row in place.rows(bringing.dataset, "invoice")] == ["1"]


@pytest.mark.parametrize("type_", ["LowCardinality(Nullable(String))", "String DEFAULT ''"])
def test_a_text_may_be_kept_in_other_ways(place: ClickHousePlace, bringing: Bringing, type_: str) -> None:
    load(place.open(), bringing, {"id": "1", "memo": "old"})
    place.tell(f"ALTER TABLE {place.full(bringing.dataset, 'invoice')} MODIFY COLUMN memo {type_}")

    load(place.open(), bringing, {"id": "2", "memo": "new"})

    assert memos(place, bringing) == {"1": "old", "2": "new"}


def test_a_null_never_becomes_an_empty_text(place: ClickHousePlace, bringing: Bringing) -> None:
    load(place.open(), bringing, {"id": "1", "memo": "old"})
    place.tell(f"ALTER TABLE {place.full(bringing.dataset, 'invoice')} MODIFY COLUMN memo String DEFAULT ''")

    with pytest.raises(WarehouseRefused, match="memo"):
        load(place.open(), bringing, {"id": "2", "memo": None})


def test_days_that_an_older_server_would_move_are_refused(
    place: ClickHousePlace, bringing: Bringing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        clickhouse_load, "DATABASE", clickhouse_load.DATABASE.replace("= '0001-01-01'", "= '1900-01-01'")
    )
    load(place.open(), bringing, {"id": "1", "due_date": date(1900, 1, 1)}, {"id": "2", "due_date": None})

    for wrong in (date(1899, 12, 31), date(2300, 1, 1)):
        with pytest.raises(WarehouseRefused, match="due_date of invoice has a day"):
            load(place.open(), bringing, {"id": "1", "due_date": wrong})

    assert len(place.rows(bringing.dataset, "invoice")) == 2


def test_the_column_that_tells_what_is_deleted_is_added_again(
    place: ClickHousePlace, bringing: Bringing
) -> None:
    load(place.open(), bringing, {"id": "1"}, {"id": "2"})
    place.drop_column(bringing.dataset, "invoice", "_deleted")

    load(place.open(), bringing, {"id": "1", "memo": "new"})

    rows = {row["id"]: row["_deleted"] for row in place.rows(bringing.dataset, "invoice")}
    assert rows == {"1": False, "2": None}


def test_an_error_tells_no_value_of_a_row(place: ClickHousePlace, bringing: Bringing) -> None:
    load(place.open(), bringing, {"id": "1", "memo": "old"})
    place.tell(
        f"ALTER TABLE {place.full(bringing.dataset, 'invoice')} ADD CONSTRAINT c CHECK memo != 'hidden'"
    )

    with pytest.raises(WarehouseRefused, match="Constraint") as refused:
        load(place.open(), bringing, {"id": "2", "memo": "hidden"})

    assert "memo = 'hidden'" not in str(refused.value)


def test_a_database_where_tables_cannot_change_places_is_refused(
    place: ClickHousePlace, bringing: Bringing
) -> None:
    place.tell(f"CREATE DATABASE {bringing.dataset} ENGINE = Memory")

    with pytest.raises(WarehouseRefused, match="engine Memory"):
        load(place.open(), bringing, {"id": "1"})
