"""Workers in processes of their own that share one PostgreSQL and are killed at random, over a sandbox in another."""

import multiprocessing
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, cast

import duckdb
import sqlalchemy as sa

from counterfoil.actions import perform
from counterfoil.actions.service import running
from counterfoil.engine import clock, pulse
from counterfoil.engine.start import Places
from counterfoil.model.schedule import Basic
from counterfoil.model.sync import Sync, SyncState
from counterfoil.sandbox.running import Connected, Sandbox
from counterfoil.store import due, schema, sources, syncs, workers
from tests.engine.fleet import STREAMS, Fleet, companies, realm_of, surroundings
from tests.road.conftest import World, opened_store
from tests.road.oracle import Oracle
from tests.torture.deeds import Bookkeeper
from tests.torture.truth import Judge

CLEAN = multiprocessing.get_context("forkserver")
CLEAN.set_forkserver_preload(["tests.torture.swarm"])
EDITS = ("change", "create", "delete", "void", "shorten", "lengthen", "flurry", "blank")
SILENCE = timedelta(seconds=8)
"""Shorter than the product's, so that a minute holds many take-overs; beats come as much more often."""
FEWEST = 4
"""Kills, however slow the machine is."""
PATIENCE = 300.0
"""Seconds without any sync's end after which the test gives up, however slow the machine is."""


def books(count: int, seed: int, line: Connection) -> None:
    """The sandbox's process: it goes on with everybody's books until told to rest, then only answers."""
    rng = random.Random(seed)
    with Sandbox(companies(count)) as sandbox:
        granted = [sandbox.authorize(realm_of(n)) for n in range(count)]
        line.send((sandbox.url, granted, [sandbox.authorize(realm_of(n)).access_token for n in range(count)]))
        keepers = [Bookkeeper(sandbox.books(realm_of(n)), lambda _: None) for n in range(count)]
        edits = 0
        while not line.poll(rng.uniform(0.02, 0.2)):
            rng.choice(keepers).do(rng.choice(EDITS), rng.randrange(10_000))
            edits += 1
        line.recv()
        line.send(edits)
        line.recv()


