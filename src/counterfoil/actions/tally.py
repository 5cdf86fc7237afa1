"""What is asked of QuickBooks goes into the store while it is asked (Promise 10)."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from counterfoil.model.calls import Calls
from counterfoil.model.outcome import Totals
from counterfoil.model.sync import Sync
from counterfoil.quickbooks.client import Client, Counters
from counterfoil.store import calls, syncs
from counterfoil.store.db import Database
from counterfoil.sync.progress import SILENT, Progress, Watch

AT_A_TIME = 10
"""About so many calls may stay uncounted when a process is killed; each count is one small transaction."""


@contextmanager
def counted(
    db: Database,
    client: Client,
    *,
    now: Callable[[], datetime],
    sync: Sync | None = None,
    watch: Watch = SILENT,
) -> Iterator[Watch]:
    """Count what a client asks during the block, however it ends: for its company, the day and the sync.

    Yields the watch that a sync has to tell: as it hears of progress, it counts now and then.
    """
    tally = _Tally(db, client, now, sync)

    def progress(standing: Progress) -> None:
        tally.keep_now_and_then()
        watch.progress(standing)

    try:
        yield replace(watch, progress=progress)
    finally:
        tally.keep()


class _Tally:
    """How much of a client's counters is kept already; for several threads."""

    def __init__(self, db: Database, client: Client, now: Callable[[], datetime], sync: Sync | None) -> None:
        self._db = db
        self._client = client
        self._now = now
        self._sync = sync
        self._kept = Counters()
        self._keeping = threading.Lock()

    def keep_now_and_then(self) -> None:
        if self._client.counters.calls - self._kept.calls >= AT_A_TIME:
            self.keep()

    def keep(self) -> None:
        """Add what was asked since the last time."""
        with self._keeping:
            counters = self._client.counters
            if (counters.calls, counters.metered) != (self._kept.calls, self._kept.metered):
                self._add(counters)
            self._kept = counters

    def _add(self, counters: Counters) -> None:
        since = Calls(
            realm_id=self._client.realm_id,
            day=self._now().astimezone(UTC).date(),
            metered=counters.metered - self._kept.metered,
            calls=counters.calls - self._kept.calls,
        )
        with self._db.transaction() as one:
            calls.add(one, since)
            if self._sync is not None:
                syncs.save_totals(one, self._sync.id, Totals(calls=counters.metered))
