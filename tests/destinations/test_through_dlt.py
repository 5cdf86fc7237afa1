"""What is common to the kinds that dlt brings rows to: the stage, its process and their SQL."""

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from counterfoil.destinations.base import in_silence
from counterfoil.destinations.through_dlt import stage as stages
from counterfoil.errors import (
    WarehouseFailed,
    WarehouseRefused,
)
from counterfoil.stop import NEVER
from tests.contract.making import Bringing
from tests.postgres import Server

pytest.importorskip("dlt")
pytest.importorskip("psycopg2")
sqlglot = pytest.importorskip("sqlglot")
pytestmark = pytest.mark.kinds

REALLY = stages.run
BOOKS = "books"
HARD = "^1 \\ \\n 'quoted' \"twice\" a\nb\r\nc\td \x85 \u2028 \u2029 %s ? $1 {} ;\n);\n, \U0001f4b8 \ufeff"
KINDS = {
    "databricks": ("DatabricksPlace", "databricks"),
    "mssql": ("SqlServerPlace", "tsql"),
    "redshift": ("RedshiftPlace", "redshift"),
    "synapse": ("SynapsePlace", "tsql"),
}


@pytest.fixture
def bringing(tmp_path: Path) -> Bringing:
    return Bringing(folder=tmp_path, dataset=BOOKS)


@pytest.fixture
def place(postgres: Server) -> Callable[[str], Any]:
    from tests.contract import through_dlt_place  # noqa: PLC0415 (needs the drivers)

    return lambda kind: getattr(through_dlt_place, KINDS[kind][0])(postgres)


def test_what_dlt_brings_is_exact_and_replaced_and_its_stage_is_gone_afterwards(
    place: Callable[[str], Any], bringing: Bringing, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = place("redshift")
    warehouse = there.open()
    monkeypatch.setattr(stages, "run", REALLY)
    record = {
        "id": "1",
        "memo": HARD,
        "total": Decimal("-12345678901234567890.123456789"),
        "copies": -(2**63),
        "paid": False,
        "due_date": date(1, 1, 1),
        "updated_at": datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        "address": '{"a": "b\\n", "c": 1e400}',
    }
    small = {"id": "2", "total": Decimal("0.000000001"), "memo": "", "paid": True}

    for _ in range(2):
        landing = bringing.landing(bringing.batch(record, small, {"id": "3"}, deleted=["3"]))
        warehouse.load(landing, waiting=in_silence)

    first, second, third = sorted(there.rows(BOOKS, "invoice"), key=lambda row: row["id"])
    assert {name: first[name] for name in record} == record
    assert {name: second[name] for name in small} == small
    assert (third["_deleted"], third["memo"], third["paid"]) == (True, None, None)
    assert there.stages() == []


def test_why_dlt_failed_is_told_in_the_warehouses_words_with_the_grant_that_helps(
    place: Callable[[str], Any], bringing: Bringing, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = place("redshift")
    warehouse = there.forbidden(BOOKS, schema=False)
    monkeypatch.setattr(stages, "run", REALLY)

    with pytest.raises(WarehouseRefused, match="GRANT CREATE, TEMPORARY ON DATABASE"):
        warehouse.load(bringing.landing(bringing.batch({"id": "1"})), waiting=in_silence)

    assert there.tables(BOOKS) == {}


def test_the_process_of_dlt_is_given_nothing_of_ours_but_its_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTERFOIL_SECRET_KEY", "ours")
    monkeypatch.setenv("DESTINATION__POSTGRES__CREDENTIALS__PASSWORD", "somebody's")
    seen = tmp_path / "seen"
    told = f"import os, pathlib; pathlib.Path({str(seen)!r}).write_text(repr(dict(os.environ)))"
    monkeypatch.setattr(stages, "run", REALLY)
    monkeypatch.setattr(stages, "CHILD", (sys.executable, "-c", told))

    with pytest.raises(stages.LoadingError, match="without a word"):
        stages.run(stages.Loader(destination="postgres", arguments={"password": "x"}), {}, tmp_path, NEVER)

    assert "SECRET" not in seen.read_text()
    assert "PASSWORD" not in seen.read_text()
    assert "'RUNTIME__DLTHUB_TELEMETRY': 'false'" in seen.read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_every_statement_of_a_load_is_grammatical_where_it_is_sent(
    place: Callable[[str], Any], bringing: Bringing, kind: str
) -> None:
    there = place(kind)
    records = ({"id": "1", "memo": HARD, "paid": True, "lines": [{"amount": Decimal(1)}]}, {"id": "2"})
    with there.cut_at(0) as begun:
        for more in ({}, {"deleted": ["1", "3"]}, {"complete": True, "spared": ["7"]}):
            there.open().load(bringing.landing(bringing.batch(*records, **more)), waiting=in_silence)
        there.open().tables(BOOKS)
        list(there.open().prove("probing"))

    assert len(begun) >= 60
    for statement in begun:
        for each in sqlglot.parse(statement, read=KINDS[kind][1]):
            known = not isinstance(each, sqlglot.exp.Command) or statement.split()[0] in {
                "SET",
                "LOCK",
                "DECLARE",
            }
            assert known, statement


def test_no_loader_sees_a_character_that_its_own_escaping_could_change(
    bringing: Bringing, tmp_path: Path
) -> None:
    landing = bringing.landing(bringing.batch({"id": "1", "memo": HARD + "\0"}))

    stage = stages.write(landing, tmp_path, "␀", "T")

    (staged,) = stage.tables.values()
    text = pa.parquet.read_table(tmp_path / "s0.parquet").column(staged.column("memo"))[0].as_py()
    assert not set("\n\r\t\\\0") & set(text)
    assert staged.escaped == {"memo"}


def test_a_row_that_the_stage_lost_fails_the_load_and_changes_nothing(
    place: Callable[[str], Any], bringing: Bringing, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = place("redshift")
    warehouse = there.open()
    warehouse.load(bringing.landing(bringing.batch({"id": "1", "memo": "old"})), waiting=in_silence)
    bring = stages.run

    def losing(loader: Any, work: Any, folder: Any, stop: Any) -> None:
        bring(loader, work, folder, stop)
        there.tell(f"DELETE FROM {work['dataset']}.s0 WHERE c0 = '2'")

    monkeypatch.setattr(stages, "run", losing)
    with pytest.raises(WarehouseFailed, match="Of 2 rows"):
        warehouse.load(
            bringing.landing(bringing.batch({"id": "1", "memo": "new"}, {"id": "2"})), waiting=in_silence
        )

    assert [row["memo"] for row in there.rows(BOOKS, "invoice")] == ["old"]


def test_a_stage_that_a_killed_process_left_is_taken_away_a_day_later_and_no_other(
    place: Callable[[str], Any], bringing: Bringing
) -> None:
    there = place("redshift")
    old, running = "counterfoil_stage_5f000000_ab", stages.new_dataset()
    for name in (old, running, "counterfoil_stage_mine"):
        there.tell(f"CREATE SCHEMA {name}")
        there.tell(f"CREATE TABLE {name}.s0 (c0 text)")

    there.open().load(bringing.landing(bringing.batch({"id": "1"})), waiting=in_silence)

    assert there.stages() == sorted([running, "counterfoil_stage_mine"])
