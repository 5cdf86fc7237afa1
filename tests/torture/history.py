"""A history: what people, QuickBooks, the network and the warehouse did, one step after the other, and our syncs."""

import atexit
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from counterfoil.actions.credentials import Grant, connect
from counterfoil.actions.draft import Birth
from counterfoil.actions.sync_now import sync_now
from counterfoil.errors import CounterfoilError, PoisonedPage
from counterfoil.model.credential import Environment, Tokens
from counterfoil.model.outcome import StreamOutcome, StreamState
from counterfoil.model.sync import Sync, SyncState
from counterfoil.model.task import Clocks
from counterfoil.quickbooks.catalog import catalog
from counterfoil.quickbooks.retry import Patience
from counterfoil.store import credentials
from counterfoil.sync.progress import SILENT, Watch
from tests.road.conftest import World, opened_store, opened_world
from tests.torture.company import STREAMS, small
from tests.torture.deeds import Bookkeeper
from tests.torture.trouble import Troubles
from tests.torture.truth import Judge

USUAL = Clocks()
REFRESHED = Clocks(refresh=timedelta(0))
COMPARED = Clocks(refresh=timedelta(0), compare=timedelta(0))
PERMISSION = timedelta(days=100)
"""An unused permission ends after so long (reference, section 1.5)."""
OUTSIDE = {name for name in STREAMS if catalog()[name].in_cdc != "yes"}


@dataclass(slots=True)
class History:
    """One history under way. After each sync that counts as succeeded the warehouse has to agree with QuickBooks.

    Where the permission is `forfeited`, it may be gone without any fault of ours.
    """

    world: World
    troubles: Troubles
    seen: Counter[str] = field(default_factory=Counter)
    skew: timedelta = timedelta(0)
    forfeited: bool = False
    books: Bookkeeper = field(init=False)
    judge: Judge = field(init=False)
    last_answer: datetime = field(init=False)

    def __post_init__(self) -> None:
        around = self.world.around
        app = replace(around.app, patience=_hurried())
        around = replace(around, app=app, now=self._now, patience=_hurried)
        self.world = replace(self.world, around=around)
        self.world.sandbox.world.injections = self.troubles
        self.judge = Judge(self.world, STREAMS)
        self.books = Bookkeeper(self.world.sandbox.books(), self.judge.renamed.add)
        self.last_answer = self.world.sandbox.now()

    def sync(self, clocks: Clocks = USUAL, watch: Watch = SILENT) -> bool:
        """Sync; tell whether it brought all that QuickBooks can serve. One that nothing disturbed has to."""
        before = self.troubles.met.total()
        failure, whole = "", False
        try:
            sync, outcomes = sync_now(replace(self.world.around, clocks=clocks), "acme", watch)
        except CounterfoilError as error:
            failure = f"{error.code}: {error}"
        else:
            whole = all(map(self._came, outcomes))
            failure = "" if self._succeeded(sync) else f"{sync.code}: {sync.what}"
        self.seen["syncs that failed" if failure else "syncs"] += 1
        if failure:
            self._excuse(failure, disturbed=self.troubles.met.total() > before)
        else:
            self.last_answer = self.world.sandbox.now()
        return whole and not failure

    def agree(self, clocks: Clocks = USUAL) -> None:
        """Sync until it succeeds, and compare."""
        if not self.sync(clocks):
            self.troubles.be_quiet()
            if not self.sync(clocks):
                assert self.sync(clocks), "undisturbed, and again something is missing"
        self.troubles.be_quiet()  # the judge asks QuickBooks too
        self.judge.late = set() if clocks == COMPARED else OUTSIDE
        self.judge.renamed -= set(STREAMS) if clocks == COMPARED else set()
        differences = self.judge.differences()
        assert differences == [], "\n".join(differences)
        self.seen["comparisons"] += 1

    def _succeeded(self, sync: Sync) -> bool:
        """A sync that misses bad records says so, and is a good one."""
        return sync.state is SyncState.SUCCEEDED or (sync.code == PoisonedPage.code and self._is_poisoned())

    def _came(self, outcome: StreamOutcome) -> bool:
        return outcome.state is StreamState.LANDED or (
            outcome.state is StreamState.INCOMPLETE
            and outcome.code == PoisonedPage.code
            and self._is_poisoned()
        )

    def _is_poisoned(self) -> bool:
        return bool(self.books.clerk.books.poisoned)

    def _excuse(self, failure: str, *, disturbed: bool) -> None:
        """A sync may fail for what was done to it, and for nothing else."""
        if failure.startswith("quickbooks.reconnect_needed") and self._permission_is_gone():
            self.seen["reconnected"] += 1
            return self._reconnect()
        assert disturbed, f"nothing was done to it: {failure}"
        return None

    def _permission_is_gone(self) -> bool:
        kept = credentials.tokens(self.world.around.db, "cred_acme")
        if kept is not None and kept.refresh_token in self.world.sandbox.world.tokens._refresh:
            return False
        return self.forfeited or self.world.sandbox.now() - self.last_answer >= PERMISSION

    def _reconnect(self) -> None:
        granted = self.world.sandbox.authorize()
        now = self._now()
        tokens = Tokens(
            access_token=granted.access_token,
            refresh_token=granted.refresh_token,
            access_expires_at=now + timedelta(seconds=granted.expires_in),
            refresh_expires_at=now + timedelta(seconds=granted.refresh_expires_in),
        )
        grant = Grant(name="acme", realm_id=granted.realm_id, environment=Environment.SANDBOX, tokens=tokens)
        connect(self.world.around.db, grant, Birth(now=now, chance=random.Random(7)))
        self.forfeited = False

    def _now(self) -> datetime:
        return self.world.sandbox.now() + self.skew


@cache
def _begun(bulk: int) -> Path:
    """A folder with the store and the warehouse of the company after its first sync: most histories begin there."""
    folder = Path(mkdtemp(prefix="begun-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with _opened(folder, bulk) as history:
        history.agree(COMPARED)
    return folder


@contextmanager
def begun(*, synced: bool, bulk: int = 0, store: str = "") -> Iterator[History]:
    """A history at its start: nothing was read yet, or all of it was. `bulk` invoices come besides the few.

    `store` is the address of an empty database; without one, the store is a file.
    """
    with TemporaryDirectory(prefix="history-") as name:
        folder = Path(name)
        if synced and not store:
            shutil.copytree(_begun(bulk), folder, dirs_exist_ok=True)
        with _opened(folder, bulk, store) as history:
            if synced and store:
                history.agree(COMPARED)
            yield history


@contextmanager
def _opened(folder: Path, bulk: int, store: str = "") -> Iterator[History]:
    with opened_store(folder, store) as db, opened_world(folder, db, [small(bulk)]) as world:
        world.source(streams=STREAMS)
        yield History(world, Troubles(world.sandbox.realms[0]))


def _hurried() -> Patience:
    return Patience(sleep=lambda _: None, rng=random.Random(7))
