"""The secret key is changed while everything runs, and nothing is lost that a key still opens."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from counterfoil.actions import rotation
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import Forbidden, InUse, SecretKeyMissing, SettingInvalid
from counterfoil.model.actor import SERVICE
from counterfoil.model.app import IntuitApp
from counterfoil.model.credential import Credential, Environment, Tokens
from counterfoil.store import apps, credentials, sealed
from counterfoil.store.key_file import put_new_key_in_front, read_keys
from counterfoil.store.vault import Vault, new_key, open_vault
from tests.people.conftest import Clock

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "secret.key"


@pytest.fixture
def world(around: Surroundings, key_file: Path) -> Surroundings:
    """A store with secrets of several kinds, sealed with the key of a file."""
    db = replace(around.db, vault=open_vault("", key_file=key_file))
    for number in range(3):
        credential = Credential(
            id=f"cred_{number}",
            name=f"company {number}",
            realm_id=str(number),
            environment=Environment.PRODUCTION,
            created_at=NOW,
        )
        credentials.save(db, credential)
        credentials.save_tokens(db, credential.id, tokens(number))
    app = IntuitApp(
        environment=Environment.PRODUCTION,
        client_id="id",
        client_secret="the app's secret",
        verifier_token="the verifier",
        changed_at=NOW,
    )
    apps.save(db, app)
    return replace(around, db=db)


def tokens(number: int) -> Tokens:
    return Tokens(
        access_token=f"access {number}",
        refresh_token=f"refresh {number}",
        access_expires_at=NOW,
        refresh_expires_at=NOW,
    )


def intact(around: Surroundings, vault: Vault) -> bool:
    """Whether these keys open every secret."""
    db = replace(around.db, vault=vault)
    app = apps.of(db, Environment.PRODUCTION)
    assert app is not None
    opened = [credentials.tokens(db, f"cred_{number}") for number in range(3)]
    return opened == [tokens(n) for n in range(3)] and app.client_secret == "the app's secret"


def test_after_a_rotation_the_new_key_alone_opens_everything(world: Surroundings, key_file: Path) -> None:
    rotated = rotation.rotate(world, key_file)
    newest, old = read_keys(key_file)

    assert (rotated.made, rotated.count, rotated.lost, rotated.old) == (True, 5, (), 1)
    assert intact(world, Vault([newest]))
    assert rotation.drop_old_keys(world, key_file) == 1
    assert read_keys(key_file) == [newest]
    with pytest.raises(SecretKeyMissing):
        intact(world, Vault([old]))


def test_a_process_that_runs_meanwhile_goes_on_and_seals_with_the_new_key(
    world: Surroundings, key_file: Path
) -> None:
    running = replace(world.db, vault=open_vault("", key_file=key_file))
    rotation.rotate(world, key_file)

    credentials.save_tokens(running, "cred_0", tokens(7))  # before it opened anything: it must look by itself

    assert credentials.tokens(running, "cred_1") == tokens(1)
    assert not sealed.any_old(world.db)
    assert rotation.drop_old_keys(world, key_file) == 1
    assert credentials.tokens(running, "cred_0") == tokens(7)


def test_a_process_that_sealed_with_the_old_key_after_all_keeps_it_from_being_dropped(
    world: Surroundings, key_file: Path
) -> None:
    behind = replace(world.db, vault=Vault(read_keys(key_file)))
    rotation.rotate(world, key_file)
    credentials.save_tokens(behind, "cred_0", tokens(0))

    with pytest.raises(InUse, match="still sealed with an old key"):
        rotation.drop_old_keys(world, key_file)

    assert rotation.drop_old_keys(world, key_file) == 1
    assert intact(world, Vault(read_keys(key_file)))


KILLED = """
import os, signal, sys
from pathlib import Path
from counterfoil.actions import rotation
from counterfoil.cli.opening import surroundings
from counterfoil.settings import read_settings
from counterfoil.store import key_file, sealed

steps = int(sys.argv[1])
def dies(deed):
    def stepwise(*given, **named):
        global steps
        steps -= 1
        if steps < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return deed(*given, **named)
    return stepwise
sealed._seal_anew = dies(sealed._seal_anew)
os.replace = dies(os.replace)
key_file._settle = dies(key_file._settle)
settings = read_settings()
with surroundings(settings) as around:
    rotation.rotate(around, settings.home / "secret.key")
