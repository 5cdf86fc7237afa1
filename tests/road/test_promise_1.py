"""Promise 1: a cursor moves only after what it skips has landed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import duckdb
import pytest

from counterfoil.errors import WarehouseRefused
from counterfoil.model.connection import Connection
from counterfoil.model.sync import SyncState
from counterfoil.sandbox.server import choose_companies
from counterfoil.store import connections, cursors, destinations, syncs
from counterfoil.sync.progress import Progress, Stage, Watch
from tests.road.conftest import World
from tests.torture.history import begun


@pytest.fixture
def acme(world: Callable[..., World]) -> World:
    made = world(choose_companies(companies=1, invoices=40, seed=5, recorded=None))
    made.source(streams=["Invoice", "Customer", "Payment", "Account"])
    made.sync()
    return made


def test_of_two_warehouses_the_one_that_fails_keeps_its_cursors_and_gets_all_of_it_later(acme: World) -> None:
    db, file = acme.around.db, acme.warehouse.with_name("second.duckdb")
    (first,) = connections.every(db)
    lake = replace(first.destination, id="dest_2", name="second", options={"path": str(file)})
    destinations.save(db, lake)
    second = Connection(id="conn_second", source=first.source, destination=lake, dataset="quickbooks")
    connections.save(db, second)
    acme.sync()
    before = cursors.of(db, second)
    clerk = acme.sandbox.books()
    changed, deleted = clerk.ids("Invoice")[:2]
    clerk.change("Invoice", changed, {"PrivateNote": "while one was away"})
    clerk.delete("Invoice", deleted)

    def go_away(progress: Progress) -> None:
        if progress.stage is Stage.LOADING and file.is_file():
            file.rename(file.with_suffix(".aside"))
            file.mkdir()

    sync, _ = acme.sync(watch=Watch(progress=go_away, say=lambda _: None))

    assert sync.state is not SyncState.SUCCEEDED
    assert cursors.of(db, second) == before
    assert cursors.of(db, first) != before
    file.rmdir()
    file.with_suffix(".aside").rename(file)
    assert acme.sync()[0].state is SyncState.SUCCEEDED
    told = f"""
        SELECT id, private_note, _deleted FROM quickbooks.invoice WHERE id IN ('{changed}', '{deleted}') ORDER BY ALL
    """
    with duckdb.connect(str(file), read_only=True) as here:
        assert here.sql(told).fetchall() == acme.ask(told)
        assert (changed, "while one was away", False) in acme.ask(told)


def test_a_delete_that_only_a_full_read_can_tell_is_found_though_that_read_failed_at_first() -> None:
    """More changes than one answer holds: a count shows that something is gone, and then QuickBooks goes down."""
    with begun(synced=True, bulk=1100) as history:
        clerk, sandbox = history.books.clerk, history.world.sandbox
        for id_ in clerk.ids("Invoice")[:1001]:
            clerk.change("Invoice", id_, {"PrivateNote": "in bulk"})
        clerk.delete("Invoice", clerk.ids("Invoice")[-1])
        sandbox.advance(timedelta(hours=1))  # so that it is told once, and no more when the cursor has moved

        def go_down(progress: Progress) -> None:
            if progress.stage is Stage.LANDED and not history.troubles.met:
                history.troubles.choose("500", 4)

        sync, _ = history.world.sync(watch=Watch(progress=go_down, say=lambda _: None))
        assert history.troubles.met["500"] > 1
        assert sync.state is not SyncState.SUCCEEDED
        sandbox.heal()

        history.agree()


def test_a_warehouse_that_fails_costs_no_call_and_keeps_the_cursors(acme: Any) -> None:
    (connection,) = connections.every(acme.around.db)
    before = cursors.of(acme.around.db, connection)
    acme.warehouse.rename(acme.warehouse.with_suffix(".aside"))
    acme.warehouse.mkdir()
    acme.sandbox.reset_counters()

    with pytest.raises(WarehouseRefused):
        acme.sync()

    assert acme.sandbox.counters()["calls"] == 0
    assert cursors.of(acme.around.db, connection) == before
    assert syncs.latest(acme.around.db)[0].code == WarehouseRefused.code
