"""Looking at rows in a DuckDB file: exact, a page at a time, and never in the way of a load."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from queue import Queue
from typing import Any

import duckdb
import pytest

from counterfoil.destinations.base import Glance, Seen, in_silence
from counterfoil.destinations.duckdb import kind
from counterfoil.destinations.duckdb.kind import KIND, DuckDB
from counterfoil.errors import NotFound, WarehouseBusy
from counterfoil.model.table import Column, ColumnType
from counterfoil.stop import NEVER
from tests.road.broken import holding

COLUMNS = tuple(
    Column(name=name, type=type_)
    for name, type_ in (
        ("_realm_id", ColumnType.TEXT),
        ("id", ColumnType.TEXT),
        ("balance", ColumnType.DECIMAL),
        ("active", ColumnType.BOOLEAN),
        ("due_date", ColumnType.DATE),
        ("updated_at", ColumnType.TIMESTAMP),
        ("tags", ColumnType.JSON),
        ("came_later", ColumnType.TEXT),
    )
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Twelve rows of one company, the tenth with a value in each column."""
    path = tmp_path / "books.duckdb"
    with duckdb.connect(path) as made:
        made.execute("CREATE SCHEMA lake")
        declared = ", ".join(f'"{one.name}" {KIND.capabilities.types[one.type]}' for one in COLUMNS[:-1])
        made.execute(f"CREATE TABLE lake.customer ({declared})")
        made.execute(
            "INSERT INTO lake.customer (_realm_id, id) SELECT '1', n::VARCHAR FROM range(1, 13) s(n)"
        )
        made.execute(
            "UPDATE lake.customer SET balance = 12345678901234567890.123456789, active = true, "
            "due_date = '2026-11-20', updated_at = '2026-11-20 08:00:00.654321+02', tags = '[\"a\"]' WHERE id = '10'"
        )
    return path


@pytest.fixture
def look(file: Path) -> Callable[..., Seen]:
    def looking(**more: Any) -> Seen:
        asked = {"dataset": "lake", "table": "customer", "columns": COLUMNS, "key": COLUMNS[:2], **more}
        return KIND.open({"path": str(file)}).look(Glance(**asked))

    return looking


def ids(seen: Seen) -> list[str]:
    return [row[1] for row in seen.rows]


def test_values_come_exact_and_null_stays_null(look: Callable[..., Seen]) -> None:
    seen = look(beyond=("1", "9"), limit=1)

    assert seen.rows == (
        (
            "1",
            "10",
            Decimal("12345678901234567890.123456789"),
            True,
            date(2026, 11, 20),
            datetime(2026, 11, 20, 6, 0, 0, 654321, tzinfo=UTC),
            '["a"]',
        ),
    )
    assert look(limit=1).rows == (("1", "1", None, None, None, None, None),)


def test_a_column_that_the_table_does_not_have_yet_is_left_out(look: Callable[..., Seen]) -> None:
    assert [column.name for column in look().columns] == [column.name for column in COLUMNS[:-1]]


def test_pages_go_forth_and_back_along_the_key_with_9_before_10(look: Callable[..., Seen]) -> None:
    assert ids(look(limit=5)) == ["1", "2", "3", "4", "5"]
    assert ids(look(limit=5, beyond=("1", "8"))) == ["9", "10", "11", "12"]
    assert ids(look(limit=3, beyond=("1", "10"), back=True)) == ["7", "8", "9"]
    assert ids(look(beyond=("2", "1"))) == []


def test_a_key_that_is_hostile_is_a_value_and_nothing_else(look: Callable[..., Seen]) -> None:
    assert ids(look(beyond=("1", "0'; DROP TABLE lake.customer; --"))) == []
    assert len(look().rows) == 12


def test_a_table_or_file_that_is_not_there_is_told(look: Callable[..., Seen], tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no table bill in lake"):
        look(table="bill")
    with pytest.raises(NotFound, match="no file"):
        KIND.open({"path": str(tmp_path / "no" / "such.duckdb")}).look(
            Glance(dataset="lake", table="customer", columns=COLUMNS, key=COLUMNS[:2])
        )
    assert not (tmp_path / "no").exists()


def test_a_file_that_another_program_holds_is_told_at_once(file: Path, look: Callable[..., Seen]) -> None:
    with holding(file) as holder, pytest.raises(WarehouseBusy, match=f"process {holder.pid}") as busy:
        look()

    assert "look again" in busy.value.do


@contextmanager
def loading(file: Path, waiting: Callable[[str], None] = in_silence) -> Iterator[None]:
    """This process has the file open to write into it."""
    lake = KIND.open({"path": str(file), "wait_seconds": "20"})
    assert isinstance(lake, DuckDB)
    with lake._opened(waiting, NEVER):
        yield


def test_a_look_does_not_wait_for_a_load_of_this_process(file: Path, look: Callable[..., Seen]) -> None:
    with loading(file), pytest.raises(WarehouseBusy, match="Counterfoil itself holds"):
        look()


def test_a_second_load_of_this_process_waits_for_the_first_one_and_says_so(file: Path) -> None:
    said: Queue[str] = Queue()
    opened = threading.Event()

    def second() -> None:
        with loading(file, said.put):
            opened.set()

    thread = threading.Thread(target=second)
    with loading(file):
        thread.start()
        assert "Counterfoil itself holds" in said.get(timeout=20)
        assert not opened.is_set()

    assert opened.wait(20)
    thread.join()


def test_a_look_that_takes_too_long_is_broken_off(
    file: Path, look: Callable[..., Seen], monkeypatch: pytest.MonkeyPatch
) -> None:
    with duckdb.connect(file) as made:
        made.execute(
            "CREATE VIEW lake.slow AS SELECT '1' AS _realm_id, (a.range * b.range)::VARCHAR AS id "
            "FROM range(100000) a, range(1000000) b"
        )
    monkeypatch.setattr(kind, "LONGEST_LOOK", 0.05)

    with pytest.raises(WarehouseBusy, match="did not answer"):
        look(table="slow")
