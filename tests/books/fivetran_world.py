"""A company in DuckDB and PostgreSQL, with Fivetran's names beside its tables, and ways to look at both."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from counterfoil.books.fivetran.definition import schema
from counterfoil.books.fivetran.views import views
from counterfoil.destinations.base import Destination
from counterfoil.model.connection import Connection
from counterfoil.model.destination import Destination as Saved
from counterfoil.model.sync import SyncState
from counterfoil.model.view import Ground
from counterfoil.quickbooks.catalog import catalog, tables
from counterfoil.sandbox.company import companies
from counterfoil.store import connections, destinations
from tests.contract.duckdb_place import DuckDBPlace
from tests.contract.place import Place
from tests.contract.postgres_place import PostgresPlace
from tests.postgres import Server
from tests.road.conftest import NOW, World, opened_store, opened_world

EVERY = tables(catalog().values())
DATASET, BESIDE = "quickbooks", "quickbooks_fivetran"

Row = dict[str, Any]


@dataclass(frozen=True)
class Warehouse:
    """One place that a source feeds, and the views beside its tables."""

    place: Place

    @property
    def open(self) -> Destination:
        return self.place.open()

    def ground(self, only: tuple[str, ...] | None = None) -> Ground:
        there = [table for table in EVERY if only is None or table.name in only]
        return Ground(dialect=self.place.kind.capabilities.dialect, prefix="", tables=there, dataset=DATASET)

    def rows(self, name: str, dataset: str = BESIDE) -> list[Row]:
        """All rows of a view of Fivetran's."""
        columns = list(schema()[name].columns)
        quoted = ", ".join(f'"{column}"' for column in columns)
        found = self.open.query(dataset, f'SELECT {quoted} FROM "{dataset}"."{name}"')
        return [dict(zip(columns, row, strict=True)) for row in found]

    def own(self, table: str, columns: str) -> list[tuple[Any, ...]]:
        """Columns of all rows of a table of ours."""
        return self.open.query(DATASET, f'SELECT {columns} FROM "{DATASET}"."{table}"')

    def types(self, dataset: str = BESIDE) -> dict[str, dict[str, str]]:
        sql = (
            "SELECT table_name, column_name, lower(data_type) FROM information_schema.columns"
            f" WHERE table_schema = '{dataset}'"
        )
        found: dict[str, dict[str, str]] = {}
        for table, column, kind in self.open.query(dataset, sql):
            found.setdefault(table, {})[column] = kind
        return found


@contextmanager
def fed_both(folder: Path, postgres: Server) -> Iterator[list[Warehouse]]:
    """One company, changed by hand, in both warehouses."""
    made = companies(1, seed=5, invoices=60, now=datetime.now(UTC))
    with opened_store(folder) as db, opened_world(folder, db, made) as world:
        file, other = DuckDBPlace(folder), PostgresPlace(postgres)
        source = world.source()
        server = Saved(id="other", name="server", kind="postgres", created_at=NOW, options=other.options)
        destinations.save(db, server)
        connections.save(db, Connection(id="conn_other", source=source, destination=server, dataset=DATASET))
        assert world.sync()[0].state is SyncState.SUCCEEDED
        change(world)
        assert world.sync()[0].state is SyncState.SUCCEEDED
        both = [Warehouse(file), Warehouse(other)]
        for each in both:
            each.open.define(BESIDE, views(each.ground()))
        yield both


def change(world: World) -> None:
    """Give records what the tests look for: own fields, an address told twice, a bundle; and delete some."""
    clerk = world.sandbox.books()
    first, second, third = clerk.ids("Invoice")[:3]
    fields = [
        {"DefinitionId": "1", "Name": "P.O. Number", "Type": "StringType", "StringValue": "PO 'ß' 7"},
        {"DefinitionId": "2", "Name": "Sales  Rep", "Type": "StringType", "StringValue": "Åsa"},
        {"DefinitionId": "3", "Name": "Rep", "Type": "StringType", "StringValue": "nobody"},
    ]
    address = {"Id": "7001", "Line1": "1 Old Road", "City": "Ely", "PostalCode": "CB7"}
    clerk.change("Customer", clerk.ids("Customer")[0], {"BillAddr": address})
    clerk.change("Invoice", first, {"CustomField": fields, "BillAddr": {**address, "Line1": "2 New Road"}})
    clerk.change("Invoice", second, {"Line": bundled(clerk.get("Invoice", second)["Line"])})
    clerk.delete("Invoice", third)


def bundled(lines: list[Row]) -> list[Row]:
    """The same lines, the first of them twice inside a bundle that stands between it and the others."""
    item = next(line for line in lines if line["DetailType"] == "SalesItemLineDetail")
    inside = [{**item, "Id": "801", "Amount": 5}, {**item, "Id": "802", "Amount": 7.25}]
    group = {
        "Id": "800",
        "LineNum": 2,
        "Amount": 12.25,
        "DetailType": "GroupLineDetail",
        "GroupLineDetail": {"GroupItemRef": {"value": "20"}, "Quantity": 2, "Line": inside},
    }
    return [item, group, *[line for line in lines if line is not item]]
