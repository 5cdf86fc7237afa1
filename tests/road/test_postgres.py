"""Whole syncs that feed PostgreSQL beside DuckDB: the two always hold the same, value for value."""

from collections.abc import Callable

import pytest

from counterfoil.model.destination import Destination
from counterfoil.model.sync import SyncState
from counterfoil.store import destinations
from tests.contract.postgres_place import PostgresPlace
from tests.postgres import Server
from tests.road.beside import BOOKS, fed_beside, in_duckdb, keeps_step
from tests.road.conftest import NOW, World


@pytest.fixture
def place(postgres: Server) -> PostgresPlace:
    return PostgresPlace(postgres)


@pytest.fixture
def acme(world: Callable[..., World], place: PostgresPlace) -> World:
    return fed_beside(world, place)


def test_the_first_sync_the_next_one_and_one_after_a_loss_bring_both_to_the_same_state(
    acme: World, place: PostgresPlace
) -> None:
    assert keeps_step(acme, place)


def test_a_server_that_is_down_keeps_its_cursors_alone_and_catches_up(
    acme: World, place: PostgresPlace
) -> None:
    db = acme.around.db
    (server,) = [each for each in destinations.every(db) if each.id == "other"]
    away = {**server.options, "host": "127.0.0.1", "port": "1"}
    destinations.save(
        db, Destination(id="other", name="server", kind="postgres", created_at=NOW, options=away)
    )
    sync, outcomes = acme.sync()
    assert sync.state is SyncState.PARTIAL
    assert {outcome.code for outcome in outcomes if outcome.connection_id == "conn_other"} == {
        "warehouse.failed"
    }
    assert len(in_duckdb(acme)["invoice"]) >= 20

    destinations.save(db, server)
    sync, _ = acme.sync()

    assert sync.state is SyncState.SUCCEEDED
    assert len(place.rows(BOOKS, "invoice")) == len(in_duckdb(acme)["invoice"])
