"""What a sync leaves known of the tables: how much they hold, when that changed, how they grew."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest

from counterfoil.model.holding import Growth, Holding
from counterfoil.sandbox.company import companies
from counterfoil.store import connections, holdings
from tests.road.conftest import World


@pytest.fixture
def acme(world: Callable[..., World]) -> World:
    there = world(companies(1, seed=5, invoices=3, now=datetime.now(UTC)))
    there.source(streams=["Customer"])
    return there


def held(acme: World) -> Mapping[str, Holding]:
    (feed,) = connections.every(acme.around.db)
    return holdings.of(acme.around.db, feed)


def growths(acme: World, table: str) -> tuple[Growth, ...]:
    (feed,) = connections.every(acme.around.db)
    return holdings.growths_of(acme.around.db, feed, table)


def test_the_first_load_tells_what_each_table_holds_and_that_it_was_made(acme: World) -> None:
    sync, _ = acme.sync()

    counted = acme.ask("SELECT count(*), count(*) FILTER (NOT _deleted) FROM customer")[0]
    customers = held(acme)["customer"]
    assert (customers.rows, customers.live) == counted
    assert customers.changed_by == sync.id
    assert {table.changed_at for table in held(acme).values() if table.rows == 0} == {None}
    assert [(growth.columns, growth.sync_id) for growth in growths(acme, "customer")] == [((), sync.id)]


def test_a_change_is_told_with_its_sync_and_an_idle_sync_tells_none(acme: World) -> None:
    acme.sync()
    clerk = acme.sandbox.books()
    clerk.change("Customer", clerk.ids("Customer")[0], {"Notes": "pays late"})
    changing, _ = acme.sync()
    acme.sync()

    assert held(acme)["customer"].changed_by == changing.id


def test_a_column_that_a_table_lacks_is_told_when_it_comes(acme: World) -> None:
    acme.sync()
    acme.tell("ALTER TABLE quickbooks.customer DROP COLUMN notes")
    mending, _ = acme.sync()

    newest = growths(acme, "customer")[0]
    assert (newest.columns, newest.sync_id) == (("notes",), mending.id)


def test_a_load_that_fails_tells_of_no_growth(acme: World) -> None:
    acme.sync()
    acme.tell("DROP TABLE quickbooks.customer; CREATE VIEW quickbooks.customer AS SELECT '1' AS id")
    acme.sync()

    assert len(growths(acme, "customer")) == 1
