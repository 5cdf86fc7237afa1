"""All views on other kinds of warehouses say what they say on DuckDB: ours, Fivetran's, those of all companies."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from counterfoil.books.companies.views import CONSOLIDATED
from counterfoil.books.fivetran.definition import schema
from counterfoil.books.fivetran.views import views as fivetran
from counterfoil.books.views import STATEMENTS
from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Destination as Warehouse
from counterfoil.model.connection import Connection
from counterfoil.model.destination import Destination
from counterfoil.sandbox.company import companies
from counterfoil.store import connections, destinations, sources
from tests.books.conftest import DATASET, Library, Shelf, tables
from tests.books.fivetran_world import change
from tests.books.test_companies import ALL, define, members
from tests.contract.place import Place
from tests.road.conftest import NOW, World, opened_store, opened_world

pytestmark = pytest.mark.kinds

COUNTRIES = 4
FIVETRAN = "quickbooks_fivetran"
OF_ALL = (
    "company",
    "group_rate",
    *STATEMENTS,
    *(f"{name}_converted" for name in CONSOLIDATED),
    *(f"consolidated_{name}" for name in CONSOLIDATED),
    "invoice",
)
NUMBER = re.compile(r"-?\d+\.\d+")


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
        change(world)
        clerk = world.sandbox.books()
        clerk.change("JournalEntry", clerk.ids("JournalEntry")[0], {"TxnDate": "1951-02-10"})
        for number in range(COUNTRIES):
            world.sync(f"acme{number}")
        lake: Warehouse = KINDS["duckdb"].open({"path": str(world.warehouse)})
        shelves = {each.kind: each for each in (Shelf("duckdb", lake), Shelf(place.kind.name, place.open()))}
        for shelf in shelves.values():
            kind = shelf.warehouse.capabilities
            shelf.warehouse.define(
                FIVETRAN, fivetran(replace(kind.ground("", "", tables()), dataset=DATASET))
            )
            define(shelf, members(Library(world, shelves), shelf), "USD")

        for dataset, views in ((DATASET, STATEMENTS), (FIVETRAN, schema()), (ALL, OF_ALL)):
            for view in views:
                here, there = (rows(shelf, dataset, view) for shelf in shelves.values())
                assert len(here) == len(there), (dataset, view)
                assert here == there, (dataset, view)
            assert rows(shelves["duckdb"], dataset, next(iter(views)))
        if place.kind.name == "clickhouse":
            _says_it_to_who_may_change_no_setting(place, shelves["duckdb"])


def _says_it_to_who_may_change_no_setting(place: Place, lake: Shelf) -> None:
    from tests.contract.clickhouse_place import ClickHousePlace  # noqa: PLC0415 (its driver is not in `dev`)

    assert isinstance(place, ClickHousePlace)
    count = "SELECT count(*) FROM {}.invoice_line WHERE bundle_id IS NULL"
    ((expected,),) = lake.warehouse.query(FIVETRAN, count.format(FIVETRAN))
    found = place.server.ask(count.format(FIVETRAN), "TSV", readonly=1)
    assert int(found) == expected > 0


def rows(shelf: Shelf, dataset: str, view: str) -> list[tuple[str, ...]]:
    """All of a view, as text: how many noughts a number ends with, and whether yes is 1, differs by kind."""
    name = shelf.warehouse.capabilities.full(dataset, view)
    return sorted(tuple(map(_told, row)) for row in shelf.warehouse.query(dataset, f"SELECT * FROM {name}"))


def _told(value: object) -> str:
    """A text that is a number is one that Fivetran has as text. Quotients end in another millionth of a millionth."""
    if isinstance(value, str) and NUMBER.fullmatch(value):
        value = Decimal(value)
    if isinstance(value, Decimal):
        return f"{value.quantize(Decimal('0.0000001')).normalize():f}"
    return str(int(value)) if isinstance(value, bool) else str(value)
