"""Destinations are proved step by step; secrets that people type are sealed and stay where they were given for."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from counterfoil.actions import proving, sealing
from counterfoil.actions.destination_changes import NewDestination, create
from counterfoil.actions.proving import Proof
from counterfoil.actions.surroundings import Surroundings
from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Kind, Option
from counterfoil.destinations.duckdb.kind import KIND as DUCKDB
from counterfoil.errors import Forbidden, SecretKeyMissing, SettingInvalid
from counterfoil.model.actor import Actor, ActorKind, Role
from counterfoil.model.destination import Destination
from counterfoil.quickbooks.oauth import OAuthApp
from counterfoil.store import destinations
from counterfoil.store.db import Database
from tests.road.conftest import NOW, opened_store

WITH_PASSWORD = Kind(
    name="postgres",
    title="PostgreSQL",
    options=(Option(name="host", help="", host=True), Option(name="password", help="", secret=True)),
    capabilities=replace(DUCKDB.capabilities, default_dataset="public", longest_name=63),
    steps=(),
    make=DUCKDB.make,
)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with opened_store(tmp_path) as database:
        yield database


@pytest.fixture
def around(tmp_path: Path, db: Database) -> Surroundings:
    return Surroundings(
        db=db,
        app=OAuthApp(client_id="", client_secret=""),
        api_url="",
        staging=tmp_path / "staging",
        environment={},
        now=lambda: datetime.now(UTC),
        chance=random.Random(1),
    )


def lake(path: Path) -> Destination:
    return Destination(id="dest", name="lake", kind="duckdb", created_at=NOW, options={"path": str(path)})


def test_a_warehouse_that_works_passes_every_step_and_keeps_no_table(
    around: Surroundings, tmp_path: Path
) -> None:
    path = tmp_path / "new" / "lake.duckdb"

    proved = proving.prove(around, lake(path))

    assert [step.proof for step in proved] == [Proof.WORKED] * 6
    with duckdb.connect(str(path)) as connection:
        assert connection.execute("select count(*) from duckdb_tables()").fetchall() == [(0,)]


def test_the_step_that_fails_says_why_and_those_after_it_are_not_tried(
    around: Surroundings, tmp_path: Path
) -> None:
    path = tmp_path / "lake.duckdb"
    path.write_text("this is no warehouse")

    proved = proving.prove(around, lake(path))

    assert [str(step.proof) for step in proved] == ["worked", "failed", *["not tried"] * 4]
    assert "lake.duckdb" in proved[1].what
    assert proved[1].do
    assert proved[1].grant


def test_a_folder_that_cannot_be_made_fails_first(around: Surroundings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    proved = proving.prove(around, lake(tmp_path / "file" / "lake.duckdb"))

    assert [str(step.proof) for step in proved] == ["failed", *["not tried"] * 5]


def test_a_viewer_may_not_try_warehouses(around: Surroundings, tmp_path: Path) -> None:
    viewer = Actor(kind=ActorKind.USER, id="user_vi", name="Vi", role=Role.VIEWER)

    with pytest.raises(Forbidden):
        proving.prove(replace(around, actor=viewer), lake(tmp_path / "lake.duckdb"))


def test_a_typed_secret_is_sealed_and_a_reference_stays_one() -> None:
    typed = sealing.seal(WITH_PASSWORD, {"host": "db", "password": "tr0ub4dor"}, {})
    referred = sealing.seal(WITH_PASSWORD, {"host": "db", "password": "${PASSWORD}"}, {})
    kept = sealing.seal(WITH_PASSWORD, {"host": "db", "password": "${@password}"}, {"password": "old"})

    assert typed.options == {"host": "db", "password": "${@password}"}
    assert typed.secrets == {"password": "tr0ub4dor"}
    assert "tr0ub4dor" not in repr(typed)
    assert (referred.options["password"], referred.secrets) == ("${PASSWORD}", {})
    assert kept.secrets == {"password": "old"}
    with pytest.raises(SettingInvalid, match="No secret is kept"):
        sealing.seal(WITH_PASSWORD, {"password": "${@password}"}, {})


def test_sealed_options_are_kept_by_row_and_open_only_there(db: Database, tmp_path: Path) -> None:
    one, other = lake(tmp_path / "a"), replace(lake(tmp_path / "b"), id="dest_2", name="pond")
    destinations.save(db, one)
    destinations.save(db, other)
    destinations.save_secrets(db, one.id, {"password": "tr0ub4dor"})

    assert destinations.secrets(db, one.id) == {"password": "tr0ub4dor"}
    assert destinations.secrets(db, other.id) == {}
    with db.writing() as connection:
        connection.exec_driver_sql(
            "update destinations set secrets = (select secrets from destinations where id='dest')"
        )
        assert (
            b"tr0ub4dor"
            not in connection.exec_driver_sql("select secrets from destinations").scalars().all()[0]
        )
    with pytest.raises(SecretKeyMissing):
        destinations.secrets(db, other.id)


def test_a_kept_secret_is_not_carried_to_another_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "postgres", WITH_PASSWORD)
    before = Destination(
        id="d", name="pg", kind="postgres", created_at=NOW, options={"host": "db", "password": "${@password}"}
    )

    sealing.refuse_to_carry(before, replace(before, name="renamed"))
    with pytest.raises(SettingInvalid, match="somewhere else"):
        sealing.refuse_to_carry(before, replace(before, options={**before.options, "host": "evil"}))


def test_an_editor_cannot_aim_at_the_keys_of_the_cloud_and_an_administrator_can(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "postgres", WITH_PASSWORD)
    editor = Actor(kind=ActorKind.USER, id="user_ed", name="Ed", role=Role.EDITOR)
    cloud = NewDestination(name="pg", kind="postgres", options={"host": "169.254.169.254"})
    spelled = Destination(
        id="d", name="pg", kind="postgres", created_at=NOW, options={"host": "${METADATA}", "password": "x"}
    )
    mine = replace(around, actor=editor, environment={"METADATA": "0xa9fea9fe"})

    with pytest.raises(Forbidden):
        create(mine, cloud)
    with pytest.raises(Forbidden):
        proving.prove(mine, spelled)

    assert create(around, cloud).name == "pg"
