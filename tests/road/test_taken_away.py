"""What someone takes out of the warehouse while a sync is under way."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from counterfoil.actions.sync_now import sync_now
from counterfoil.model.sync import SyncState
from counterfoil.sandbox.company import companies
from counterfoil.sync.progress import Progress, Stage, Watch
from tests.road.conftest import World


@pytest.fixture
def acme(world: Callable[..., World]) -> World:
    there = world(companies(1, seed=5, invoices=20, now=datetime.now(UTC)))
    there.source(streams=["Invoice", "Customer", "TaxRate"])
    there.sync()
    return there


def thief(acme: World, table: str) -> Watch:
    """Drops a table once the reading is over, before the load."""
    taken: list[str] = []

    def see(progress: Progress) -> None:
        if progress.stage is Stage.READ and not taken:
            taken.append(table)
            acme.tell(f"DROP TABLE quickbooks.{table}")

    return Watch(progress=see, say=lambda _: None)


@pytest.mark.parametrize("table", ["invoice_line", "invoice", "tax_rate"])
def test_a_table_of_a_stream_without_news_is_rebuilt_in_the_same_sync(acme: World, table: str) -> None:
    everything = f"SELECT * EXCLUDE (_synced_at, _sync_id) FROM {table} ORDER BY ALL"
    before = acme.ask(everything)

    sync, outcomes = sync_now(acme.around, "acme", thief(acme, table))

    assert before
    assert acme.ask(everything) == before
    assert sync.state is SyncState.SUCCEEDED
    stream = "TaxRate" if table == "tax_rate" else "Invoice"
    assert {outcome.stream: outcome.mode for outcome in outcomes}[stream] == "full"


def test_a_stream_that_cannot_be_rebuilt_does_not_count_as_landed(acme: World) -> None:
    def steal(progress: Progress) -> None:
        robber.progress(progress)
        acme.sandbox.fault(path="query", status=400, code="2010", times=1)

    before = acme.ask("SELECT count(*) FROM invoice")
    robber = thief(acme, "invoice")
    sync, _ = sync_now(acme.around, "acme", replace(robber, progress=steal))
    assert sync.state is SyncState.PARTIAL

    acme.sandbox.heal()
    acme.sync()
    assert acme.ask("SELECT count(*) FROM invoice") == before
