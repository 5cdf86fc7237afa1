"""What is exported, applied to an empty home and exported again is the same, byte by byte."""

import shutil
import tempfile
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterfoil.actions import destination_changes, sources
from counterfoil.actions.apply import apply
from counterfoil.actions.destination_changes import NewDestination
from counterfoil.actions.differences import Did, fields
from counterfoil.actions.document import Document
from counterfoil.actions.export import export
from counterfoil.actions.known import read_known
from counterfoil.actions.source_changes import Feed, NewSource
from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Kind, Option
from counterfoil.destinations.duckdb import kind as duckdb
from counterfoil.model.credential import Credential, Environment
from counterfoil.model.identity import name_fault, new_id
from counterfoil.model.report_choice import chosen
from counterfoil.model.schedule import FREQUENCIES, MANUAL, Basic, Cron
from counterfoil.quickbooks.catalog import catalog
from counterfoil.store import credentials
from counterfoil.store.db import Database, open_database
from counterfoil.store.vault import Vault
from tests.surroundings import surroundings

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
ENVIRONMENT = {"FOLDER": "books", "BOOKS_PASSWORD": "hunter2", "BOOKS_PASSWORD_2": "hunter3"}

VAULTED = Kind(
    name="vaulted",
    title="A warehouse with a password",
    options=(
        Option(name="address", help="Where it is.", required=True),
        Option(name="password", help="To get in.", secret=True),
    ),
    capabilities=duckdb.KIND.capabilities,
    steps=duckdb.KIND.steps,
    make=duckdb.DuckDB,
)


@pytest.fixture
def vaulted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind whose options hold a secret, since DuckDB's do not."""
    monkeypatch.setitem(KINDS, "vaulted", VAULTED)


names = st.text(min_size=1, max_size=20).filter(lambda name: not name_fault(name))
awkward = st.sampled_from(
    ["null", "~", "true", "1", "0x1", "- a", "a: b", "a #b", "'", '"', "${x", "{", "é", "株式"]
)
paths = st.one_of(names, awkward, st.just("${FOLDER}/books.duckdb"))
schedules = st.one_of(
    st.just(MANUAL),
    st.builds(
        Basic,
        st.sampled_from(FREQUENCIES),
        st.builds(time, st.integers(0, 23), st.integers(0, 59)),
        st.sampled_from(["UTC", "Europe/Berlin", "Australia/Lord_Howe"]),
    ),
    st.just(Cron("0 6 * * MON-FRI", "Europe/Berlin")),
)


@st.composite
def homes(draw: st.DrawFn) -> dict[str, Any]:
    """What stands in a home: companies, warehouses, and sources that may feed some of them."""
    companies = draw(st.lists(names | awkward, min_size=1, max_size=3, unique=True))
    warehouses = draw(st.lists(names | awkward, min_size=1, max_size=3, unique=True))
    places = draw(st.lists(paths, min_size=len(warehouses), max_size=len(warehouses), unique=True))
    called = draw(st.lists(names | awkward, max_size=3, unique=True))
    feeds = st.lists(
        st.builds(
            Feed, destination=st.sampled_from(warehouses), dataset=st.sampled_from(["", "finance", "_x"])
        ),
        max_size=2,
        unique_by=lambda feed: (feed.destination, feed.dataset or "quickbooks"),
    )
    reports = st.sampled_from(
        [(), chosen(["CashFlow", "BalanceSheet method=both by=quarter since=2024-01-01"])]
    )
    streams = st.none() | st.frozensets(st.sampled_from(sorted(catalog())), min_size=1, max_size=4)
    return {
        "companies": companies,
        "warehouses": dict(zip(warehouses, places, strict=True)),
        "sources": [
            NewSource(
                name=name,
                credential=draw(st.sampled_from(companies)),
                streams=draw(streams),
                reports=draw(reports),
                prefix=draw(st.sampled_from(["", "acme_"])) + f"s{place}_",
                schedule=draw(schedules),
                paused=draw(st.booleans()),
                feeds=tuple(draw(feeds)),
            )
            for place, name in enumerate(called)
        ],
    }


