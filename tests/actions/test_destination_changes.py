"""Destinations are made and changed; their secrets are sealed, and never carried to another place."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from counterfoil.actions import destination_changes, destinations, sources
from counterfoil.actions.destination_changes import NewDestination
from counterfoil.actions.source_changes import Feed, NewSource
from counterfoil.actions.surroundings import Surroundings
from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Kind, Option
from counterfoil.destinations.duckdb import kind as duckdb
from counterfoil.errors import AlreadyExists, ChangedMeanwhile, InUse, SettingInvalid, SyncRunning
from counterfoil.model.credential import Credential, Environment
from counterfoil.model.cursor import Cursor
from counterfoil.store import credentials, cursors, locks
from counterfoil.store import destinations as stored
from counterfoil.store.db import Database
from counterfoil.store.service_schema import audit
from tests.surroundings import surroundings

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
VAULTED = Kind(
    name="vaulted",
    title="A warehouse with a password",
    options=(
        Option(name="address", help="Where it is.", required=True),
        Option(name="password", help="To get in.", secret=True),
        Option(name="strict", help="Whether to be strict.", type=bool, default=False, tuning=True),
    ),
    capabilities=duckdb.KIND.capabilities,
    steps=duckdb.KIND.steps,
    make=duckdb.DuckDB,
)
VAULT = NewDestination(name="vault", kind="vaulted", options={"address": "db", "password": "hunter2"})


@pytest.fixture
def around(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Surroundings:
    """With a kind whose options hold a secret, since DuckDB's do not."""
    monkeypatch.setitem(KINDS, "vaulted", VAULTED)
    return surroundings(db, tmp_path, now=NOW)


def fed(around: Surroundings) -> None:
    """Let a source that was read feed the vault."""
    company = Credential(
        id="cred_a", name="acme", realm_id="1", environment=Environment.PRODUCTION, created_at=NOW
    )
    credentials.save(around.db, company)
    view = sources.create(
        around, NewSource(name="books", credential="acme", feeds=(Feed(destination="vault"),))
    )
    cursors.advance(around.db, view.connections[0], [Cursor(stream="Bill", changed_since=NOW)])


def details(db: Database) -> str:
    with db.reading() as connection:
        return str(connection.execute(sa.select(audit.c.deed, audit.c.detail)).all())


def test_a_typed_secret_is_sealed_and_shown_nowhere(around: Surroundings) -> None:
    vault = destination_changes.create(around, VAULT)

    assert vault.options == {"address": "db", "password": "${@password}"}
    assert stored.secrets(around.db, vault.id) == {"password": "hunter2"}
    assert "hunter2" not in details(around.db)


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (replace(VAULT, kind="vault"), "did you mean `vaulted`"),
        (replace(VAULT, name="a\nb"), "cannot be seen"),
        (replace(VAULT, options={}), "needs the option `address`"),
        (replace(VAULT, options={"address": "db", "adress": "x"}), "did you mean `address`"),
        (replace(VAULT, options={"address": "db", "strict": "maybe"}), "true or false"),
        (replace(VAULT, options={"address": "pg://me:hunter2@db"}), "A password stands in `address`"),
        (replace(VAULT, options={"address": "${@password}"}), "is no secret"),
        (replace(VAULT, options={"address": "db", "password": "${@password}"}), "No secret is kept"),
    ],
)
def test_what_cannot_be_a_destination_is_refused_without_showing_a_secret(
    around: Surroundings, bad: NewDestination, told: str
) -> None:
    with pytest.raises(SettingInvalid, match=told.replace("$", r"\$")) as caught:
        destination_changes.create(around, bad)

    assert "hunter2" not in str(caught.value)
    assert destinations.every(around.db) == ()


def test_a_name_is_taken_once(around: Surroundings) -> None:
    destination_changes.create(around, VAULT)
    destination_changes.create(around, replace(VAULT, name="other"))

    with pytest.raises(AlreadyExists):
        destination_changes.create(around, VAULT)
    with pytest.raises(AlreadyExists):
        destination_changes.change(around, "other", new_name="vault")


def test_tuning_and_a_new_name_keep_the_secret_and_the_cursors(around: Surroundings) -> None:
    vault = destination_changes.create(around, VAULT)
    fed(around)

    after = destination_changes.change(
        around, "vault", new_name="safe", options={**vault.options, "strict": "yes"}, version=vault.version
    )

    assert (after.id, after.name, after.version) == (vault.id, "safe", vault.version + 1)
    assert stored.secrets(around.db, vault.id) == {"password": "hunter2"}
    assert [set(held) for held in sources.show(around.db, "books").cursors.values()] == [{"Bill"}]


def test_another_place_needs_the_secret_again_and_begins_anew(around: Surroundings) -> None:
    vault = destination_changes.create(around, VAULT)
    fed(around)

    with pytest.raises(SettingInvalid, match="Type the secret again"):
        destination_changes.change(around, "vault", options={**vault.options, "address": "evil"})
    with locks.company(around.db, "1", locks.Purpose.SYNC), pytest.raises(SyncRunning):
        destination_changes.change(around, "vault", options={"address": "moved", "password": "new"})
    destination_changes.change(around, "vault", options={"address": "moved", "password": "new"})

    assert [set(held) for held in sources.show(around.db, "books").cursors.values()] == [set()]


def test_a_secret_alone_can_be_changed_and_is_counted_as_a_change(around: Surroundings) -> None:
    vault = destination_changes.create(around, VAULT)

    after = destination_changes.change(around, "vault", options={**vault.options, "password": "fresh1"})

    assert stored.secrets(around.db, vault.id) == {"password": "fresh1"}
    assert after.version == vault.version + 1
    assert "sealed" in details(around.db)
    assert "fresh1" not in details(around.db)


def test_a_secret_that_becomes_a_reference_is_forgotten(around: Surroundings) -> None:
    vault = destination_changes.create(around, VAULT)

    destination_changes.change(around, "vault", options={**vault.options, "password": "${VAULT_PASSWORD}"})

    assert stored.secrets(around.db, vault.id) == {}


def test_of_two_editors_the_second_is_told(around: Surroundings) -> None:
    seen = destination_changes.create(around, VAULT)
    destination_changes.change(around, "vault", new_name="mine", version=seen.version)

    with pytest.raises(ChangedMeanwhile):
        destination_changes.change(around, "mine", new_name="yours", version=seen.version)
    with pytest.raises(ChangedMeanwhile):
        destinations.remove(around, "mine", version=seen.version)


def test_a_destination_that_is_fed_stays(around: Surroundings) -> None:
    destination_changes.create(around, VAULT)
    fed(around)

    with pytest.raises(InUse, match="books"):
        destinations.remove(around, "vault")
    sources.remove(around, "books")
    destinations.remove(around, "vault")

    assert destinations.every(around.db) == ()
