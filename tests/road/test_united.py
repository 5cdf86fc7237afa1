"""Views over all companies stand on each source's own: they make way when those change, and come back."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from counterfoil.actions import companies, views
from counterfoil.actions.destinations import warehouse_of
from counterfoil.model.destination import Destination
from counterfoil.model.member import Union
from counterfoil.model.style import Style
from counterfoil.store import connections, destinations, sources
from tests.postgres import Server
from tests.road.conftest import NOW, World, opened_store, opened_world
from tests.sandbox.acme import TinyCompany

FEW = ("Account", "Customer", "Preferences", "Transfer")
OURS, ALL = "quickbooks", "all_companies"


@dataclass(frozen=True)
class Place:
    """A loaded company whose tables, its views and those over all companies stand in one warehouse."""

    world: World
    destination: Destination

    def names(self, dataset: str) -> set[str]:
        sql = "SELECT table_name FROM information_schema.views WHERE table_schema = ?"
        warehouse = warehouse_of(self.world.around, self.destination)
        return {name for (name,) in warehouse.query(dataset, sql, [dataset])}

    def change(self, **more: Any) -> None:
        db = self.world.around.db
        sources.save(db, replace(sources.named(db, "acme"), **more))
        self.world.sync()


@pytest.fixture(params=["duckdb", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path, postgres: Server) -> Iterator[Place]:
    with opened_store(tmp_path) as db, opened_world(tmp_path, db, [TinyCompany()]) as world:
        world.source(streams=FEW)
        (feed,) = connections.every(db)
        there = feed.destination
        if request.param == "postgres":
            name = make_url(postgres.new_database()).database or ""
            options = {"host": str(postgres.folder), "database": name, "user": "postgres"}
            there = Destination(id="pond", name="pond", kind="postgres", created_at=NOW, options=options)
            destinations.save(db, there)
            connections.save(db, replace(feed, destination=there))
        made = Place(world, there)
        made.change(views=True)
        companies.install(world.around, there.name, Union(currency="USD"))
        yield made


def test_they_follow_the_views_of_a_source_that_are_switched_off_and_on(place: Place) -> None:
    assert "general_ledger" in place.names(OURS) & place.names(ALL)

    place.change(views=False)
    assert place.names(OURS) == set()
    assert "general_ledger" not in place.names(ALL)
    assert "account" in place.names(ALL)

    place.change(views=True)
    assert {"general_ledger", "consolidated_balance_sheet"} <= place.names(ALL)


def test_they_follow_views_that_are_taken_away_by_hand(place: Place) -> None:
    views.remove(place.world.around, "acme", Style.COUNTERFOIL)

    assert place.names(OURS) == set()
    assert "general_ledger" not in place.names(ALL)
    assert "account" in place.names(ALL)


def test_they_follow_other_definitions_and_a_source_that_reads_less(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as other:
        other.setattr("counterfoil.sync.views.fingerprint", lambda _: "another")
        place.world.sync()
    assert "general_ledger" in place.names(OURS) & place.names(ALL)

    place.change(streams=frozenset({"Customer", "Preferences"}))
    assert "general_ledger" not in place.names(OURS) | place.names(ALL)
    assert "customer" in place.names(ALL)
