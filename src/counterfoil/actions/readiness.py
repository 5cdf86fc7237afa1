"""Whether the service can do its work, and what keeps it from it."""

import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import CounterfoilError, EngineSilent, SettingInvalid, StagingFailed
from counterfoil.store import due, readiness, workers

SILENT = timedelta(minutes=2)
"""A worker that lives says so every few seconds, and the clock looks every second."""
PROBE = 64 * 1024
"""Bytes; file systems find room for less in what they keep for themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at. `code`, `what`, `do` are those of an error, empty when all is well."""

    name: str
    code: str = ""
    what: str = ""
    do: str = ""

    @property
    def well(self) -> bool:
        return not self.code


def look(around: Surroundings) -> tuple[Check, ...]:
    """Look at the store, the secret key, the disk and the engine; never raises for what is wrong with them.

    A store that cannot be reached says nothing of what is in it: then only the disk is looked at besides.
    """
    store = _check("store", lambda: _store(around))
    disk = _check("disk", lambda: _disk(around))
    return (store, disk, *(_inside(around) if store.well else ()))


def _inside(around: Surroundings) -> Iterator[Check]:
    yield _check("secret key", lambda: readiness.open_a_secret(around.db))
    yield _check("engine", lambda: _engine(around))


def _check(name: str, deed: Callable[[], None]) -> Check:
    try:
        deed()
    except CounterfoilError as error:
        return Check(name=name, code=error.code, what=error.what, do=error.do)
    return Check(name=name)


def _store(around: Surroundings) -> None:
    if not readiness.write(around.db):
        raise SettingInvalid(
            "The tables of Counterfoil's own database are those of another version.",
            do="Let all processes run the same version, the newest that was ever started.",
        )


def _disk(around: Surroundings) -> None:
    """What syncs stage has to fit on this machine's disk."""
    probe = around.staging / f".probe-{secrets.token_hex(4)}"
    try:
        around.staging.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with probe.open("wb") as file:
                file.write(bytes(PROBE))
                file.flush()
                os.fsync(file.fileno())
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        raise StagingFailed(
            f"What syncs read cannot be kept on this machine's disk: {error.strerror}.",
            do="Make room on it, or give the right to write to the folder `staging` in the home folder.",
        ) from error


def _engine(around: Surroundings) -> None:
    now = due.now(around.db)
    if not any(now - worker.seen_at < SILENT for worker in workers.every(around.db)):
        raise EngineSilent(
            "No worker runs: syncs wait.", do="Start one: counterfoil serve, or counterfoil worker."
        )
    earliest = due.earliest(around.db)
    if earliest is not None and now - earliest > SILENT:
        raise EngineSilent(
            f"The schedule stands still: a sync was due at {earliest:%Y-%m-%d %H:%M} UTC.",
            do="See the log of the service; if it says nothing, restart it.",
        )
