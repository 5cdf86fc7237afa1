"""A DuckDB file that nobody touched is not opened to be looked at; one that somebody touched is."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from counterfoil.destinations.duckdb.kind import KIND
from counterfoil.destinations.untouched import Known, Untouched, mark_of
from counterfoil.errors import WarehouseBusy
from counterfoil.sandbox.company import companies
from tests.road.conftest import World


@pytest.fixture
def acme(world: Callable[..., World]) -> World:
    """A company that was synced often enough for its file to be known."""
    there = world(companies(1, seed=5, invoices=30, now=datetime.now(UTC)))
    there.source(streams=["Invoice", "Customer", "Payment"])
    for _ in range(3):
        there.sync()
    return there


def looked_at(acme: World) -> dict[str, int]:
    """The rows of each table, as the destination tells them."""
    return dict(KIND.open({"path": str(acme.warehouse), "wait_seconds": "1"}).tables("quickbooks"))


def counted(acme: World) -> dict[str, int]:
    """The rows of each table, as DuckDB counts them."""
    tables = acme.ask("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'quickbooks'")
    return {name: int(acme.ask(f'SELECT count(*) FROM "{name}"')[0][0]) for (name,) in tables}


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Another process has the file open."""
    code = f"import duckdb; c = duckdb.connect({str(path)!r}); print('held', flush=True); input()"
    holder = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    try:
        yield
    finally:
        holder.communicate("\n")


def test_what_is_known_of_a_file_is_what_stands_in_it(acme: World) -> None:
    clerk = acme.sandbox.books()
    ids = clerk.ids("Invoice")
    clerk.delete("Invoice", ids[0])
    clerk.change("Invoice", ids[1], {"Line": clerk.get("Invoice", ids[1])["Line"][:1]})
    acme.sync()

    with held(acme.warehouse):
        known = looked_at(acme)

    assert known == counted(acme)
    assert known["_counterfoil_syncs"] == 4


def test_a_file_that_somebody_wrote_to_is_looked_at_again(acme: World) -> None:
    before = counted(acme)
    acme.tell("DELETE FROM quickbooks.invoice_line WHERE index = 0")

    assert looked_at(acme) == counted(acme)
    assert looked_at(acme)["invoice_line"] < before["invoice_line"]


def test_a_file_that_somebody_wrote_to_and_holds_is_waited_for(acme: World) -> None:
    acme.tell("CREATE TABLE quickbooks.notes AS SELECT 1 AS note")

    with held(acme.warehouse), pytest.raises(WarehouseBusy):
        looked_at(acme)


def test_a_file_that_was_put_in_its_place_is_looked_at_again(acme: World) -> None:
    acme.warehouse.unlink()
    with duckdb.connect(str(acme.warehouse)) as other:
        other.execute("CREATE SCHEMA quickbooks; CREATE TABLE quickbooks.alone (id INTEGER)")

    assert looked_at(acme) == {"alone": 0}


def test_a_file_with_a_log_beside_it_is_not_known(acme: World) -> None:
    log = acme.warehouse.with_name(f"{acme.warehouse.name}.wal")
    assert mark_of(acme.warehouse) is not None
    log.touch()

    assert mark_of(acme.warehouse) is None


def test_what_was_seen_before_somebody_wrote_is_not_remembered(tmp_path: Path) -> None:
    file, untouched = tmp_path / "lake.duckdb", Untouched()
    file.write_text("as it was")
    before = mark_of(file)
    file.write_text("as somebody left it")
    untouched.keep(file, before, "books", Known(rows={"invoice": 1}))

    assert untouched.of(file, "books") is None

    untouched.keep(file, mark_of(file), "books", Known(rows={"invoice": 2}))
    assert untouched.of(file, "books") == Known(rows={"invoice": 2})
    assert untouched.of(file, "other") is None
