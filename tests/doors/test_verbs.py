"""What one may do with credentials, sources, destinations and syncs, whatever the door."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from counterfoil.actions import credentials, destinations, sources, syncs
from counterfoil.actions.apply import apply
from counterfoil.actions.credentials import Grant
from counterfoil.actions.document import Document
from counterfoil.actions.draft import Birth
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import (
    AlreadyExists,
    InUse,
    NotFound,
    QuickBooksDown,
    ReconnectNeeded,
    SettingInvalid,
    SyncRunning,
)
from counterfoil.model.credential import CredentialState, Environment, Tokens
from counterfoil.model.destination import Destination
from counterfoil.model.sync import Sync
from counterfoil.store import locks
from counterfoil.store import syncs as stored_syncs
from counterfoil.store.db import Database
from tests.surroundings import surroundings

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
BIRTH = Birth(now=NOW, chance=random.Random(7))
TOKENS = Tokens(
    access_token="eyJaccess",
    refresh_token="AB11refresh",
    access_expires_at=NOW + timedelta(hours=1),
    refresh_expires_at=NOW + timedelta(days=100),
)
ACME = Grant(
    name="acme", realm_id="1", environment=Environment.SANDBOX, tokens=TOKENS, company_name="Acme & Söhne"
)


@pytest.fixture
def around(db: Database, tmp_path: Path) -> Surroundings:
    return surroundings(db, tmp_path, now=NOW)


@pytest.fixture
def books(around: Surroundings, tmp_path: Path) -> None:
    """A source of Acme that feeds a DuckDB file."""
    text = f"""\
version: 1
credentials: [{{name: acme, realm_id: 1, environment: sandbox}}]
destinations: [{{name: duck, kind: duckdb, options: {{path: {tmp_path}/books.duckdb}}}}]
sources: [{{name: books, credential: acme, destinations: [duck]}}]
"""
    apply(around, Document("books.yaml", text))


def test_a_company_that_was_connected_is_listed_without_its_tokens(db: Database) -> None:
    acme = credentials.connect(db, ACME, BIRTH)

    assert credentials.every(db) == (acme,)
    assert acme.state is CredentialState.CONNECTED
    assert acme.company_name == "Acme & Söhne"
    assert "AB11" not in repr(acme) + repr(ACME)


def test_a_company_that_is_connected_again_keeps_its_name_and_gets_the_new_tokens(db: Database) -> None:
    first = credentials.connect(db, ACME, BIRTH)
    fresh = replace(TOKENS, refresh_token="AB11second")

    again = credentials.connect(db, replace(ACME, name="another", tokens=fresh), BIRTH)

    assert again == first
    assert credentials.safe(db, again).load() == fresh


def test_a_name_that_stands_for_another_company_is_refused(db: Database) -> None:
    credentials.connect(db, ACME, BIRTH)

    with pytest.raises(AlreadyExists, match="another company"):
        credentials.connect(db, replace(ACME, realm_id="2"), BIRTH)


@pytest.mark.parametrize("bad", [replace(ACME, realm_id="../2"), replace(ACME, name="a\nb")])
def test_a_hostile_call_back_is_refused(db: Database, bad: Grant) -> None:
    with pytest.raises(SettingInvalid):
        credentials.connect(db, bad, BIRTH)

    assert credentials.every(db) == ()


@pytest.mark.usefixtures("books")
def test_a_credential_that_was_only_declared_asks_to_be_connected(db: Database) -> None:
    acme = credentials.show(db, "acme")

    with pytest.raises(ReconnectNeeded, match="counterfoil connect acme"):
        credentials.safe(db, acme).load()


def test_saved_tokens_are_those_loaded_next_also_by_another_process(db: Database) -> None:
    safe = credentials.safe(db, credentials.connect(db, ACME, BIRTH))
    rotated = replace(TOKENS, refresh_token="AB11rotated", hard_expires_at=NOW + timedelta(days=1800))

    with safe.lock():
        safe.save(rotated)

    assert credentials.safe(db, credentials.show(db, "acme")).load() == rotated


def test_disconnecting_gives_the_grant_back_and_forgets_the_tokens(db: Database) -> None:
    credentials.connect(db, ACME, BIRTH)
    given_back: list[Tokens] = []

    ended = credentials.disconnect(db, "acme", given_back.append)

    assert given_back == [TOKENS]
    assert ended.state is CredentialState.ENDED


def test_tokens_are_kept_when_intuit_could_not_be_told(db: Database) -> None:
    acme = credentials.connect(db, ACME, BIRTH)

    def down(_: Tokens) -> None:
        raise QuickBooksDown("No answer.")

    with pytest.raises(QuickBooksDown):
        credentials.disconnect(db, "acme", down)

    assert credentials.safe(db, acme).load() == TOKENS


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    ("remove", "name"),
    [(credentials.remove, "acme"), (destinations.remove, "duck")],
    ids=["credential", "destination"],
)
def test_what_a_source_needs_cannot_go_before_the_source(
    around: Surroundings, remove: Callable[[Surroundings, str], None], name: str
) -> None:
    with pytest.raises(InUse, match="books"):
        remove(around, name)

    sources.remove(around, "books")
    remove(around, name)

    with pytest.raises(NotFound):
        remove(around, name)


@pytest.mark.usefixtures("books")
def test_a_source_cannot_go_while_it_is_read(db: Database, around: Surroundings) -> None:
    with locks.company(db, "1", locks.Purpose.SYNC), pytest.raises(SyncRunning):
        sources.remove(around, "books")

    assert [view.source.name for view in sources.every(db)] == ["books"]


@pytest.mark.usefixtures("books")
def test_a_source_is_shown_with_what_hangs_on_it(db: Database) -> None:
    source = sources.show(db, "books").source
    sync = Sync(id="sync_1", source=source, started_at=NOW)
    stored_syncs.save(db, sync)

    view = sources.show(db, "books")

    assert [feed.destination.name for feed in view.connections] == ["duck"]
    assert view.latest == sync
    assert syncs.latest(db, "books") == (sync,)
    assert syncs.show(db, "sync_1").outcomes == ()


@pytest.mark.usefixtures("books")
def test_a_destination_is_opened_with_its_references_resolved_and_its_numbers_read(
    db: Database, tmp_path: Path
) -> None:
    options = {"path": "${FOLDER}/b.duckdb", "wait_seconds": "5"}
    duck = replace(destinations.show(db, "duck"), options=options)

    warehouse = destinations.open_destination(duck, {"FOLDER": str(tmp_path)})

    assert warehouse.tables("quickbooks") == {}


def test_a_reference_that_is_not_set_any_more_is_told_by_its_name() -> None:
    duck = Destination(
        id="dest_1", name="duck", kind="duckdb", created_at=NOW, options={"path": "${GONE}/b.duckdb"}
    )

    with pytest.raises(SettingInvalid, match=r"\$\{GONE\} is not set"):
        destinations.open_destination(duck, {})
