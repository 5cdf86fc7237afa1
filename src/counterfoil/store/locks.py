"""One process at a time per company, on however many machines (Promise 8).

With SQLite, which lives on one machine, a lock is a locked file; with PostgreSQL, a session's advisory lock.
Either ends with its process, however that dies.
"""

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from counterfoil.errors import LockLost, StoreFailed, SyncRunning, Transient
from counterfoil.stop import NEVER, Stop
from counterfoil.store.db import Database, telling

POLL_SECONDS = 0.05

OURS = """
SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted
    AND classid = CAST(:high AS bigint) AND objid = CAST(:low AS bigint) AND objsubid = 1)
"""
"""A lock of 64 bits stands there in two halves. A session that was opened anew has another process, and no lock."""


class Purpose(StrEnum):
    """What a company is locked for; the two do not hinder each other."""

    SYNC = "sync"
    REFRESH = "refresh"  # of its tokens: of two at once the loser ends the grant (reference, section 1.5)


@dataclass(frozen=True, slots=True)
class _Lock:
    """`attempt` tries to take it; `held` asks whether we have it still."""

    attempt: Callable[[], bool]
    held: Callable[[], bool]


@contextmanager
def company(
    db: Database, realm_id: str, purpose: Purpose, *, wait: float = 0, stop: Stop = NEVER
) -> Iterator[Callable[[], None]]:
    """Hold a company's lock for the block; wait for it up to `wait` seconds, or until the stop is asked.

    Yields what raises LockLost once the lock is not ours any more: a session of PostgreSQL can be dropped unnoticed.
    Raises SyncRunning (purpose SYNC) or Transient (REFRESH) when someone else still holds it then, StoreFailed.
    """
    shared = db.engine.dialect.name == "postgresql"
    with _advisory(db, realm_id, purpose) if shared else _file(db, realm_id, purpose) as lock:
        _insist(lock, realm_id, purpose, wait, stop)
        yield lambda: _reassure(lock, realm_id)


def _insist(lock: _Lock, realm_id: str, purpose: Purpose, wait: float, stop: Stop) -> None:
    end = time.monotonic() + wait
    while not lock.attempt():
        if time.monotonic() >= end:
            raise _taken(realm_id, purpose)
        stop.sleep(POLL_SECONDS)


def _reassure(lock: _Lock, realm_id: str) -> None:
    try:
        held = lock.held()
    except StoreFailed:
        held = False
    if not held:
        raise LockLost(
            f"The store let go of the lock on company {realm_id}: another process may be reading it by now.",
            do="Sync again: nothing is lost.",
        )


def _taken(realm_id: str, purpose: Purpose) -> Transient:
    if purpose is Purpose.SYNC:
        return SyncRunning(
            f"Company {realm_id} is being read by another sync.", do="Wait for it to end, or cancel it."
        )
    return Transient(
        f"The tokens of company {realm_id} are being refreshed elsewhere.", do="Try again in a minute."
    )


def _file(db: Database, realm_id: str, purpose: Purpose) -> AbstractContextManager[_Lock]:
    return _locked_file(db, f"{purpose}-{_digest(realm_id, purpose).hex()}.lock")


@contextmanager
def _locked_file(db: Database, name: str) -> Iterator[_Lock]:
    db.locks.mkdir(parents=True, exist_ok=True, mode=0o700)
    # The file stays: were it removed, one process could lock the old file and another a new one.
    handle = os.open(db.locks / name, os.O_RDWR | os.O_CREAT, 0o600)

    def attempt() -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    try:
        yield _Lock(attempt, held=lambda: True)  # the kernel takes it from nobody
    finally:
        os.close(handle)


@contextmanager
def _advisory(db: Database, realm_id: str, purpose: Purpose) -> Iterator[_Lock]:
    number = int.from_bytes(_digest(realm_id, purpose), "big", signed=True)
    # A session of its own, outside any transaction: an open one would hold back the server's clean-up.
    with telling():
        session = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def ask(sql: str, **values: int) -> bool:
        with telling():
            return bool(session.execute(sa.text(sql), values).scalar())

    with session:
        try:
            yield _Lock(
                attempt=lambda: ask("SELECT pg_try_advisory_lock(:number)", number=number),
                held=lambda: (
                    not session.invalidated
                    and ask(OURS, high=number >> 32 & 0xFFFFFFFF, low=number & 0xFFFFFFFF)
                ),
            )
        finally:
            with suppress(StoreFailed):  # said first: a server takes its time over a session that was closed
                if not session.invalidated:
                    ask("SELECT pg_advisory_unlock(:number)", number=number)
            session.invalidate()  # closing the session lets go of the lock, whatever became of it


def _digest(realm_id: str, purpose: Purpose) -> bytes:
    return hashlib.sha256(f"counterfoil\x00{purpose}\x00{realm_id}".encode()).digest()[:8]
