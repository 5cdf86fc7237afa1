"""Tokens are never lost: whole processes on the real store, over HTTP, killed where it hurts most."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
import sqlalchemy as sa

from counterfoil.actions.credentials import safe
from counterfoil.errors import ReconnectNeeded
from counterfoil.model.credential import CredentialState
from counterfoil.sandbox.running import Sandbox
from counterfoil.store import credentials
from counterfoil.store.db import Database
from tests.torture.readers import NAME, Ground, Steps, look, reader
from tests.torture.refreshes import ASKED, CLEAN, DAY, HOUR, Mood, Torment, consent


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """One that ends the whole grant when an old refresh token comes back, as Intuit may."""
    with Sandbox(revoke_on_reuse=True) as running:
        yield running


@pytest.fixture
def ground(sandbox: Sandbox, tmp_path: Path) -> Ground:
    return Ground(sandbox.url, tmp_path)


@pytest.fixture
def db(ground: Ground, sandbox: Sandbox) -> Iterator[Database]:
    """A store in which Acme is connected."""
    with ground.store() as database:
        consent(sandbox, database)
        yield database


def die(_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_once_answered(ground: Ground) -> None:
    with ground.store() as db, reader(ground, db, Steps(answered=die)) as client:
        look(client)


def die_once_saved(ground: Ground) -> None:
    steps = Steps(asking=lambda _: ground.mark(0).touch(), saved=die)
    with ground.store() as db, reader(ground, db, steps) as client:
        look(client)


def read_ten_times(ground: Ground, line: Connection) -> None:
    """Read whenever asked; the others are asked at the same moment."""
    with ground.store() as db, reader(ground, db) as client:
        for _ in range(10):
            line.recv()
            look(client)
            line.send("read")


def killed(target: Callable[[Ground], None], ground: Ground) -> None:
    process = CLEAN.Process(target=target, args=(ground,))
    process.start()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL


def refreshes(sandbox: Sandbox) -> int:
    return int(sandbox.counters()["paths"].get(ASKED, 0))


def state(db: Database) -> CredentialState:
    return credentials.named(db, NAME).state


def test_four_processes_that_all_meet_the_end_of_a_token_refresh_it_once(
    ground: Ground, sandbox: Sandbox, db: Database
) -> None:
    lines: list[Connection] = []
    running: list[BaseProcess] = []
    for _ in range(4):
        ours, theirs = CLEAN.Pipe()
        running.append(CLEAN.Process(target=read_ten_times, args=(ground, theirs), daemon=True))
        running[-1].start()
        theirs.close()
        lines.append(ours)

    for _ in range(10):
        sandbox.advance(DAY)
        for line in lines:
            line.send("read")
        assert [line.recv() for line in lines] == ["read"] * 4

    assert refreshes(sandbox) == 10
    assert state(db) is CredentialState.CONNECTED


@pytest.mark.parametrize("step", [HOUR, DAY], ids=["same value", "new value"])
def test_a_process_killed_between_saving_and_using_loses_nothing(
    ground: Ground, sandbox: Sandbox, db: Database, step: timedelta
) -> None:
    sandbox.advance(step)

    killed(die_once_saved, ground)

    with reader(ground, db) as client:
        look(client)
    assert refreshes(sandbox) == 1


def test_a_process_killed_between_answer_and_save_loses_nothing_while_the_value_stays(
    ground: Ground, sandbox: Sandbox, db: Database
) -> None:
    sandbox.advance(HOUR)

    killed(die_once_answered, ground)

    with reader(ground, db) as client:
        look(client)
    assert refreshes(sandbox) == 2
    assert state(db) is CredentialState.CONNECTED


def test_a_value_that_died_with_its_process_is_told_at_once_by_name_and_command(
    ground: Ground, sandbox: Sandbox, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.advance(DAY)
    killed(die_once_answered, ground)

    with reader(ground, db) as client, pytest.raises(ReconnectNeeded) as caught:
        look(client)

    assert f"credential '{NAME}'" in caught.value.what
    assert f"counterfoil connect {NAME} --environment sandbox" in caught.value.do
    assert caught.value.what in caplog.text
    assert state(db) is CredentialState.ENDED


def test_a_company_that_is_connected_again_is_read_by_who_had_given_up(
    ground: Ground, sandbox: Sandbox, db: Database
) -> None:
    with reader(ground, db) as client:
        sandbox.disconnect()
        with pytest.raises(ReconnectNeeded):
            look(client)

        consent(sandbox, db)

        look(client)
    assert state(db) is CredentialState.CONNECTED


@pytest.mark.parametrize("fault", ["lose", "reset", "truncate"])
def test_an_answer_that_was_lost_on_the_way_is_asked_for_again(
    ground: Ground, sandbox: Sandbox, db: Database, fault: str
) -> None:
    sandbox.advance(HOUR)
    sandbox.fault(kind=fault, path="oauth2")

    with reader(ground, db) as client:
        look(client)

    assert state(db) is CredentialState.CONNECTED


def test_a_new_consent_waits_for_the_refresh_under_way_and_is_not_overwritten_by_it(
    ground: Ground, sandbox: Sandbox, db: Database
) -> None:
    sandbox.advance(HOUR)
    sandbox.fault(kind="slow", seconds=1.0, path="oauth2")
    reading = CLEAN.Process(target=die_once_saved, args=(ground,))
    reading.start()
    while not ground.mark(0).exists():
        time.sleep(0.005)

    consent(sandbox, db)
    newest = safe(db, credentials.named(db, NAME)).load()
    reading.join(30)

    assert safe(db, credentials.named(db, NAME)).load() == newest


def test_what_was_saved_survives_a_power_cut(db: Database) -> None:
    with db.reading() as connection:
        assert connection.execute(sa.text("PRAGMA synchronous")).scalar() == 2


@pytest.mark.parametrize("seed", [11])
def test_refreshes_under_random_kills_lose_no_connection_but_by_intuits_rules(
    tmp_path: Path, seed: int
) -> None:
    with Sandbox() as sandbox:
        ground = Ground(sandbox.url, tmp_path)
        with ground.store() as db:
            seen = Torment(sandbox, ground, db, random.Random(seed)).run(25, Mood(changing=0.1, losing=0.1))

    assert seen["refreshes"] >= 25
    assert seen["kills"] >= 10
