"""MotherDuck up to the driver's call: what it is asked with, and all that follows on the same engine here."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from counterfoil.destinations.base import Destination, Glance, in_silence
from counterfoil.destinations.duckdb.kind import KIND
from counterfoil.errors import SettingInvalid, WarehouseBusy, WarehouseFailed, WarehouseRefused
from counterfoil.model.view import View
from tests.contract.making import Bringing

BOOKS = "quickbooks"
TOKEN = "a-token-that-nobody-may-see"


class Cloud:
    """An engine that keeps a database called `finance`, and answers whoever asks for it as the driver would."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "cloud.duckdb"
        self.asked: list[tuple[str, dict[str, str]]] = []

    def connect(self, path: str, config: dict[str, str]) -> duckdb.DuckDBPyConnection:
        self.asked.append((path, config))
        connection = DRIVER(":memory:")
        connection.execute(f"ATTACH '{self.file}' AS finance")
        connection.execute("USE finance")
        return connection


DRIVER = duckdb.connect


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    there = Cloud(tmp_path)
    monkeypatch.setattr(duckdb, "connect", there.connect)
    return there


@pytest.fixture
def warehouse() -> Destination:
    return KIND.open({"path": "md:finance", "motherduck_token": TOKEN, "wait_seconds": "1"})


@pytest.fixture
def bringing(tmp_path: Path) -> Bringing:
    return Bringing(folder=tmp_path, dataset=BOOKS)


def test_the_driver_is_asked_for_one_database_with_the_token_alone(
    cloud: Cloud, warehouse: Destination
) -> None:
    assert warehouse.tables(BOOKS) == {}

    ((path, config),) = cloud.asked
    assert path == "md:finance?attach_mode=single"
    assert config["motherduck_token"] == TOKEN


def test_rows_land_change_and_go_as_in_a_file(
    cloud: Cloud, warehouse: Destination, bringing: Bringing
) -> None:
    first = {"id": "1", "total": Decimal("12345678901234567890.123456789"), "lines": [{"description": "a"}]}
    warehouse.load(bringing.landing(bringing.batch(first, {"id": "2"})), waiting=in_silence)
    change = warehouse.load(
        bringing.landing(bringing.batch({"id": "1", "memo": "new"}, deleted=["2"])), waiting=in_silence
    )

    assert (change["invoice"].updated, change["invoice"].deleted, change["invoice_line"].deleted) == (1, 1, 1)
    asked = "SELECT id, memo, _deleted FROM invoice ORDER BY id"
    assert warehouse.query(BOOKS, asked) == [("1", "new", False), ("2", None, True)]
    assert warehouse.tables(BOOKS)["invoice"] == 2
    columns = [column for column in bringing.table.columns if column.name == "id"]
    seen = warehouse.look(Glance(dataset=BOOKS, table="invoice", columns=columns, key=columns))
    assert seen.rows == (("1",), ("2",))


def test_what_is_raised_in_the_last_moment_undoes_the_load(
    cloud: Cloud, warehouse: Destination, bringing: Bringing
) -> None:
    def refuse() -> None:
        raise WarehouseBusy("not now", do="wait")

    with pytest.raises(WarehouseBusy, match="not now"):
        warehouse.load(bringing.landing(bringing.batch({"id": "1"})), waiting=in_silence, assure=refuse)

    assert warehouse.tables(BOOKS) == {}


def test_it_keeps_views_and_answers_questions_that_change_nothing(
    cloud: Cloud, warehouse: Destination, bringing: Bringing
) -> None:
    warehouse.load(bringing.landing(bringing.batch({"id": "1"})), waiting=in_silence)
    warehouse.define(BOOKS, [View(name="seen", sql='SELECT id FROM "quickbooks"."invoice"')])

    assert warehouse.query(BOOKS, "SELECT id FROM seen WHERE id = ?", ["1"]) == [("1",)]
    for sql in ("DELETE FROM invoice", "SELECT 1; DROP TABLE invoice", "COMMIT"):
        with pytest.raises(WarehouseRefused):
            warehouse.query(BOOKS, sql)
    assert warehouse.query(BOOKS, "SELECT count(*) FROM invoice") == [(1,)]


def test_it_is_proved_step_by_step(cloud: Cloud, warehouse: Destination) -> None:
    assert len(list(warehouse.prove(BOOKS))) == len(KIND.steps)
    assert warehouse.tables(BOOKS) == {}


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("Invalid MotherDuck token", WarehouseRefused),
        ('Failed to download extension "motherduck"', WarehouseFailed),
        ("no database/share named 'finance' found", WarehouseRefused),
        ("Could not connect to api.motherduck.com", WarehouseFailed),
    ],
)
def test_what_the_driver_refuses_is_told_without_the_token(
    monkeypatch: pytest.MonkeyPatch, warehouse: Destination, said: str, what: type[Exception]
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise duckdb.IOException(f"IO Error: {said} ({TOKEN})")

    monkeypatch.setattr(duckdb, "connect", refuse)

    with pytest.raises(what, match="MotherDuck's database finance") as told:
        warehouse.tables(BOOKS)

    assert TOKEN not in str(told.value)


@pytest.mark.parametrize(
    "path",
    ["md:", "md:a?motherduck_host=evil.example", "md:a/b", "md:a b", "md:_share/x/y", "motherduck:a;b"],
)
def test_no_path_says_more_to_the_driver_than_a_name(path: str) -> None:
    with pytest.raises(SettingInvalid):
        KIND.open({"path": path, "motherduck_token": TOKEN})


def test_without_a_token_nobody_else_s_is_taken() -> None:
    with pytest.raises(SettingInvalid, match="motherduck_token"):
        KIND.open({"path": "md:finance"})
