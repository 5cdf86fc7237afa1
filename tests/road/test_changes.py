"""Incremental syncs: one call when nothing happened, nothing loaded twice, nothing missed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from counterfoil.model.ability import Told
from counterfoil.model.outcome import Mode
from counterfoil.model.sync import SyncState
from counterfoil.model.task import Clocks
from counterfoil.quickbooks.catalog import catalog
from counterfoil.sandbox.server import choose_companies
from counterfoil.store import abilities
from counterfoil.sync import follow
from tests.road.conftest import World
from tests.road.oracle import Oracle, values_of, values_stood

COVERED = sorted(name for name, stream in catalog().items() if stream.in_cdc == "yes")


@pytest.fixture
def acme(world: Callable[..., World]) -> World:
    made = world(choose_companies(companies=1, invoices=60, seed=5, recorded=None))
    made.source(streams=COVERED)
    made.sync()
    made.sandbox.reset_counters()
    return made


def live(acme: World, table: str) -> set[str]:
    return {row[0] for row in acme.ask(f"SELECT id FROM {table} WHERE NOT _deleted")}


def agree(acme: World, entity: str, table: str, lines: str) -> None:
    """The warehouse holds just what QuickBooks holds, value for value."""
    records = Oracle(acme.sandbox, acme.sandbox.realms[0]).records(entity)
    assert live(acme, table) == {record["Id"] for record in records}
    rows = acme.everything([table, lines])
    for record in records:
        own = [row for row in rows[table] if row["id"] == record["Id"]]
        own += [row for row in rows[lines] if row[f"{table}_id"] == record["Id"]]
        assert len(own) == 1 + len(record.get("Line", []))


def test_every_sort_of_change_arrives_and_the_rest_stays(acme: World) -> None:
    clerk = acme.sandbox.books()
    ids = clerk.ids("Invoice")
    clerk.void("Invoice", ids[0])
    clerk.delete("Invoice", ids[1])
    clerk.pay(ids[5])
    clerk.change("Invoice", ids[6], {"Line": clerk.get("Invoice", ids[6])["Line"][:1]})
    customers = clerk.ids("Customer")
    clerk.deactivate("Customer", customers[0])

    acme.sync()

    agree(acme, "Invoice", "invoice", "invoice_line")
    agree(acme, "Payment", "payment", "payment_line")
    assert acme.ask("SELECT active, _deleted FROM customer WHERE id = ?", customers[0]) == [(False, False)]
    assert acme.ask("SELECT DISTINCT _deleted FROM invoice_line WHERE invoice_id = ?", ids[1]) == [(True,)]


@pytest.mark.parametrize("how_many", [999, 1000, 1001, 2300])
def test_more_changes_than_one_answer_holds_arrive_whole(world: Callable[..., World], how_many: int) -> None:
    acme = world(choose_companies(companies=1, invoices=2600, seed=5, recorded=None))
    acme.source(streams=["Invoice", "Payment", "Term"])
    acme.sync()
    clerk = acme.sandbox.books()
    ids = clerk.ids("Invoice")
    for id_ in ids[: how_many - 5]:
        clerk.change("Invoice", id_, {"PrivateNote": "many"})
    for id_ in ids[-5:]:
        clerk.delete("Invoice", id_)

    sync, _ = acme.sync()

    assert sync.state is SyncState.SUCCEEDED
    assert acme.ask("SELECT count(*) FROM invoice WHERE private_note = 'many'") == [(how_many - 5,)]
    assert live(acme, "invoice") == set(ids[:-5])


def test_more_changes_than_belong_into_memory_are_read_page_by_page(
    world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = world(choose_companies(companies=1, invoices=1300, seed=5, recorded=None))
    acme.source(streams=["Invoice"])
    acme.sync()
    clerk = acme.sandbox.books()
    ids = clerk.ids("Invoice")
    for id_ in ids[:1200]:
        clerk.change("Invoice", id_, {"PrivateNote": "imported"})
    clerk.delete("Invoice", ids[-1])
    monkeypatch.setattr(follow, "MANY", 1000)

    _, outcomes = acme.sync()

    assert [outcome.mode for outcome in outcomes] == [Mode.FULL]
    assert acme.ask("SELECT count(*) FROM invoice WHERE private_note = 'imported'") == [(1200,)]
    assert live(acme, "invoice") == set(ids[:-1])


def test_an_entity_that_refuses_change_data_capture_does_not_spoil_the_others(acme: World) -> None:
    acme.sandbox.fault(path="cdc", entity="Budget", status=400, code="2010", times=99)
    clerk = acme.sandbox.books()
    clerk.change("Invoice", clerk.ids("Invoice")[0], {"PrivateNote": "still told"})

    sync, _ = acme.sync()

    assert sync.state is SyncState.SUCCEEDED
    assert acme.ask("SELECT count(*) FROM invoice WHERE private_note = 'still told'") == [(1,)]
    known = abilities.of(acme.around.db, acme.sandbox.realms[0])
    assert {name: ability.told for name, ability in known.items()} == {"Budget": Told.REFUSED}
    acme.sandbox.reset_counters()
    acme.sync()
    assert acme.sandbox.counters()["metered"] == 1


def test_streams_outside_change_data_capture_are_read_on_their_own_clock(world: Callable[..., World]) -> None:
    acme = world(choose_companies(companies=1, invoices=0, seed=5, recorded=None))
    acme.source(streams=["TimeActivity", "TaxRate"])
    acme.sync()
    clerk = acme.sandbox.books()
    ids = clerk.ids("TimeActivity")
    clerk.delete("TimeActivity", ids[0])
    clerk.change("TimeActivity", ids[1], {"Description": "changed"})
    acme.sandbox.reset_counters()

    acme.sync()
    assert acme.sandbox.counters()["metered"] == 0

    soon = replace(acme, around=replace(acme.around, clocks=Clocks(refresh=timedelta(0))))
    soon.sync()
    assert acme.ask("SELECT description FROM time_activity WHERE id = ?", ids[1]) == [("changed",)]

    compare = replace(
        acme, around=replace(acme.around, clocks=Clocks(refresh=timedelta(0), compare=timedelta(0)))
    )
    compare.sync()
    assert live(acme, "time_activity") == set(ids[1:])


def test_a_child_of_a_renamed_parent_is_renamed_on_the_slower_clock(acme: World) -> None:
    clerk = acme.sandbox.books()
    children = [id_ for id_ in clerk.ids("Customer") if "ParentRef" in clerk.get("Customer", id_)]
    parent = clerk.get("Customer", children[0])["ParentRef"]["value"]
    clerk.rename("Customer", parent, "Renamed parent")
    told = clerk.get("Customer", children[0])["FullyQualifiedName"]

    replace(acme, around=replace(acme.around, clocks=Clocks(compare=timedelta(0)))).sync()

    assert told.startswith("Renamed parent:")
    assert acme.ask("SELECT fully_qualified_name FROM customer WHERE id = ?", children[0]) == [(told,)]


def test_all_values_are_those_of_quickbooks_after_many_changes(acme: World) -> None:
    clerk = acme.sandbox.books()
    for id_ in clerk.ids("Invoice")[:20]:
        clerk.change("Invoice", id_, {"PrivateNote": f"note of {id_} ✓", "TrackingNum": "0001"})
    acme.sync()

    rows = acme.everything(table.name for table in catalog()["Invoice"].table.family())
    for record in Oracle(acme.sandbox, acme.sandbox.realms[0]).records("Invoice"):
        own = [
            row
            for table in catalog()["Invoice"].table.family()
            for row in rows[table.name]
            if row[table.parent_id or "id"] == record["Id"]
        ]
        assert not values_of(record) - values_stood(own)
