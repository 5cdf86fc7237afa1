"""Whole syncs that feed PostgreSQL beside DuckDB: the two always hold the same, value for value."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from counterfoil.model.connection import Connection
from counterfoil.model.destination import Destination
from counterfoil.model.sync import SyncState
from counterfoil.sandbox.company import companies
from counterfoil.store import connections, destinations
from tests.contract.postgres_place import PostgresPlace
from tests.postgres import Server
from tests.road.conftest import NOW, World

BOOKS = "quickbooks"
STREAMS = ["Invoice", "Customer", "Payment", "Account", "Bill", "JournalEntry", "TaxCode", "CompanyInfo"]


@pytest.fixture
def place(postgres: Server) -> PostgresPlace:
    return PostgresPlace(postgres)


@pytest.fixture
def acme(world: Callable[..., World], place: PostgresPlace) -> World:
    """One source that feeds both."""
    there = world(companies(1, seed=5, invoices=20, now=datetime.now(UTC)))
    source = there.source(streams=STREAMS)
    server = Destination(id="pg", name="server", kind="postgres", created_at=NOW, options=place.options)
    destinations.save(there.around.db, server)
    connections.save(
        there.around.db, Connection(id="conn_pg", source=source, destination=server, dataset=BOOKS)
    )
    return there


def in_duckdb(acme: World) -> dict[str, list[str]]:
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


def _text(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else f"{type(value)} {value}"


def differing(acme: World, place: PostgresPlace) -> dict[str, list[str]]:
    """The rows that one has and the other has not, by table."""
    ours, theirs = in_duckdb(acme), {name: told(rows) for name, rows in place.contents(BOOKS).items()}
    return {
        name: sorted(set(ours.get(name, ["no table"])) ^ set(theirs.get(name, ["no table"])))
        for name in {*ours, *theirs}
        if ours.get(name) != theirs.get(name)
    }


def test_the_first_sync_the_next_one_and_one_after_a_loss_bring_both_to_the_same_state(
    acme: World, place: PostgresPlace
) -> None:
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

    place.tell(f"DROP TABLE {BOOKS}.invoice_line")
    place.tell(f"DELETE FROM {BOOKS}.customer")
    clerk.change("Invoice", third, {"PrivateNote": "later"})
    acme.sync()
    assert living(place.rows(BOOKS, "invoice_line")) == living(lines(acme))
    assert len(place.rows(BOOKS, "customer")) == len(in_duckdb(acme)["customer"])
    assert {row["private_note"] for row in place.rows(BOOKS, "invoice") if row["id"] == third} == {"later"}


def lines(acme: World) -> list[dict[str, Any]]:
    names = ("invoice_id", "index", "_deleted")
    rows = acme.ask("SELECT invoice_id, index, _deleted FROM invoice_line")
    return [dict(zip(names, row, strict=True)) for row in rows]


def living(rows: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """What was deleted at QuickBooks is not brought back by a rebuild."""
    return sorted((row["invoice_id"], row["index"]) for row in rows if not row["_deleted"])


def test_a_server_that_is_down_keeps_its_cursors_alone_and_catches_up(
    acme: World, place: PostgresPlace
) -> None:
    db = acme.around.db
    (server,) = [each for each in destinations.every(db) if each.id == "pg"]
    away = {**server.options, "host": "127.0.0.1", "port": "1"}
    destinations.save(db, Destination(id="pg", name="server", kind="postgres", created_at=NOW, options=away))
    sync, outcomes = acme.sync()
    assert sync.state is SyncState.PARTIAL
    assert {outcome.code for outcome in outcomes if outcome.connection_id == "conn_pg"} == {
        "warehouse.failed"
    }
    assert len(in_duckdb(acme)["invoice"]) >= 20

    destinations.save(db, server)
    sync, _ = acme.sync()

    assert sync.state is SyncState.SUCCEEDED
    assert len(place.rows(BOOKS, "invoice")) == len(in_duckdb(acme)["invoice"])
