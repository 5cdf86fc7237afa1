"""One process at a time per company, on however many machines (Promise 8).

With SQLite, which lives on one machine, a lock is a locked file; with PostgreSQL, a session's advisory lock.
Either ends with its process, however that dies.
"""

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum

import sqlalchemy as sa

from counterfoil.errors import SyncRunning, Transient
from counterfoil.store.db import Database

POLL_SECONDS = 0.05


class Purpose(StrEnum):
    """What a company is locked for; the two do not hinder each other."""

    SYNC = "sync"
    REFRESH = "refresh"  # of its tokens: of two at once the loser ends the grant (reference, section 1.5)


@contextmanager
def company(db: Database, realm_id: str, purpose: Purpose, *, wait: float = 0) -> Iterator[None]:
    """Hold a company's lock for the block; wait for it up to `wait` seconds.

    Raises SyncRunning (purpose SYNC) or Transient (REFRESH) when someone else still holds it then.
    """
    shared = db.engine.dialect.name == "postgresql"
    with _advisory(db, realm_id, purpose) if shared else _file(db, realm_id, purpose) as attempt:
        _insist(attempt, realm_id, purpose, wait)
        yield


def _insist(attempt: Callable[[], bool], realm_id: str, purpose: Purpose, wait: float) -> None:
    end = time.monotonic() + wait
    while not attempt():
        if time.monotonic() >= end:
            raise _taken(realm_id, purpose)
        time.sleep(POLL_SECONDS)


def _taken(realm_id: str, purpose: Purpose) -> Transient:
    if purpose is Purpose.SYNC:
        return SyncRunning(
            f"Company {realm_id} is being read by another sync.", do="Wait for it to end, or cancel it."
        )
    return Transient(
        f"The tokens of company {realm_id} are being refreshed elsewhere.", do="Try again in a minute."
    )


def _file(db: Database, realm_id: str, purpose: Purpose) -> AbstractContextManager[Callable[[], bool]]:
    return _locked_file(db, f"{purpose}-{_digest(realm_id, purpose).hex()}.lock")


@contextmanager
def _locked_file(db: Database, name: str) -> Iterator[Callable[[], bool]]:
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
        yield attempt
    finally:
        os.close(handle)


@contextmanager
def _advisory(db: Database, realm_id: str, purpose: Purpose) -> Iterator[Callable[[], bool]]:
    number = int.from_bytes(_digest(realm_id, purpose), "big", signed=True)
    # A session of its own, outside any transaction: an open one would hold back the server's clean-up.
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:

        def attempt() -> bool:
            return bool(session.execute(sa.select(sa.func.pg_try_advisory_lock(number))).scalar())

        try:
            yield attempt
        finally:
            session.invalidate()  # closing the session lets go of the lock, whether we had it or not


def _digest(realm_id: str, purpose: Purpose) -> bytes:
    return hashlib.sha256(f"counterfoil\x00{purpose}\x00{realm_id}".encode()).digest()[:8]
