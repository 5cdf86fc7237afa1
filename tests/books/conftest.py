"""Companies whose books are synced into a DuckDB file and a PostgreSQL database, with the views on both."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Destination as Warehouse
from counterfoil.model.connection import Connection
from counterfoil.model.destination import Destination
from counterfoil.model.table import Table
from counterfoil.quickbooks.catalog import catalog
from counterfoil.sandbox.server import choose_companies
from counterfoil.store import connections, destinations, sources
from tests.postgres import Server
from tests.road.conftest import NOW, World, opened_store, opened_world

DATASET = "quickbooks"
UNREAD = frozenset({"InventoryAdjustment"})
"""What QuickBooks lists nowhere: its postings are in the GeneralLedger report alone."""

Row = tuple[Any, ...]


@cache
def tables() -> tuple[Table, ...]:
    return tuple(table for stream in catalog().values() for table in stream.table.family())


@dataclass(frozen=True, slots=True)
class Shelf:
    """One warehouse with the books of all companies."""

    kind: str
    warehouse: Warehouse

    def ask(self, sql: str, *values: object) -> list[Row]:
        """Rows of a question in which `{name}` stands for a table or view."""
        full = _Full(self.warehouse)
        return self.warehouse.query(DATASET, sql.format_map(full), values)


class _Full(dict[str, str]):
    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse

    def __missing__(self, name: str) -> str:
        return self.warehouse.capabilities.full(DATASET, name)


@dataclass(frozen=True, slots=True)
class Library:
    """A world and its shelves, which hold the same."""

    world: World
    shelves: dict[str, Shelf]

    def sync(self) -> None:
        for place, _ in enumerate(self.world.sandbox.realms):
            self.world.sync(f"acme{place}")


def stocked(folder: Path, server: Server, world: World) -> Library:
    """Let all companies feed both warehouses, and sync them once."""
    lake = Destination(
        id="dest", name="lake", kind="duckdb", created_at=NOW, options={"path": str(world.warehouse)}
    )
    name = make_url(server.new_database()).database or ""
    options = {"host": str(server.folder), "database": name, "user": "postgres"}
    pond = Destination(id="pond", name="pond", kind="postgres", created_at=NOW, options=options)
    destinations.save(world.around.db, pond)
    for place, realm in enumerate(world.sandbox.realms):
        source = replace(world.source(f"acme{place}", realm=realm), views=True)
        sources.save(world.around.db, source)
        beside = Connection(id=f"pond_{place}", source=source, destination=pond, dataset=DATASET)
        connections.save(world.around.db, beside)
    library = Library(
        world, {each.kind: Shelf(each.kind, KINDS[each.kind].open(each.options)) for each in (lake, pond)}
    )
    library.sync()
    return library


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> Iterator[Library]:
    """A company in each country, each from a seed of its own."""
    folder = tmp_path_factory.mktemp("library")
    companies = choose_companies(companies=4, invoices=40, seed=3, recorded=None)
    with opened_store(folder) as db, opened_world(folder, db, companies) as world:
        yield stocked(folder, postgres, world)


@pytest.fixture(params=["duckdb", "postgres"])
def shelf(library: Library, request: pytest.FixtureRequest) -> Shelf:
    return library.shelves[request.param]
