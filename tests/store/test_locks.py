"""Promise 8: one company is read by at most one sync at a time, on however many machines."""

import multiprocessing
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
import sqlalchemy as sa

from counterfoil.errors import Cancelled, LockLost, SyncRunning, Transient
from counterfoil.stop import Stop
from counterfoil.store import locks
from counterfoil.store.db import Database, open_database
from counterfoil.store.locks import Purpose
from counterfoil.store.vault import Vault

FORK = multiprocessing.get_context("fork")


def hold(url: str, vault: Vault, folder: Path, told: Connection) -> None:
    """What the other process does: hold company 42 until it is killed."""
    db = open_database(url, vault=vault, locks=folder)
    with locks.company(db, "42", Purpose.SYNC):
        told.send("held")
        time.sleep(60)


@pytest.fixture
def holder(db: Database, url: str) -> Iterator[BaseProcess]:
    """Another process that holds company 42."""
    ours, theirs = FORK.Pipe()
    process = FORK.Process(target=hold, args=(url, db.vault, db.locks, theirs))
    process.start()
    assert ours.recv() == "held"
    yield process
    process.kill()
    process.join()


def test_a_company_that_another_process_reads_is_refused_until_that_process_dies(
    db: Database, holder: BaseProcess
) -> None:
    with pytest.raises(SyncRunning, match="42"), locks.company(db, "42", Purpose.SYNC):
        pass

    holder.kill()
    holder.join()

    with locks.company(db, "42", Purpose.SYNC, wait=5):
        pass


def test_another_company_and_another_purpose_are_free_meanwhile(db: Database) -> None:
    held = []
    with locks.company(db, "42", Purpose.SYNC):
        for realm_id, purpose in (("42", Purpose.REFRESH), ("43", Purpose.SYNC)):
            with locks.company(db, realm_id, purpose):
                held.append((realm_id, purpose))

    assert len(held) == 2


def test_two_threads_or_calls_of_one_process_exclude_each_other_too(db: Database) -> None:
    with (
        locks.company(db, "42", Purpose.REFRESH),
        pytest.raises(Transient, match="refreshed elsewhere"),
        locks.company(db, "42", Purpose.REFRESH),
    ):
        pass


def test_a_lock_is_free_again_after_its_block_even_when_that_fails(db: Database) -> None:
    with pytest.raises(RuntimeError), locks.company(db, "42", Purpose.SYNC):
        raise RuntimeError

    with locks.company(db, "42", Purpose.SYNC):
        pass


def test_it_waits_no_longer_than_told(db: Database) -> None:
    with locks.company(db, "42", Purpose.SYNC):
        begin = time.monotonic()
        with pytest.raises(SyncRunning), locks.company(db, "42", Purpose.SYNC, wait=0.2):
            pass

    assert time.monotonic() - begin >= 0.2


def test_a_lock_that_was_let_go_is_free_for_others_too(db: Database, url: str) -> None:
    other = open_database(url, vault=db.vault, locks=db.locks)

    with locks.company(db, "42", Purpose.SYNC):
        pass
    with (
        locks.company(other, "42", Purpose.SYNC),
        pytest.raises(SyncRunning),
        locks.company(db, "42", Purpose.SYNC),
    ):
        pass
    other.close()


def test_a_hostile_realm_id_stays_inside_the_folder_of_locks(db: Database) -> None:
    with locks.company(db, "../../etc/passwd\x00" * 50, Purpose.SYNC):
        assert all(path.parent == db.locks for path in db.locks.parent.rglob("*.lock"))


def test_waiting_for_a_lock_ends_when_a_stop_is_asked(db: Database, holder: BaseProcess) -> None:
    stop = Stop()
    threading.Timer(0.2, stop.ask, (Cancelled("Stopped."),)).start()

    with pytest.raises(Cancelled), locks.company(db, "42", Purpose.SYNC, wait=3600, stop=stop):
        pass


def test_a_lock_that_is_held_is_known_to_be(db: Database) -> None:
    asked = 0

    with locks.company(db, "42", Purpose.SYNC) as reassure:
        for _ in range(3):
            reassure()
            asked += 1

    assert asked == 3


@pytest.mark.parametrize("url", ["postgres"], indirect=True)  # a locked file is lost with its process alone
def test_a_lock_whose_session_the_server_dropped_is_known_to_be_lost(db: Database) -> None:
    with locks.company(db, "42", Purpose.SYNC) as reassure:
        with db.engine.connect() as other:
            other.execute(
                sa.text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
            )
        with locks.company(db, "42", Purpose.SYNC, wait=30):  # as another process could, and let go again
            pass

        for _ in range(2):  # a session that was opened anew has no lock either
            with pytest.raises(LockLost, match="42"):
                reassure()


def test_a_server_misses_a_machine_that_vanished_within_a_minute(db: Database) -> None:
    if db.engine.dialect.name == "sqlite":
        return  # its locks are the kernel's, which knows
    told = "SELECT COUNT(*) FROM pg_settings WHERE name LIKE 'tcp_keepalives_%' AND source = 'session'"

    with db.reading() as transaction:
        assert transaction.execute(sa.text(told)).scalar() == 3
