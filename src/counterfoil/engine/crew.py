"""The places of one process in which syncs run."""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from counterfoil.engine.duties import Duties
from counterfoil.engine.pulse import Pulse
from counterfoil.errors import Interrupted, StoreFailed
from counterfoil.model.sync import Sync
from counterfoil.model.worker import Worker
from counterfoil.stop import Stop
from counterfoil.store import workers
from counterfoil.store.db import Database

LAST_SECONDS = 60.0
"""How long a sync that was told to end is waited for; it takes two or so, and what is left is taken over."""

log = logging.getLogger(__name__)


class Crew:
    """Runs claimed syncs, each in the thread that calls, and says in the store that this process lives."""

    def __init__(self, db: Database, duties: Duties, worker_id: str, slots: int) -> None:
        self.id = worker_id
        self.slots = slots
        self.db = db
        self.duties = duties
        self.pulse = Pulse(db, worker_id, beaten=self._beaten)

    def run(self, sync: Sync) -> None:
        """Do the deed, and survive whatever it raises: its end stands in the store, or is seen to by `queue.reap`."""
        stop = Stop()
        with self.pulse.over(sync.id, stop):
            try:
                self.duties.perform(sync.id, stop)
            except Exception:
                log.exception("The sync %s was left unfinished.", sync.id)

    @contextmanager
    def present(self) -> Iterator[None]:
        """Say that this process lives, until the block ends."""
        try:
            with self.pulse:
                yield
        finally:
            self._sign_off()

    def leave(self, grace: float) -> None:
        """Let the syncs end within `grace` seconds, and put back the others."""
        if not self.pulse.wait(grace):
            self.pulse.stop_all(Interrupted("This process was told to end.", do="Another one goes on."))
            self.pulse.wait(LAST_SECONDS)

    def _sign_off(self) -> None:
        try:
            workers.forget(self.db, self.id)
        except StoreFailed as error:
            log.warning("The worker %s is forgotten later. %s", self.id, error)

    def _beaten(self, running: int) -> None:
        now = self.duties.now()
        workers.beat(
            self.db,
            Worker(
                id=self.id,
                host=socket.gethostname(),
                pid=os.getpid(),
                slots=self.slots,
                running=running,
                started_at=now,
                seen_at=now,
            ),
        )
