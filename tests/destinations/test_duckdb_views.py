"""What only DuckDB's views have to know."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from counterfoil.destinations.duckdb.kind import KIND
from counterfoil.errors import WarehouseRefused
from counterfoil.model.view import View

VIEWS = [View(name="invoice", sql='SELECT t."id" FROM "quickbooks"."invoice" AS t')]


def fed(path: Path) -> Path:
    with duckdb.connect(path) as connection:
        catalog = path.name.partition(".")[0]
        connection.execute(f'CREATE SCHEMA "{catalog}".quickbooks')
        connection.execute(f"CREATE TABLE \"{catalog}\".quickbooks.invoice AS SELECT '7' AS id")
    return path


def ids(path: Path) -> Sequence[tuple[str]]:
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute("SELECT id FROM beside.invoice").fetchall()


@pytest.mark.parametrize("name", ["quickbooks.duckdb", "QuickBooks.2026.duckdb", "quickbooks"])
def test_a_view_that_duckdb_could_not_read_again_is_refused(name: str, tmp_path: Path) -> None:
    path = fed(tmp_path / name)

    with pytest.raises(WarehouseRefused, match="invoice would read a dataset that is called") as refused:
        KIND.open({"path": str(path)}).define("beside", VIEWS)

    assert "books.duckdb" in refused.value.do


def test_a_view_reads_another_dataset(tmp_path: Path) -> None:
    path = fed(tmp_path / "books.duckdb")

    KIND.open({"path": str(path)}).define("beside", VIEWS)

    assert ids(path) == [("7",)]


def test_it_can_be_attached_under_another_name(tmp_path: Path) -> None:
    path = fed(tmp_path / "books.duckdb")
    KIND.open({"path": str(path)}).define("beside", VIEWS)

    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{path}' AS other (READ_ONLY)")
        assert connection.execute("SELECT id FROM other.beside.invoice").fetchall() == [("7",)]


@pytest.mark.parametrize(("memory", "asking"), [({}, "953.6 MiB"), ({"memory": "2GB"}, "1.8 GiB")])
def test_questions_may_take_what_a_statement_needs(
    memory: dict[str, str], asking: str, tmp_path: Path
) -> None:
    books = KIND.open({"path": str(fed(tmp_path / "books.duckdb"))} | memory)

    assert books.query("quickbooks", "SELECT current_setting('memory_limit')") == [(asking,)]


@pytest.mark.parametrize(("processors", "threads"), [(64, 4), (1, 1), (None, 1)])
def test_what_a_question_takes_does_not_grow_with_the_machine(
    processors: int | None, threads: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: processors)
    books = KIND.open({"path": str(fed(tmp_path / "books.duckdb"))})

    assert books.query("quickbooks", "SELECT current_setting('threads')") == [(threads,)]
