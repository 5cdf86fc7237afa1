"""The runner of one machine: threads that take syncs from the store, and nothing else to install."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from counterfoil.engine.bell import Bell, Ear
from counterfoil.engine.crew import Crew
from counterfoil.errors import CounterfoilError
from counterfoil.model.sync import Sync
from counterfoil.store import queue

IDLE_SECONDS = 1.0
"""How often it looks for what another process asked; its own rings the bell."""

log = logging.getLogger(__name__)


@contextmanager
def running(crew: Crew, bell: Bell, grace: float) -> Iterator[None]:
    """Take syncs and run them during the block, as many at once as the crew has places."""
    ear = bell.ear()
    with crew.present():
        local = Local(crew, ear)
        thread = threading.Thread(target=local.work, name="engine")
        thread.start()
        try:
            yield
        finally:
            local.end()
            thread.join()
            crew.leave(grace)
            ear.close()


class Local:
    """Takes what waits longest; large syncs get half of the places, so that small ones never wait for them alone."""

    def __init__(self, crew: Crew, ear: Ear) -> None:
        self._crew = crew
        self._ear = ear
        self._ending = threading.Event()
        self._running: dict[str, Sync] = {}
        self._well = True

    def end(self) -> None:
        """Take no more."""
        self._ending.set()
        self._ear.wake()

    def work(self) -> None:
        """Take syncs until told to end."""
        while not self._ending.is_set():
            sync = self._claim()
            if sync is None:
                self._ear.listen(IDLE_SECONDS)
            else:
                self._running[sync.id] = sync
                threading.Thread(target=self._run, args=(sync,), name=sync.id, daemon=True).start()

    def _claim(self) -> Sync | None:
        running = list(self._running.values())
        if len(running) >= self._crew.slots:
            return None
        large = sum(1 for sync in running if sync.large)
        now = self._crew.duties.now()
        try:
            sync = queue.claim(self._crew.db, self._crew.id, now, small=large >= places(self._crew.slots))
            self._well = True
        except CounterfoilError as error:
            if self._well:
                log.error("No sync can be taken. %s", error)
            self._well, sync = False, None
        return sync

    def _run(self, sync: Sync) -> None:
        try:
            self._crew.run(sync)
        finally:
            del self._running[sync.id]
            self._ear.wake()


def places(slots: int) -> int:
    """How many of the places large syncs may take: half, and at least one."""
    return max(slots // 2, 1)