def fill(db: Database, folder: Path, home: dict[str, Any]) -> None:
    around = surroundings(db, folder, now=NOW, environment=ENVIRONMENT)
    for number, name in enumerate(home["companies"]):
        company = Credential(
            id=new_id("cred", around.chance),
            name=name,
            realm_id=f"00{number}",
            environment=list(Environment)[number % 2],
            created_at=NOW,
        )
        credentials.save(db, company)
    for name, path in home["warehouses"].items():
        destination_changes.create(
            around, NewDestination(name=name, kind="duckdb", options={"path": path, "memory": "256MB"})
        )
    for new in home["sources"]:
        sources.create(around, new)


def contents(db: Database) -> dict[str, Any]:
    """All that people set, by name; ids and versions are each home's own."""
    known = read_known(db)
    told: dict[str, Any] = {name: fields(thing) for name, thing in known.sources.items()}
    told["companies"] = {name: fields(thing) for name, thing in known.credentials.items()}
    told["warehouses"] = {name: fields(thing) for name, thing in known.destinations.items()}
    told["feeds"] = [(feed.source.name, fields(feed)) for feed in known.connections]
    return told


def restored(db: Database, empty: Database, folder: Path) -> str:
    """The export of an empty home after another's export was applied to it."""
    around = surroundings(empty, folder, now=NOW, environment=ENVIRONMENT, seed=8)
    apply(around, Document("export.yaml", export(db)))
    return export(empty)


@given(home=homes())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_home_can_be_made_again_from_its_export(migrated_file: Path, home: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first, second = (opened(migrated_file, folder, number) for number in (1, 2))
        try:
            fill(first, folder, home)

            assert restored(first, second, folder) == export(first)
            assert contents(second) == contents(first)
        finally:
            first.close()
            second.close()


def opened(template: Path, folder: Path, number: int) -> Database:
    path = shutil.copy(template, folder / f"{number}.db")
    return open_database(f"sqlite:///{path}", vault=Vault([b"k" * 32]), locks=folder / f"locks{number}")


@pytest.mark.usefixtures("vaulted")
def test_a_sealed_secret_becomes_a_reference_that_the_first_lines_list(
    db: Database, migrated_file: Path, tmp_path: Path
) -> None:
    around = surroundings(db, tmp_path, now=NOW)
    for name, password in (("books", "s3cret-one"), ("Books!", "s3cret-two"), ("1st", "${BOOKS_PASSWORD}")):
        options = {"address": f"db-{name}", "password": password}
        destination_changes.create(around, NewDestination(name=name, kind="vaulted", options=options))

    text = export(db)

    assert "s3cret" not in text
    assert "password: ${BOOKS_PASSWORD_2}" in text
    assert "password: ${BOOKS_PASSWORD_3}" in text
    assert "#   BOOKS_PASSWORD\n#   BOOKS_PASSWORD_2\n#   BOOKS_PASSWORD_3\n" in text
    empty = opened(migrated_file, tmp_path, 2)
    values = dict.fromkeys(("BOOKS_PASSWORD", "BOOKS_PASSWORD_2", "BOOKS_PASSWORD_3"), "given")
    apply(surroundings(empty, tmp_path, now=NOW, environment=values), Document("export.yaml", text))
    assert export(empty) == text
    empty.close()


def test_an_export_applied_where_it_came_from_changes_nothing(db: Database, tmp_path: Path) -> None:
    fill(db, tmp_path, {"companies": ["acme"], "warehouses": {"duck": "${FOLDER}/b.duckdb"}, "sources": []})
    around = surroundings(db, tmp_path, now=NOW, environment=ENVIRONMENT)
    sources.create(around, NewSource(name="books", credential="acme", feeds=(Feed(destination="duck"),)))
    sources.pause(around, "books")

    changes = apply(around, Document("export.yaml", export(db)))

    assert {change.did for change in changes} == {Did.UNCHANGED}


def test_an_empty_home_exports_a_file_that_can_be_applied(db: Database, tmp_path: Path) -> None:
    assert apply(surroundings(db, tmp_path, now=NOW), Document("export.yaml", export(db))) == ()
