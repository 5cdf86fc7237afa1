"""The pulse of a process: it says that its syncs live, and hears which of them are to end."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from counterfoil.errors import Cancelled, CounterfoilError, Interrupted
from counterfoil.stop import Stop
from counterfoil.store import queue
from counterfoil.store.db import Database

LOOK_SECONDS = 1.0
"""How often it looks whether a sync is to end: one query for all of them."""
BEAT_EVERY = 5
"""Every so many looks it says that they live."""

log = logging.getLogger(__name__)


class Pulse:
    """Runs in a thread of its own while its block lasts. `worker` is "" in a command.

    `beaten` is told with each beat how many syncs there are, so that a worker can say that it lives itself.
    """

    def __init__(
        self, db: Database, worker: str = "", *, beaten: Callable[[int], None] = lambda _: None
    ) -> None:
        self._db = db
        self._worker = worker
        self._beaten = beaten
        self._stops: dict[str, Stop] = {}
        self._changed = threading.Condition()
        self._end = threading.Event()
        self._why: Cancelled | None = None
        self._thread = threading.Thread(target=self._live, name="pulse", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()  # it may be in the middle of a query

    @property
    def count(self) -> int:
        """How many syncs this process runs."""
        return len(self._stops)

    @contextmanager
    def over(self, sync_id: str, stop: Stop) -> Iterator[None]:
        """Watch over a sync during the block."""
        with self._changed:
            self._stops[sync_id] = stop
            why = self._why
        try:
            if why is not None:
                stop.ask(why)
            yield
        finally:
            with self._changed:
                del self._stops[sync_id]
                self._changed.notify_all()

    def stop_all(self, why: Cancelled) -> None:
        """End all syncs of this process, and those that begin from now on."""
        with self._changed:
            self._why = why
            stops = list(self._stops.values())
        for stop in stops:
            stop.ask(why)

    def wait(self, seconds: float) -> bool:
        """Wait so long at most until no sync runs here, and tell whether that is so."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._stops, seconds)

    def _live(self) -> None:
        looks, well = 0, True
        while not self._end.is_set():
            try:
                self._look(beating=looks % BEAT_EVERY == 0)
                looks, well = looks + 1, True
            except CounterfoilError as error:
                if well:
                    log.error("Nobody hears that this process lives. %s", error)
                well = False
            except Exception:
                log.exception("A defect in the pulse.")
            self._end.wait(LOOK_SECONDS)

    def _look(self, *, beating: bool) -> None:
        with self._changed:
            stops = dict(self._stops)
        if beating:
            self._beaten(len(stops))
        told = (queue.beat if beating else queue.peek)(self._db, list(stops), self._worker)
        for sync_id, stop in stops.items():
            if sync_id not in told:
                stop.ask(
                    Interrupted("The sync is not this process's any more.", do="Nothing: it is seen to.")
                )
            elif told[sync_id]:
                stop.ask(Cancelled("Someone cancelled the sync.", do="Sync again whenever you like."))
