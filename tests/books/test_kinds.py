"""The ledger and the statements on other kinds of warehouses say what they say on DuckDB."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from counterfoil.books.views import STATEMENTS
from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Destination as Warehouse
from counterfoil.model.connection import Connection
from counterfoil.model.destination import Destination
from counterfoil.sandbox.company import companies
from counterfoil.store import connections, destinations, sources
from tests.books.conftest import DATASET, Shelf
from tests.contract.place import Place
from tests.road.conftest import NOW, World, opened_store, opened_world

pytestmark = pytest.mark.kinds

COUNTRIES = 4


@pytest.fixture(params=["clickhouse", "snowflake"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    if request.param == "clickhouse":
        served = pytest.importorskip("tests.contract.clickhouse_place")
        with served.running_server(tmp_path_factory.mktemp("clickhouse")) as found:
            yield found
    else:
        served = pytest.importorskip("tests.contract.snowflake_place")
        with served.running_account() as port:
            yield served.SnowflakePlace(port)


@contextmanager
def fed(folder: Path, place: Place) -> Iterator[World]:
    made = companies(COUNTRIES, seed=5, invoices=10, now=datetime.now(UTC))
    with opened_store(folder) as db, opened_world(folder, db, made) as world:
        other = Destination(
            id="other", name="other", kind=place.kind.name, created_at=NOW, options=place.options
        )
        destinations.save(db, other)
        for number, realm in enumerate(world.sandbox.realms):
            source = replace(world.source(f"acme{number}", realm=realm), views=True)
            sources.save(db, source)
            beside = Connection(id=f"other_{number}", source=source, destination=other, dataset=DATASET)
            connections.save(db, beside)
        yield world


def test_every_view_says_the_same(tmp_path: Path, place: Place) -> None:
    with fed(tmp_path, place) as world:
        for number in range(COUNTRIES):
            world.sync(f"acme{number}")
        lake: Warehouse = KINDS["duckdb"].open({"path": str(world.warehouse)})
        shelves = [Shelf("duckdb", lake), Shelf(place.kind.name, place.open())]

        for view in STATEMENTS:
            here, there = (sorted(shelf.ask(f"SELECT * FROM {{{view}}}"), key=str) for shelf in shelves)
            assert here
            assert len(here) == len(there), view
            assert here == there, view
