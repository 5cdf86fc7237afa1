"""Promise 2: loading the same batch twice changes nothing."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterfoil.destinations.base import Landing, in_silence
from counterfoil.destinations.duckdb.kind import DuckDB
from counterfoil.model.sync import SyncState
from counterfoil.quickbooks.catalog import catalog
from counterfoil.sandbox.server import choose_companies
from counterfoil.sandbox.wire import encode
from counterfoil.sync.shape import Stamp, shape
from counterfoil.sync.stage import Stage
from tests.road.conftest import World
from tests.torture.company import small

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
INVOICE = catalog()["Invoice"]
EVERYTHING = "SELECT * EXCLUDE (_synced_at, _sync_id) FROM {} ORDER BY ALL"


@pytest.fixture
def acme(world: Callable[..., World]) -> World:
    made = world(choose_companies(companies=1, invoices=40, seed=5, recorded=None))
    made.source(streams=["Invoice", "Customer", "Payment", "Account"])
    made.sync()
    made.sandbox.reset_counters()
    return made


invoices = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 3), st.sampled_from(["", "0.10", "12345678901.123456789"])),
    max_size=8,
)
"""Which of five, how many lines, what total: one may come several times, in several versions."""


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=invoices, second=invoices, gone=st.sets(st.integers(0, 4)), complete=st.booleans())
def test_a_landing_that_is_loaded_again_leaves_every_table_as_it_was(
    first: list[tuple[int, int, str]], second: list[tuple[int, int, str]], gone: set[int], complete: bool
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        lake = DuckDB({"path": str(folder / "lake.duckdb"), "wait_seconds": 5, "memory": "256MB"})
        with Stage(folder / "first") as stage:
            lake.load(landing(stage, first, "one"), waiting=in_silence)
        with Stage(folder / "second") as stage:
            again = landing(stage, second, "two", deleted=sorted(map(str, gone)), complete=complete)
            lake.load(again, waiting=in_silence)
            before = tables(folder / "lake.duckdb")
            lake.load(again, waiting=in_silence)

        assert tables(folder / "lake.duckdb") == before


def landing(
    stage: Stage,
    chosen: list[tuple[int, int, str]],
    sync_id: str,
    *,
    deleted: list[str] | None = None,
    complete: bool = False,
) -> Landing:
    """Stage some versions of invoices, the last one of each counts."""
    raws = [msgspec.Raw(encode(invoice(*one))) for one in chosen]
    stamp = Stamp(realm_id="42", sync_id=sync_id, synced_at=NOW)
    stage.add(
        shape(raws, INVOICE, observed=frozenset(), stamp=stamp, first_seq=stage.take_seq(len(raws))).tables
    )
    batch = replace(stage.batch(INVOICE, deleted=deleted or [], complete=complete), spared=())
    return Landing(
        dataset="quickbooks",
        prefix="",
        realm_id="42",
        source="acme",
        sync_id=sync_id,
        started_at=NOW,
        tables=list(INVOICE.table.family()),
        batches=[batch],
    )


def invoice(which: int, lines: int, total: str) -> Mapping[str, Any]:
    like = next(record for entity, record in small().kept if entity == "Invoice")
    return {**like, "Id": str(which), "Line": like["Line"][:1] * lines, "PrivateNote": total}


def tables(file: Path) -> dict[str, list[Any]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        names = connection.sql("SELECT table_name FROM information_schema.tables").fetchall()
        found = {
            name: connection.sql(f'SELECT * FROM quickbooks."{name}" ORDER BY ALL')
            .to_arrow_table()
            .to_pylist()
            for (name,) in names
        }
    found["_counterfoil_syncs"] = [
        row["sync_id"] for row in found["_counterfoil_syncs"]
    ]  # loads differ in moment
    return found


def test_nothing_changed_changes_nothing(acme: World) -> None:
    tables = ("invoice", "invoice_line", "customer", "payment_line", "account")
    before = [acme.ask(EVERYTHING.format(table)) for table in tables]

    sync, _ = acme.sync()

    assert sync.state is SyncState.SUCCEEDED
    assert [acme.ask(EVERYTHING.format(table)) for table in tables] == before


def test_what_is_loaded_is_not_loaded_again_though_it_is_told_again(acme: World) -> None:
    clerk = acme.sandbox.books()
    ids = clerk.ids("Invoice")
    clerk.change("Invoice", ids[0], {"PrivateNote": "once"})
    clerk.delete("Invoice", ids[1])
    first, _ = acme.sync()
    acme.sandbox.reset_counters()

    second, _ = acme.sync()

    assert first.totals.read >= 1
    assert second.totals.read == 0
    assert second.totals.deleted == 0
    assert acme.sandbox.counters()["metered"] == 1
