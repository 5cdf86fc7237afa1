"""The clock: it has sources synced when their time comes, and sees to what dead workers left."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from counterfoil.engine.bell import Bell, Ear
from counterfoil.engine.duties import Duties
from counterfoil.errors import CounterfoilError
from counterfoil.model.sync import Cause
from counterfoil.store import due, pokes, queue, workers
from counterfoil.store.db import Database

LONGEST_SLEEP = timedelta(seconds=1)
"""Another process may have changed a schedule; ours rings the bell."""
ROUND = timedelta(seconds=5)
"""How often it looks after dead workers, and whatever else is `tended`."""
SILENCE = timedelta(seconds=20)
"""Who was not heard of for so long counts as dead: four beats."""

log = logging.getLogger(__name__)


def tick(db: Database, moment: datetime, duties: Duties) -> int:
    """Ask for a sync of each source whose time has come by this moment, and answer how many were asked for.

    Runs that were missed are one: the next comes after the moment. Time and sync change together: no run is lost to
    a crash, or asked for by two processes.
    """
    asked = 0
    for run in due.every(db, moment):
        following = duties.next_run(run.source, moment)
        try:
            with db.transaction() as one:
                if due.move(one, run, following):
                    duties.ask(one, run.source.name, Cause.SCHEDULE)
                    asked += 1
        except CounterfoilError as error:
            log.warning("%s cannot be synced on its schedule. %s", run.source.name, error)
            due.move(db, run, following)
    return asked + _hear_pokes(db, moment, duties)


def plan(db: Database, moment: datetime, duties: Duties) -> None:
    """Keep a next run for each source that has a schedule and none: an older version kept none."""
    for run in due.unplanned(db):
        following = duties.next_run(run.source, moment)
        if following is not None:
            due.move(db, run, following)


def tend(db: Database, duties: Duties) -> int:
    """Put back what dead workers ran, and answer how many syncs that were."""
    dead = queue.reap(db, SILENCE, duties.now())
    for sync in dead:
        log.warning("The worker of %s, a sync of %s, was not heard of any more.", sync.id, sync.source.name)
    workers.forget_dead(db, SILENCE)
    return len(dead)


@contextmanager
def going(
    db: Database, duties: Duties, bell: Bell, *, tended: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Keep the clock going during the block; `tended` is called now and then, too."""
    ear = bell.ear()
    clock = _Clock(db, duties, bell, ear, tended)
    thread = threading.Thread(target=clock.go, name="clock")
    thread.start()
    try:
        yield
    finally:
        clock.end()
        thread.join()
        ear.close()


class _Clock:
    def __init__(
        self, db: Database, duties: Duties, bell: Bell, ear: Ear, tended: Callable[[], None]
    ) -> None:
        self._db = db
        self._duties = duties
        self._bell = bell
        self._ear = ear
        self._tended = tended
        self._ending = threading.Event()
        self._next_round: datetime | None = None

    def end(self) -> None:
        self._ending.set()
        self._ear.wake()

    def go(self) -> None:
        well = True
        while not self._ending.is_set():
            sleep = LONGEST_SLEEP
            try:
                sleep = self._turn()
                well = True
            except CounterfoilError as error:
                if well:
                    log.error("The clock stands still until the store is back. %s", error)
                well = False
            except Exception:
                log.exception("A defect in the clock.")
            self._ear.listen(sleep.total_seconds())

    def _turn(self) -> timedelta:
        """Do what is due, and tell how long nothing else is."""
        moment = due.now(self._db)
        if self._next_round is None:
            plan(self._db, moment, self._duties)
        asked = tick(self._db, moment, self._duties)
        if self._next_round is None or not moment < self._next_round <= moment + ROUND:
            asked += tend(self._db, self._duties)
            self._tended()
            self._next_round = moment + ROUND
        if asked:
            self._bell.ring()
        known = [time for time in (due.earliest(self._db), pokes.next_due(self._db)) if time is not None]
        return max(min([*(time - moment for time in known), LONGEST_SLEEP]), timedelta(milliseconds=10))


def _hear_pokes(db: Database, moment: datetime, duties: Duties) -> int:
    """Ask for what webhooks told of; a source that cannot be synced loses its poke, not others theirs."""
    if (earliest := pokes.next_due(db)) is None or earliest > moment:
        return 0
    asked = 0
    with db.transaction() as one:
        for source in pokes.take(one, moment):
            try:
                duties.ask(one, source.name, Cause.WEBHOOK)
                asked += 1
            except CounterfoilError as error:
                log.warning("%s cannot be synced for a webhook. %s", source.name, error)
    return asked
