"""Syncs in processes that are killed, while people go on with their books; then a sync that has to mend it all."""

import multiprocessing
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from counterfoil.model.task import Clocks
from tests.torture.deeds import DEEDS
from tests.torture.doom import STEPS, Doom, Ground, sync_once
from tests.torture.history import COMPARED, USUAL, History, begun
from tests.torture.trouble import FAULTS

CLEAN = multiprocessing.get_context("forkserver")  # no thread of the sandbox is copied into a process
CLEAN.set_forkserver_preload(["tests.torture.doom"])
LONGEST = 0.5
"""Seconds from a sync's begin to a random kill, at most: about as long as a small sync takes."""
SOON = 0.02
"""Seconds from a step to a kill, at most: commits are over by then."""
PATIENCE = 120
"""Seconds that a process may take."""


@dataclass(slots=True)
class Killer:
    """Kills syncs of one company, and compares after each that was left alone. All chance is `rng`'s."""

    history: History
    rng: random.Random
    seen: Counter[str] = field(default_factory=Counter)

    def kill_one(self, doom: Doom) -> None:
        """Let a sync die, perhaps another after it; the next one brings the warehouse into line."""
        self._edit()
        if self.rng.random() < 0.2:
            self._age()
        self._attempt(doom)
        if self.rng.random() < 0.3:
            self._edit()
            self._attempt(self.random_doom())
        self.history.agree(COMPARED if self.rng.random() < 0.2 else USUAL)

    def random_doom(self) -> Doom:
        """Any instant of a sync: a step and what follows it, or a moment after its begin."""
        if self.rng.random() < 0.3:
            return Doom(step="begun", seconds=self.rng.uniform(0.001, LONGEST))
        step = self.rng.choice(list(STEPS))
        seconds = self.rng.uniform(0.0001, SOON) if self.rng.random() < 0.5 else 0.0
        nth = self.rng.randint(1, STEPS[step][2])
        return Doom(step=step, nth=nth, after=self.rng.random() < 0.5, seconds=seconds)

    def _edit(self) -> None:
        for _ in range(self.rng.randint(1, 4)):
            self.history.books.do(self.rng.choice(list(DEEDS)), self.rng.randrange(10_000))

    def _age(self) -> None:
        """Time passes, or the warehouse is taken away: the next sync has more to do."""
        if self.rng.random() < 0.5:
            self.history.world.sandbox.advance(timedelta(days=35))
        else:
            self.history.world.warehouse.unlink(missing_ok=True)
            self.history.judge.kept.clear()

    def _attempt(self, doom: Doom) -> None:
        met = self.history.troubles.met
        before = met.total()
        if self.rng.random() < 0.3:
            self.history.troubles.choose(self.rng.choice(list(FAULTS)), self.rng.randrange(40))
        with running(self.history, doom, COMPARED if self.rng.random() < 0.2 else USUAL) as sync:
            sync.go()
            if self.rng.random() < 0.5:
                self._edit()
            ending = sync.ending()
        faulted = met.total() > before
        self.seen["syncs with faults"] += faulted
        if ending:
            assert ending == "succeeded" or faulted, f"{doom}: {ending}"
            self.seen["outlived their doom"] += 1
        else:
            self.seen["kills"] += 1
            self.seen[f"killed: {doom.step}"] += 1
            self.seen["kills in syncs with faults"] += faulted


@dataclass(slots=True)
class Running:
    """One sync in a process of its own."""

    process: BaseProcess
    line: Connection

    def go(self) -> None:
        assert self.line.poll(PATIENCE), "a process does not begin"
        assert self.line.recv() == "ready"
        self.line.send("go")

    def ending(self) -> str:
        """How the sync ended, in words; "" when it was killed."""
        try:
            assert self.line.poll(PATIENCE), "a process hangs"
            words: str = self.line.recv()
        except EOFError:
            words = ""
        self.process.join(PATIENCE)
        return words


@contextmanager
def running(
    history: History, doom: Doom | None = None, clocks: Clocks = USUAL, **limits: int
) -> Iterator[Running]:
    """A process that is ready to sync what the history syncs."""
    world = history.world
    ahead = world.around.now() - datetime.now(UTC)
    ground = Ground(
        url=world.sandbox.url,
        folder=world.warehouse.parent,
        store=world.around.db.engine.url.render_as_string(hide_password=False),
        ahead=ahead,
        clocks=clocks,
        **limits,
    )
    ours, theirs = CLEAN.Pipe()
    process = CLEAN.Process(target=sync_once, args=(ground, doom or Doom(), theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Running(process, ours)
    finally:
        process.kill()
        process.join()
        ours.close()


def kill_many(dooms: int, seed: int, *, first: tuple[Doom, ...] = (), store: str = "") -> Counter[str]:
    """So many kills of one company's syncs, those of `first` before random ones; replay by seed."""
    with begun(synced=True, store=store) as history:
        killer = Killer(history, random.Random(seed))
        for doom in (*first, *(killer.random_doom() for _ in range(dooms))):
            try:
                killer.kill_one(doom)
            except AssertionError as error:
                error.add_note(f"seed {seed}, after {dict(killer.seen)}, with {doom}")
                raise
        return killer.seen + history.seen
