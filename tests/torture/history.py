"""A history: what people, QuickBooks, the network and the warehouse did, one step after the other, and our syncs."""

import atexit
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from counterfoil.actions.credentials import Grant, connect
from counterfoil.actions.draft import Birth
from counterfoil.actions.sync_now import sync_now
from counterfoil.errors import CounterfoilError
from counterfoil.model.credential import Environment, Tokens
from counterfoil.model.outcome import StreamState
from counterfoil.model.sync import SyncState
from counterfoil.model.task import Clocks
from counterfoil.quickbooks.catalog import catalog
from counterfoil.quickbooks.retry import Patience
from counterfoil.sync.progress import SILENT, Progress, Stage, Watch
from tests.road.conftest import World, opened_store, opened_world
from tests.torture.company import STREAMS, small
from tests.torture.deeds import DEEDS, Bookkeeper
from tests.torture.trouble import FAULTS, Troubles
from tests.torture.truth import Judge

Step = tuple[str, int]
USUAL = Clocks()
REFRESHED = Clocks(refresh=timedelta(0))
COMPARED = Clocks(refresh=timedelta(0), compare=timedelta(0))
PERMISSION = timedelta(days=100)
"""An unused permission ends after so long (reference, section 1.5)."""
OUTSIDE = {name for name in STREAMS if catalog()[name].in_cdc != "yes"}
GAPS = (timedelta(days=35), timedelta(days=28, hours=23), timedelta(days=3))


@dataclass(slots=True)
class History:
    """One history under way. After each sync that counts as succeeded the warehouse has to agree with QuickBooks."""

    world: World
    troubles: Troubles
    seen: Counter[str] = field(default_factory=Counter)
    skew: timedelta = timedelta(0)
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

    def play(self, steps: Sequence[Step]) -> Counter[str]:
        """Walk through all steps, then end with a sync that leaves nothing for later."""
        for word, number in [*steps, ("sync, comparing", 0)]:
            self.seen["steps"] += 1
            self.seen[f"step: {word}"] += 1
            STEPS[word](self, number)
        self.seen["histories"] += 1
        self.seen.update({f"fault: {name}": count for name, count in self.troubles.met.items()})
        return self.seen

    def sync(self, clocks: Clocks = USUAL, watch: Watch = SILENT) -> bool:
        """Sync; tell whether it counts as succeeded. One that nothing disturbed has to."""
        before = self.troubles.met.total()
        failure, whole = "", False
        try:
            sync, outcomes = sync_now(replace(self.world.around, clocks=clocks), "acme", watch)
        except CounterfoilError as error:
            failure = f"{error.code}: {error}"
        else:
            whole = all(outcome.state is StreamState.LANDED for outcome in outcomes)
            if sync.state is not SyncState.SUCCEEDED:
                failure = f"{sync.code}: {sync.what}"
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

    def _excuse(self, failure: str, *, disturbed: bool) -> None:
        """A sync may fail for what was done to it, and for nothing else."""
        if failure.startswith("quickbooks.reconnect_needed") and self._permission_has_ended():
            self.seen["reconnected"] += 1
            return self._reconnect()
        assert disturbed, f"nothing was done to it: {failure}"
        return None

    def _permission_has_ended(self) -> bool:
        return self.world.sandbox.now() - self.last_answer >= PERMISSION

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

    def _now(self) -> datetime:
        return self.world.sandbox.now() + self.skew


