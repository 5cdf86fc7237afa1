"""A process of its own that walks the road of one sync once, and dies on the way where a test says so.

Product code knows nothing of this: the functions that mark a step are wrapped here, in the process that is to die.
"""

import os
import random
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from counterfoil.actions import sync_now as road
from counterfoil.actions.surroundings import Surroundings
from counterfoil.destinations.duckdb.kind import DuckDB
from counterfoil.destinations.duckdb.sql import Speaking
from counterfoil.destinations.merge import Merge
from counterfoil.errors import CounterfoilError
from counterfoil.model.task import Clocks
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.oauth import OAuthApp
from counterfoil.quickbooks.retry import Patience
from counterfoil.store import cursors, outcomes, syncs
from counterfoil.sync.progress import SILENT
from counterfoil.sync.stage import Stage
from tests.road.conftest import hurried, opened_store

STEPS: dict[str, tuple[Any, str, int]] = {
    "begun": (syncs, "save", 1),
    "asking": (Client, "_insist", 4),
    "staging": (Stage, "add", 4),
    "staged": (Stage, "batch", 3),
    "loading": (DuckDB, "load", 1),
    "speaking to the warehouse": (Speaking, "execute", 60),
    "merging a table": (Merge, "_replace", 8),
    "about to commit": (Merge, "_sign", 1),
    "advancing cursors": (cursors, "advance", 1),
    "keeping the outcome": (outcomes, "save", 6),
}
"""Where a process may die: what it was about to call, or has just called; and how often a small sync calls it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doom:
    """Die at the nth time of a step: before it, `after` it, or so many seconds from there on. No step: live."""

    step: str = ""
    nth: int = 1
    after: bool = False
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a process needs to sync as its parent does. `full_disk`: so many bytes may be staged in one file."""

    url: str
    folder: Path
    store: str  # its address
    ahead: timedelta  # of QuickBooks' clock before the machine's, and of ours too
    clocks: Clocks
    full_disk: int | None = None
    full_warehouse: int | None = None


def sync_once(ground: Ground, doom: Doom, line: Connection) -> None:
    """Sync and tell how it ended: "succeeded", or an error's code and words. Ready is said first: "ready"."""
    if doom.step:
        owner, name, _ = STEPS[doom.step]
        setattr(owner, name, _doomed(getattr(owner, name), doom))
    if ground.full_disk is not None:
        _limit(Stage, "_write", ground.full_disk)
    if ground.full_warehouse is not None:
        _limit(DuckDB, "load", ground.full_warehouse)
    line.send("ready")
    line.recv()
    line.send(_sync(ground))


def _sync(ground: Ground) -> str:
    with opened_store(ground.folder, ground.store) as db:
        around = Surroundings(
            db=db,
            app=OAuthApp(
                client_id="sandbox-client",
                client_secret="sandbox-secret",
                token_url=f"{ground.url}/oauth2/v1/tokens/bearer",
            ),
            api_url=ground.url,
            staging=ground.folder / "staging",
            environment={},
            now=lambda: datetime.now(UTC) + ground.ahead,
            chance=random.Random(),
            pace=hurried,
            patience=lambda: Patience(sleep=lambda _: None),
            clocks=ground.clocks,
        )
        try:
            sync, _ = road.sync_now(around, "acme", SILENT)
        except CounterfoilError as error:
            return f"{error.code}: {error}"
        return str(sync.state) if not sync.code else f"{sync.code}: {sync.what} {sync.do}"


def _doomed(deed: Callable[..., Any], doom: Doom) -> Callable[..., Any]:
    left = [doom.nth]

    def deed_or_death(*given: Any, **named: Any) -> Any:
        left[0] -= 1
        if left[0] or doom.after:
            result = deed(*given, **named)
        if left[0] == 0:
            _die(doom.seconds)
        return result if left[0] or doom.after else deed(*given, **named)

    return deed_or_death


def _die(seconds: float) -> None:
    """At once, or soon: the alarm's own way to end a process asks nobody, no more than SIGKILL does."""
    if seconds:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)
    else:
        os.kill(os.getpid(), signal.SIGKILL)


def _limit(owner: Any, name: str, most: int) -> None:
    """Let a disk be full while a deed is done: no file may grow beyond so many bytes."""
    deed = getattr(owner, name)

    def confined(*given: Any, **named: Any) -> Any:
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
        try:
            return deed(*given, **named)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))

    setattr(owner, name, confined)
