"""Secrets at rest."""

import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from counterfoil.errors import SecretKeyMissing, SettingInvalid
from counterfoil.model.credential import Credential, CredentialState, Tokens
from counterfoil.store import credentials, schema
from counterfoil.store.db import Database
from counterfoil.store.vault import Vault, new_key, open_vault

TOKENS = Tokens(
    access_token="eyJhbGciOiJkaXIi.access",
    refresh_token="AB11796000000refresh",
    access_expires_at=datetime(2026, 11, 22, 10, 30, tzinfo=UTC),
    refresh_expires_at=datetime(2027, 3, 2, 9, 30, tzinfo=UTC),
)


def test_tokens_come_back_and_the_credential_counts_as_connected(db: Database, acme: Credential) -> None:
    assert credentials.tokens(db, acme.id) is None

    credentials.save_tokens(db, acme.id, TOKENS)

    assert credentials.tokens(db, acme.id) == TOKENS
    assert credentials.named(db, "acme").state is CredentialState.CONNECTED


def test_no_token_stands_in_the_database_in_clear_text(db: Database, acme: Credential) -> None:
    credentials.save_tokens(db, acme.id, TOKENS)

    with db.reading() as connection:
        sealed = connection.execute(sa.select(schema.credentials.c.tokens)).scalar_one()

    assert b"AB11796" not in sealed
    assert b"eyJ" not in sealed


def test_tokens_copied_into_another_row_do_not_open(db: Database, acme: Credential) -> None:
    birch = replace(acme, id="cred_birch", name="birch", realm_id="2")
    credentials.save(db, birch)
    credentials.save_tokens(db, acme.id, TOKENS)
    table = schema.credentials
    with db.writing() as connection:
        stolen = connection.execute(sa.select(table.c.tokens).where(table.c.id == acme.id)).scalar_one()
        connection.execute(sa.update(table).where(table.c.id == birch.id).values(tokens=stolen))

    with pytest.raises(SecretKeyMissing, match="moved there from another row"):
        credentials.tokens(db, birch.id)


def test_a_lost_key_is_explained(db: Database, acme: Credential) -> None:
    credentials.save_tokens(db, acme.id, TOKENS)

    with pytest.raises(SecretKeyMissing, match="Put the former key back") as caught:
        credentials.tokens(replace(db, vault=Vault([b"x" * 32])), acme.id)

    assert "AB11796" not in str(caught.value)


def test_forgotten_tokens_leave_a_credential_that_asks_for_a_reconnect(
    db: Database, acme: Credential
) -> None:
    credentials.save_tokens(db, acme.id, TOKENS)

    credentials.forget_tokens(db, acme.id)

    assert credentials.tokens(db, acme.id) is None
    assert credentials.named(db, "acme").state is CredentialState.ENDED


def test_a_key_is_made_on_first_use_for_its_owner_only(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "home" / "secret.key"
    place = {"table": "t", "row": "r", "column": "c"}

    sealed = open_vault("", key_file=path).seal(b"secret", **place)

    assert open_vault("", key_file=path).open(sealed, **place) == b"secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]
    assert "Keep a copy" in caplog.text
    assert path.read_text().strip() not in caplog.text


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    path.write_text(new_key())
    path.chmod(0o644)

    with pytest.raises(SettingInvalid, match="chmod 600"):
        open_vault("", key_file=path)


@pytest.mark.parametrize("text", ["", "correct horse", "c2hvcnQ=", "k" * 39, ",,", "ä"])
def test_what_is_no_key_is_refused_without_being_shown(text: str, tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    path.touch(mode=0o600)

    with pytest.raises(SettingInvalid, match="32 bytes") as caught:
        open_vault(text, key_file=path)

    assert not text.strip(",") or text not in str(caught.value)
