"""The look-out: beside a running service, it sees to alerts every minute and to old history every hour."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from counterfoil.actions.alerts import after_sync, look_round
from counterfoil.actions.retention import forget_old
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import CounterfoilError
from counterfoil.model.sync import Sync

EVERY = 60.0
"""Seconds between two looks."""
TIDY = timedelta(hours=1)
ENDING = 5.0
"""Seconds for which the end waits; a message that is under way then is sent again by the next look-out."""

_log = logging.getLogger(__name__)


@contextmanager
def lookout(around: Surroundings, *, every: float = EVERY) -> Iterator[None]:
    """Look round during the block, in a thread of its own. Any number of processes may do so."""
    ending = threading.Event()
    thread = threading.Thread(target=_watch, args=(around, ending, every), name="lookout", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join(ENDING)


def noticed(around: Surroundings, sync: Sync) -> Sync:
    """Have alerts know at once how a sync ended. What keeps them from it is the next look's business."""
    if sync.state.is_over:
        try:
            after_sync(around, sync)
        except CounterfoilError as error:
            _log.warning("Alerts do not know yet how the sync %s ended. %s", sync.id, error)
    return sync


def _watch(around: Surroundings, ending: threading.Event, every: float) -> None:
    tidied: datetime | None = None
    well = True
    while not ending.is_set():
        try:
            look_round(around)
            if tidied is None or around.now() - tidied >= TIDY:
                forget_old(around)
                tidied = around.now()
            well = True
        except CounterfoilError as error:
            if well:
                _log.error("Alerts wait. %s", error)
            well = False
        except Exception:
            _log.exception("A defect in the look-out")  # it goes on: a next look may do
        ending.wait(every)
