"""Keep the service going: schedules, webhooks' pokes, and the syncs that wait for a worker."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from counterfoil.actions.budget import standing
from counterfoil.actions.lookout import lookout, noticed
from counterfoil.actions.perform import perform
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.syncs import Errand, ask
from counterfoil.engine import start
from counterfoil.engine.duties import Duties
from counterfoil.engine.start import Places
from counterfoil.model.actor import SERVICE
from counterfoil.model.budget import slow_down
from counterfoil.model.identity import new_id
from counterfoil.model.sync import Cause
from counterfoil.store.db import Database

STRETCH_KEPT = timedelta(minutes=1)
"""How long the month's calls are not added up again: with a thousand companies that is tens of thousands of rows."""


@contextmanager
def running(around: Surroundings, places: Places | None = None) -> Iterator[None]:
    """Run the service during the block, in threads of this process; at its end, syncs that run here are put back."""
    around = replace(around, actor=SERVICE)
    worker = new_id("worker", around.chance)
    with (
        lookout(around),
        start.running(around.db, duties_of(around), around.bell, worker=worker, places=places),
    ):
        yield


def duties_of(around: Surroundings) -> Duties:
    """What the engine has the verbs do."""
    slower = _Slower(around)

    def ask_for(one: Database, source_name: str, cause: Cause) -> None:
        ask(replace(around, db=one), source_name, Errand(cause=cause))

    return Duties(
        perform=lambda sync_id, stop: noticed(around, perform(around, sync_id, stop)),
        ask=ask_for,
        next_run=lambda source, after: source.next_run(after, stretch=slower.stretch()),
        now=around.now,
    )


class _Slower:
    """How much rarer syncs come so that the month's calls last; added up now and then."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._known = 1.0
        self._until: datetime | None = None

    def stretch(self) -> float:
        now = self._around.now()
        if self._until is None or not self._until - STRETCH_KEPT <= now < self._until:
            self._known = slow_down(standing(self._around.db, now, self._around.monthly_calls))
            self._until = now + STRETCH_KEPT
        return self._known
