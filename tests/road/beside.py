"""A warehouse of any kind that one source feeds beside DuckDB: the two always hold the same, value for value."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import duckdb

from counterfoil.model.connection import Connection
from counterfoil.model.destination import Destination
from counterfoil.model.sync import SyncState
from counterfoil.sandbox.company import companies
from counterfoil.store import connections, destinations
from tests.contract.place import Place
from tests.road.conftest import NOW, World

BOOKS = "quickbooks"
STREAMS = ["Invoice", "Customer", "Payment", "Account", "Bill", "JournalEntry", "TaxCode", "CompanyInfo"]


def fed_beside(world: Callable[..., World], place: Place) -> World:
    """One source that feeds both."""
    there = world(companies(1, seed=5, invoices=20, now=datetime.now(UTC)))
    source = there.source(streams=STREAMS)
    server = Destination(
        id="other", name="server", kind=place.kind.name, created_at=NOW, options=place.options
    )
    destinations.save(there.around.db, server)
    connections.save(
        there.around.db, Connection(id="conn_other", source=source, destination=server, dataset=BOOKS)
    )
    return there


def keeps_step(acme: World, place: Place) -> bool:
    """Whether the first sync, the next one and one after a loss bring both to the same state."""
    sync, _ = acme.sync()
    assert sync.state is SyncState.SUCCEEDED
    assert differing(acme, place) == {}
    assert len(in_duckdb(acme)["invoice"]) == len(place.rows(BOOKS, "invoice")) >= 20

    clerk = acme.sandbox.books()
    first, second, third = clerk.ids("Invoice")[:3]
    clerk.delete("Invoice", first)
    clerk.change(
        "Invoice", second, {"Line": clerk.get("Invoice", second)["Line"][:1], "PrivateNote": "NUL? ☕"}
    )
    clerk.change("Customer", clerk.ids("Customer")[0], {"DisplayName": 'O\'Brien; DROP TABLE "x"'})
    sync, _ = acme.sync()
    assert sync.state is SyncState.SUCCEEDED
    assert differing(acme, place) == {}
    assert {row["id"] for row in place.rows(BOOKS, "invoice") if row["_deleted"]} == {first}

    place.drop_table(BOOKS, "invoice_line")
    place.empty(BOOKS, "customer")
    clerk.change("Invoice", third, {"PrivateNote": "later"})
    acme.sync()
    assert living(place.rows(BOOKS, "invoice_line")) == living(lines(acme))
    assert len(place.rows(BOOKS, "customer")) == len(in_duckdb(acme)["customer"])
    assert {row["private_note"] for row in place.rows(BOOKS, "invoice") if row["id"] == third} == {"later"}
    return True


def in_duckdb(acme: World) -> dict[str, list[str]]:
    """The rows of each table of the one that is compared with."""
    with duckdb.connect(str(acme.warehouse), read_only=True) as connection:
        connection.execute("SET timezone = 'UTC'")
        names = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        return {
            name: told(connection.table(f"{BOOKS}.{name}").to_arrow_table().to_pylist()) for (name,) in names
        }


def told(rows: list[dict[str, Any]]) -> list[str]:
    """Rows in an order that both have, without the moment at which each landed."""
    plain = [{name: value for name, value in row.items() if name != "landed_at"} for row in rows]
    return sorted(repr({name: _text(value) for name, value in sorted(row.items())}) for row in plain)


def differing(acme: World, place: Place) -> dict[str, list[str]]:
    """The rows that one has and the other has not, by table."""
    ours, theirs = in_duckdb(acme), {name: told(rows) for name, rows in place.contents(BOOKS).items()}
    return {
        name: sorted(set(ours.get(name, ["no table"])) ^ set(theirs.get(name, ["no table"])))
        for name in {*ours, *theirs}
        if ours.get(name) != theirs.get(name)
    }


def lines(acme: World) -> list[dict[str, Any]]:
    """The lines of all invoices."""
    names = ("invoice_id", "index", "_deleted")
    rows = acme.ask("SELECT invoice_id, index, _deleted FROM invoice_line")
    return [dict(zip(names, row, strict=True)) for row in rows]


def living(rows: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """What was deleted at QuickBooks is not brought back by a rebuild."""
    return sorted((row["invoice_id"], row["index"]) for row in rows if not row["_deleted"])


def _text(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else f"{type(value)} {value}"