def _meddled(history: History, number: int) -> None:
    """People edit while we read; a sync after that, undisturbed, has to find it all."""
    names = list(DEEDS)

    def meddle() -> None:
        for place in range(1 + number % 3):
            history.books.do(names[(number // 3 + place * 5) % len(names)], number // 7 + place)

    history.troubles.meddle_before(1 + number // 2 % 9, meddle)
    clocks = (USUAL, REFRESHED, COMPARED)[number % 3]
    history.sync(clocks)
    history.troubles.be_quiet()
    history.agree()


def _robbed(history: History, number: int) -> None:
    """The warehouse is taken away while we are about to load it."""

    def rob(progress: Progress) -> None:
        if progress.stage is Stage.LOADING and history.world.warehouse.exists():
            _take_away(history, number)

    history.sync(watch=Watch(progress=rob, say=lambda _: None))
    history.agree()


def _take_away(history: History, _: int) -> None:
    history.world.warehouse.unlink(missing_ok=True)
    for name in STREAMS:
        history.judge.forget(name)


def _wreck(sql: str) -> Callable[[History, int], None]:
    """Someone meddles with one table of the warehouse, a parent's or a child's."""

    def wreck(history: History, number: int) -> None:
        name = STREAMS[number % len(STREAMS)]
        tables = list(catalog()[name].table.family())
        if history.world.warehouse.exists():
            history.world.tell(sql.format(f'quickbooks."{tables[number // 7 % len(tables)].name}"'))
            history.judge.forget(name)

    return wreck


def _deed(word: str) -> Callable[[History, int], None]:
    return lambda history, number: history.books.do(word, number)


def _bulk(history: History, number: int) -> None:
    """More than one answer of change data capture can hold."""
    for id_ in history.books.clerk.ids("Invoice")[: 990 + number % 40]:
        history.books.clerk.change("Invoice", id_, {"PrivateNote": f"in bulk {number}"})


def _fault(name: str) -> Callable[[History, int], None]:
    return lambda history, number: history.troubles.choose(name, number)


def _pass_time(history: History, step: timedelta) -> None:
    history.world.sandbox.advance(step)


def _set_clock(history: History, number: int) -> None:
    """Our own clock goes wrong, by days at most; then it is put right."""
    history.skew = timedelta(hours=(-120, 0, -26, 0, -3, 1, 30)[number % 7])


STEPS: dict[str, Callable[[History, int], None]] = {
    "sync": lambda history, _: history.agree(),
    **{word: _deed(word) for word in DEEDS},
    "minutes": lambda history, number: _pass_time(history, timedelta(minutes=1 + number % 9)),
    "hours": lambda history, number: _pass_time(history, timedelta(hours=1 + number % 30)),
    "days": lambda history, number: _pass_time(history, GAPS[number % len(GAPS)]),
    "sync, refreshing": lambda history, _: history.agree(REFRESHED),
    "sync, comparing": lambda history, _: history.agree(COMPARED),
    "sync, meddled with": _meddled,
    "sync, robbed": _robbed,
    **{name: _fault(name) for name in FAULTS},
    "our clock is wrong": _set_clock,
    "change in bulk": _bulk,
    "drop a table": _wreck("DROP TABLE IF EXISTS {}"),
    "empty a table": _wreck("DELETE FROM {}"),
    "take the warehouse away": _take_away,
}
"""Every step by its word."""

WORDS = ["sync", *STEPS, *3 * list(DEEDS), *4 * [word for word in STEPS if word.startswith("sync")]]
"""The words that a history is drawn from, frequent ones several times; a failing one shrinks to what comes first."""


@cache
def _begun(bulk: int) -> Path:
    """A folder with the store and the warehouse of the company after its first sync: most histories begin there."""
    folder = Path(mkdtemp(prefix="begun-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with _opened(folder, bulk) as history:
        history.agree(COMPARED)
    return folder


@contextmanager
def begun(*, synced: bool, bulk: int = 0) -> Iterator[History]:
    """A history at its start: nothing was read yet, or all of it was. `bulk` invoices come besides the few."""
    with TemporaryDirectory(prefix="history-") as name:
        folder = Path(name)
        if synced:
            shutil.copytree(_begun(bulk), folder, dirs_exist_ok=True)
        with _opened(folder, bulk) as history:
            yield history


@contextmanager
def _opened(folder: Path, bulk: int) -> Iterator[History]:
    with opened_store(folder) as db, opened_world(folder, db, [small(bulk)]) as world:
        world.source(streams=STREAMS)
        yield History(world, Troubles(world.sandbox.realms[0]))


def _hurried() -> Patience:
    return Patience(sleep=lambda _: None, rng=random.Random(7))
