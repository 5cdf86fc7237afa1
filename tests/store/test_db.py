"""Opening the store."""

import multiprocessing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from counterfoil.errors import SettingInvalid
from counterfoil.model.credential import Credential
from counterfoil.store import (
    credentials,
    migrations,
    service_schema,  # noqa: F401 - its tables are of the same metadata
)
from counterfoil.store.db import Database, open_database
from counterfoil.store.schema import REVISION, metadata
from counterfoil.store.vault import Vault

FORK = multiprocessing.get_context("fork")


def test_migrations_make_exactly_the_tables_that_the_code_uses(db: Database) -> None:
    with db.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_code_expects_the_newest_migration(db: Database) -> None:
    with db.reading() as connection:
        scripts = ScriptDirectory.from_config(migrations.configuration(connection))

    assert scripts.get_current_head() == REVISION


def test_opening_again_keeps_what_is_there(db: Database, url: str, vault: Vault, acme: Credential) -> None:
    again = open_database(url, vault=vault, locks=db.locks)

    assert credentials.every(again) == (acme,)


@pytest.mark.parametrize("microsecond", [0, 7])
def test_a_time_comes_back_as_it_was_in_utc(db: Database, acme: Credential, microsecond: int) -> None:
    moment = datetime(2026, 3, 29, 1, 30, 5, microsecond, timezone(timedelta(hours=-7)))
    credentials.save(db, replace(acme, created_at=moment))

    kept = credentials.named(db, acme.name).created_at

    assert (kept, kept.tzinfo) == (moment, UTC)


def test_a_server_is_told_that_looking_up_rows_is_cheap(db: Database) -> None:
    if db.engine.dialect.name == "sqlite":
        return  # it looks up by index without being told
    with db.reading() as transaction:
        assert transaction.execute(sa.text("SHOW random_page_cost")).scalar() == "1.1"


def test_what_is_looked_at_together_is_one_transaction_and_may_write_beside_it(
    db: Database, acme: Credential
) -> None:
    begun: list[sa.Connection] = []
    sa.event.listen(db.engine, "begin", begun.append)
    with db.looking() as one:
        assert credentials.every(one) == (acme,)
        assert credentials.named(one, acme.name) == acme
        assert len(begun) == 1
        credentials.save(one, replace(acme, company_name="Acme & Sons"))

    assert credentials.named(db, acme.name).company_name == "Acme & Sons"


def test_a_database_of_a_newer_version_is_refused_and_left_alone(
    db: Database, url: str, vault: Vault
) -> None:
    with db.writing() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '9999'"))

    with pytest.raises(SettingInvalid, match="newer Counterfoil"):
        open_database(url, vault=vault, locks=db.locks)


def test_four_processes_may_open_a_new_store_at_once(empty_url: str, vault: Vault, tmp_path: Path) -> None:
    processes = [
        FORK.Process(target=open_database, args=(empty_url,), kwargs={"vault": vault, "locks": tmp_path})
        for _ in range(4)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)

    assert [process.exitcode for process in processes] == [0] * 4


@pytest.mark.parametrize("bad", ["", "nonsense", "mysql://u:hunter22@h/d", "postgresql://u:hunter22@h:x/d"])
def test_an_address_that_cannot_be_used_is_refused_without_its_password(
    bad: str, vault: Vault, tmp_path: Path
) -> None:
    with pytest.raises(SettingInvalid) as caught:
        open_database(bad, vault=vault, locks=tmp_path)

    assert "hunter22" not in str(caught.value)


def test_a_server_that_is_away_is_told_without_its_password(vault: Vault, tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="cannot be opened") as caught:
        open_database("postgresql://u:hunter22@127.0.0.1:1/d", vault=vault, locks=tmp_path)

    assert "hunter22" not in str(caught.value)


def test_a_folder_that_is_no_folder_is_told(vault: Vault, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SettingInvalid, match="cannot be opened"):
        open_database(f"sqlite:///{tmp_path}/file/counterfoil.db", vault=vault, locks=tmp_path)