"""


def test_a_rotation_that_is_killed_anywhere_is_finished_by_the_next(
    world: Surroundings, key_file: Path
) -> None:
    env = {**os.environ, "COUNTERFOIL_HOME": str(key_file.parent)}
    env["COUNTERFOIL_DATABASE_URL"] = world.db.engine.url.render_as_string(hide_password=False)
    for step in range(7):
        ended = subprocess.run([sys.executable, "-c", KILLED, str(step)], env=env, check=False)
        assert ended.returncode == -signal.SIGKILL
        assert intact(world, Vault(read_keys(key_file)))
        before = len(read_keys(key_file))
        unfinished = before > 1 and sealed.any_old(world.db)

        rotation.rotate(world, key_file)

        assert len(read_keys(key_file)) == before + (not unfinished)
        assert intact(world, Vault(read_keys(key_file)[:1]))


def test_what_no_key_opens_is_named_and_everything_else_goes_on(
    world: Surroundings, key_file: Path, clock: Clock
) -> None:
    stranger = replace(world.db, vault=Vault([b"x" * 32]))
    credentials.save_tokens(stranger, "cred_1", tokens(1))

    rotated = rotation.rotate(world, key_file)

    assert [(lost.table, lost.name) for lost in rotated.lost] == [("credentials", "company 1")]
    assert rotated.lost[0].table in rotation.REMEDIES
    assert rotated.count == 4
    assert rotation.drop_old_keys(world, key_file) == 1
    assert credentials.tokens(world.db, "cred_0") == tokens(0)
    credentials.save_tokens(world.db, "cred_1", tokens(1))  # connected again
    assert rotation.rotate(world, key_file).lost == ()


def test_a_refresh_that_comes_between_is_not_overwritten(
    world: Surroundings, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opens = Vault.open

    def refreshed_meanwhile(vault: Vault, secret: bytes, *, table: str, row: str, column: str) -> bytes:
        opened = opens(vault, secret, table=table, row=row, column=column)
        if row == "cred_2":
            monkeypatch.setattr(Vault, "open", opens)
            credentials.save_tokens(world.db, "cred_2", tokens(9))
        return opened

    monkeypatch.setattr(Vault, "open", refreshed_meanwhile)
    rotation.rotate(world, key_file)

    assert credentials.tokens(world.db, "cred_2") == tokens(9)


def test_keys_from_the_settings_are_rotated_once_the_new_one_stands_in_front(world: Surroundings) -> None:
    first = b"1" * 32
    one = replace(world, db=replace(world.db, vault=Vault([first, *_keys(world)])))
    sealed.reseal(one.db)
    alone = replace(world, db=replace(world.db, vault=Vault([first])))
    with pytest.raises(SettingInvalid, match="only one") as told:
        rotation.rotate(alone, None)
    both = replace(world, db=replace(world.db, vault=Vault([b"2" * 32, first])))

    rotated = rotation.rotate(both, None)

    assert "openssl" in told.value.do
    assert (rotated.made, rotated.count, rotated.old) == (False, 5, 1)
    assert intact(world, Vault([b"2" * 32]))
    with pytest.raises(SettingInvalid):
        rotation.drop_old_keys(both, None)


def _keys(world: Surroundings) -> list[bytes]:
    return read_keys(world.staging.parent / "home" / "secret.key")


def test_two_who_rotate_at_once_lose_no_key(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    path.touch(mode=0o600)
    path.write_text(new_key())
    code = "import sys; from pathlib import Path; from counterfoil.store.key_file import put_new_key_in_front as p\n"
    code += "for _ in range(20): p(Path(sys.argv[1]))"
    started = [subprocess.Popen([sys.executable, "-c", code, str(path)]) for _ in range(3)]

    assert [process.wait(timeout=120) for process in started] == [0, 0, 0]
    assert len(set(read_keys(path))) == 61
    assert sorted(each.name for each in tmp_path.iterdir()) == ["secret.key"]


def test_every_binary_column_is_rotated() -> None:
    found = {f"{table.name}.{column.name}" for table, _, column in sealed.columns()}

    assert {
        "credentials.tokens",
        "destinations.secrets",
        "apps.client_secret",
        "apps.verifier_token",
        "channels.address",
        "consents.verifier",
    } <= found
    assert {name.partition(".")[0] for name in found} <= set(rotation.REMEDIES)


def test_only_administrators_change_the_key(world: Surroundings, key_file: Path) -> None:
    mere = replace(world, actor=SERVICE)
    for deed in (rotation.rotate, rotation.drop_old_keys):
        with pytest.raises(Forbidden):
            deed(mere, key_file)
    assert len(read_keys(key_file)) == 1


def test_a_key_file_that_vanishes_does_not_stop_who_has_read_it(world: Surroundings, key_file: Path) -> None:
    put_new_key_in_front(key_file)
    assert credentials.tokens(world.db, "cred_0") == tokens(0)
    key_file.unlink()

    credentials.save_tokens(world.db, "cred_0", tokens(5))

    assert credentials.tokens(world.db, "cred_0") == tokens(5)
    with world.db.reading() as connection:
        assert (
            connection.execute(sa.select(sa.func.count()).select_from(sa.text("credentials"))).scalar() == 3
        )