def work(url: str, api: str, folder: Path, number: int) -> None:
    """A worker's process: the service itself; it notes who holds which company, and when."""
    clock.SILENCE, pulse.BEAT_EVERY = SILENCE, 1
    note = os.open(folder / "spans", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    walk = perform.walk

    def noted(around: Any, sync: Sync, guard: Any) -> Any:
        realm = sync.source.credential.realm_id
        os.write(note, f"begin {realm} {sync.id} {os.getpid()} {time.monotonic()}\n".encode())
        try:
            return walk(around, sync, guard)
        finally:
            os.write(note, f"end {realm} {sync.id} {os.getpid()} {time.monotonic()}\n".encode())

    perform.walk = noted
    with opened_store(folder, url) as db:
        around = surroundings(db, api, folder / f"worker{number}")
        with running(around, Places(slots=3, grace=0.0)):
            threading.Event().wait()


@dataclass(slots=True)
class Swarm:
    """So many workers; each that is killed is followed by another. All chance is `rng`'s."""

    url: str
    api: str
    folder: Path
    rng: random.Random
    alive: list[BaseProcess] = field(default_factory=list)
    begun: int = 0
    died: dict[int, float] = field(default_factory=dict)  # process ids, and when they were surely dead

    def grow(self, count: int) -> None:
        while len(self.alive) < count:
            process = CLEAN.Process(
                target=work, args=(self.url, self.api, self.folder, self.begun), daemon=True
            )
            process.start()
            self.alive.append(process)
            self.begun += 1

    def kill_one(self) -> None:
        victim = self.alive.pop(self.rng.randrange(len(self.alive)))
        assert victim.pid is not None
        victim.kill()
        victim.join()
        self.died[victim.pid] = time.monotonic()

    def end(self) -> None:
        for process in self.alive:
            process.kill()
            process.join()

    def together(self) -> list[str]:
        """Companies that two held at once, by the notes of those who did; who was killed let go by then at last."""
        spans: dict[str, list[tuple[float, float]]] = {}
        open_since: dict[tuple[str, str, int], float] = {}
        for line in (self.folder / "spans").read_text().splitlines():
            word, realm, sync, pid, at = line.split()
            key = (realm, sync, int(pid))
            if word == "begin":
                open_since[key] = float(at)
            else:
                spans.setdefault(realm, []).append((open_since.pop(key), float(at)))
        for (realm, _, process), since in open_since.items():
            spans.setdefault(realm, []).append((since, self.died.get(process, time.monotonic())))
        return [realm for realm, held in spans.items() if _overlap(sorted(held))]


def _overlap(held: list[tuple[float, float]]) -> bool:
    return any(latter[0] < former[1] for former, latter in pairwise(held))


@contextmanager
def sandbox_beside(
    count: int, seed: int
) -> Iterator[tuple[str, list[Connected], list[str], Callable[[], int]]]:
    """A sandbox in a process of its own: its address, grants, tokens for the oracle, and how to let the books rest."""
    ours, theirs = CLEAN.Pipe()
    process = CLEAN.Process(target=books, args=(count, seed, theirs), daemon=True)
    process.start()

    def rest() -> int:
        ours.send("rest")
        edits: int = ours.recv()
        return edits

    try:
        url, granted, bearers = ours.recv()
        yield url, granted, bearers, rest
    finally:
        process.kill()
        process.join()


def swarm(url: str, folder: Path, *, seconds: float, count: int, every: float, seed: int) -> Counter[str]:
    """Let four workers sync so many companies, each so often, and kill them for so long; then all must be right."""
    rng = random.Random(seed)
    with sandbox_beside(count, seed) as (api, granted, bearers, rest), opened_store(folder, url) as db:
        fleet = Fleet(surroundings(db, api, folder), folder)
        for number, grant in enumerate(granted):
            fleet.add(number, grant, schedule=Basic(timedelta(hours=24)))
        them = Swarm(url, api, folder, rng)
        try:
            asked = _torture(fleet, them, seconds, every)
            seen = Counter(edits=rest(), kills=len(them.died), workers=them.begun)
            _settle(fleet, seen)
            asked += _make_due(fleet)
            _settle(fleet, seen)
        finally:
            them.end()
        _judge(fleet, them, bearers, asked)
        return seen + Counter(str(sync.state) for sync in fleet.syncs()) + _attempts(fleet)


def _torture(fleet: Fleet, them: Swarm, seconds: float, every: float) -> Counter[str]:
    asked: Counter[str] = Counter()
    end, next_due, next_kill, spared = time.monotonic() + seconds, 0.0, time.monotonic() + 5.0, 0
    while (now := time.monotonic()) < end or len(them.died) < FEWEST:
        them.grow(4)
        if now >= next_due:
            asked += _make_due(fleet)
            next_due = now + every
        if now >= next_kill and _ended(fleet) >= spared:
            them.kill_one()
            next_kill = now + them.rng.uniform(0.5, 4.0)
            spared = _ended(fleet) + them.rng.randint(
                0, 8
            )  # a slow machine would never come to an end of anything
        time.sleep(0.05)
    them.grow(4)
    return asked


def _make_due(fleet: Fleet) -> Counter[str]:
    """Let the time of every source come; by name, those whose last time was taken already count once more."""
    db = fleet.around.db
    moment = due.now(db)
    asked: Counter[str] = Counter()
    for source in sources.every(db):
        with db.writing() as transaction:
            table = schema.sources
            this = table.update().where(table.c.id == source.id, table.c.next_run_at.is_distinct_from(moment))
            later = this.where((table.c.next_run_at.is_(None)) | (table.c.next_run_at > moment))
            asked[source.id] += transaction.execute(later.values(next_run_at=moment)).rowcount
    return asked


def _settle(fleet: Fleet, seen: Counter[str]) -> None:
    """Wait until nothing is due, waits or runs."""
    db, ended = fleet.around.db, -1
    end = 0.0
    while due.every(db, due.now(db)) or (load := workers.load(db)).waiting or load.running:
        if (now_ended := _ended(fleet)) != ended:
            ended, end = now_ended, time.monotonic() + PATIENCE
        assert time.monotonic() < end, f"it does not settle: {workers.load(db)}, {seen}"
        time.sleep(0.5)


def _ended(fleet: Fleet) -> int:
    """How many syncs are over."""
    over = [str(state) for state in SyncState if state.is_over]
    count = sa.select(sa.func.count()).where(schema.syncs.c.state.in_(over))
    with fleet.around.db.reading() as transaction:
        return transaction.execute(count).scalar_one()


def _judge(fleet: Fleet, them: Swarm, bearers: Iterable[str], asked: Counter[str]) -> None:
    ran = fleet.syncs()
    assert them.together() == [], "companies were read by two at once"
    bad = [(sync.source.name, sync.code, sync.what) for sync in ran if sync.state in ("failed", "partial")]
    assert [each for each in bad if each[1] != "sync.given_up"] == []
    by_source = Counter(sync.source.id for sync in ran)
    doubled = {name for name, number in by_source.items() if number > asked[name]}
    assert doubled == set(), "more syncs than times that came"
    for source in sources.every(fleet.around.db):
        (last,) = syncs.latest(fleet.around.db, source, limit=1)
        assert last.state == "succeeded", f"{source.name}: {last}"
    wrong = {name for number, bearer in enumerate(bearers) for name in _differences(fleet, number, bearer)}
    assert wrong == set()


def _differences(fleet: Fleet, number: int, bearer: str) -> list[str]:
    """What of one company's tables is not as QuickBooks has it."""
    oracle = object.__new__(Oracle)
    oracle.base, oracle.bearer = f"{fleet.around.api_url}/v3/company/{realm_of(number)}", bearer
    judge = Judge(cast(World, _Standing(fleet.warehouse(number))), sorted(STREAMS))
    return [f"company {number}: {words}" for words in judge._differences(oracle)]


@dataclass(frozen=True)
class _Standing:
    warehouse: Path

    def everything(self, tables: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return {
                name: connection.sql(f'SELECT * FROM quickbooks."{name}"').to_arrow_table().to_pylist()
                for name in tables
            }


def _attempts(fleet: Fleet) -> Counter[str]:
    return Counter({"taken over": sum(sync.attempts for sync in fleet.syncs())})
