"""The deed of a sync: what a command does at once, and a worker with what it claimed."""

import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from counterfoil.actions.apps import oauth_app
from counterfoil.actions.credentials import ending, safe, warning
from counterfoil.actions.destinations import warehouse_of
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.tally import counted
from counterfoil.actions.tracing import traced
from counterfoil.actions.verifying import due, verified
from counterfoil.destinations.base import Assure, Destination
from counterfoil.errors import (
    Cancelled,
    CounterfoilError,
    Interrupted,
    LockLost,
    NotFound,
    StoreFailed,
    SyncRunning,
)
from counterfoil.model.connection import Connection
from counterfoil.model.credential import Credential, Environment
from counterfoil.model.outcome import StreamOutcome, StreamState, total
from counterfoil.model.source import Source
from counterfoil.model.sync import Sync, SyncState
from counterfoil.model.task import Scope
from counterfoil.quickbooks.access import Access
from counterfoil.quickbooks.catalog import everything
from counterfoil.quickbooks.client import PRODUCTION, SANDBOX, Client
from counterfoil.stop import NEVER, Stop
from counterfoil.store import connections, credentials, locks, outcomes, queue, sources, syncs, verifications
from counterfoil.store.db import Database
from counterfoil.sync.journal import Journal, recording
from counterfoil.sync.progress import SILENT, Watch
from counterfoil.sync.run import Road, run

HOSTS = {Environment.PRODUCTION: PRODUCTION, Environment.SANDBOX: SANDBOX}
"""Intuit's API, by the world a company lives in."""

LOCK_WAIT = 5.0
"""Seconds that a claimed sync waits for its company: whoever read it last lets go a moment after its end."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Guard:
    """Who watches a sync and writes it down, who may stop it, and what makes sure that it may still load."""

    watch: Watch
    stop: Stop
    assure: Assure
    journal: Journal


def perform(around: Surroundings, sync_id: str, stop: Stop, watch: Watch = SILENT) -> Sync:
    """Run a sync that a worker has claimed, and answer with what became of it.

    Told that the process ends, or that the company is being read after all, it waits again; what fails otherwise
    stands in the sync. Raises NotFound when the sync's source was removed meanwhile.
    """
    sync = syncs.with_id(around.db, sync_id)
    with recording(around.db, sync_id, watch) as journal:
        try:
            _perform(around, sync, stop, journal)
        except (Interrupted, SyncRunning) as error:
            log.info("The sync is put back, and begun again soon. %s", error)
            queue.put_back(around.db, sync, around.now())
        except LockLost as lost:
            log.warning("%s", lost)
            queue.put_back(around.db, sync, around.now(), died=True)
        except StoreFailed as failed:
            log.error("The sync %s stays unfinished until the store is back. %s", sync.id, failed)
        except CounterfoilError as error:
            remember(around, sync, error, journal)
        except Exception as defect:
            log.exception("A defect ended the sync %s.", sync.id)
            remember(around, sync, defect, journal)
    return syncs.with_id(around.db, sync_id)


def _perform(around: Surroundings, sync: Sync, stop: Stop, journal: Journal) -> None:
    db, realm = around.db, sync.source.credential.realm_id
    with locks.company(db, realm, locks.Purpose.SYNC, wait=LOCK_WAIT, stop=stop) as assure:  # Promise 8
        syncs.close_abandoned(db, realm, around.now())
        source = sources.named(db, sync.source.name)  # it may have changed until we had the lock
        sync = replace(sync, source=source, verify=sync.verify or due(around, sync, source))
        walk(around, sync, Guard(journal.watch, stop, assure, journal))


def walk(around: Surroundings, sync: Sync, guard: Guard) -> tuple[Sync, tuple[StreamOutcome, ...]]:
    """Walk the road with a sync that is stored as running, whose company is ours, and keep what came of it."""
    guard.journal.note(f"The sync {sync.id} of {sync.source.name} begins.")
    connected = connections.of_source(around.db, sync.source)
    if not connected:
        raise NotFound(f"{sync.source.name} feeds no destination.", do="Connect one to it, then sync.")
    opened = {feed.id: warehouse_of(around, feed.destination) for feed in connected}
    with (
        client_of(around, sync.source.credential, guard.stop) as client,
        counted(around.db, client, now=around.now, sync=sync, watch=guard.watch) as counting,
        traced(around, sync, counting) as watch,
    ):
        road = _road(around, sync, connected, opened, client, replace(guard, watch=watch))
        became = run(road)
        ended = _ended(sync, became, around.now())
        made = verified(around, road, ended)
        ended = replace(ended, totals=replace(ended.totals, calls=client.counters.metered))
    _warn(around, sync.source)
    _write_down(guard.journal, ended)
    with around.db.transaction() as one:
        outcomes.save(one, sync.id, became)
        verifications.save(one, made)
        _keep(one, ended)
    return ended, became


def remember(around: Surroundings, sync: Sync, error: BaseException, journal: Journal) -> None:
    """Keep how a sync ended early. A store that cannot is told by the next sync, which finds this one abandoned."""
    try:
        so_far = syncs.with_id(around.db, sync.id)  # with the calls that it took
        ended = _failed(replace(so_far, worker=sync.worker), error, around.now())
        _write_down(journal, ended)
        _keep(around.db, ended)
    except StoreFailed as worse:
        log.error("How the sync %s ended could not be kept. %s", sync.id, worse)


def _keep(db: Database, ended: Sync) -> None:
    if not ended.worker:
        syncs.save(db, ended)
    elif not queue.end(db, ended):
        log.warning("The sync %s was given to another worker meanwhile.", ended.id)


def _write_down(journal: Journal, ended: Sync) -> None:
    """The last line; who follows a sync has all of them once its end is stored."""
    words = f"{ended.state}: {ended.totals.read:,} records read, {ended.totals.calls:,} metered calls"
    level = logging.INFO if not ended.code else logging.ERROR
    journal.note(" ".join(filter(None, (words + ".", ended.what, ended.do))), level, code=ended.code)
    journal.write()


def _warn(around: Surroundings, source: Source) -> None:
    credential = credentials.named(around.db, source.credential.name)
    warned = warning(credential, ending(around.db, credential, around.now()))
    if warned is not None:
        log.warning("%s %s", warned.what, warned.do)


def _road(
    around: Surroundings,
    sync: Sync,
    connected: Sequence[Connection],
    opened: Mapping[str, Destination],
    client: Client,
    guard: Guard,
) -> Road:
    return Road(
        sync_id=sync.id,
        source=sync.source,
        connections=connected,
        destinations=opened,
        catalog=everything(),
        clocks=around.clocks,
        client=client,
        db=around.db,
        folder=_fresh_folder(around.staging, sync.source.credential.realm_id),
        now=around.now,
        watch=guard.watch,
        stop=guard.stop,
        assure=guard.assure,
        scope=Scope(streams=sync.streams, full=sync.full, since=sync.since),
    )


def _fresh_folder(staging: Path, realm_id: str) -> Path:
    """What a killed sync of this company left behind is worth nothing: the next one reads again (Promise 3)."""
    folder = staging / realm_id
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def client_of(around: Surroundings, credential: Credential, stop: Stop = NEVER) -> Client:
    """A client that reads the credential's company and keeps its tokens alive, until the stop is asked."""
    access = Access(
        oauth_app(around, credential.environment),
        safe(around.db, credential, stop),
        now=around.now,
        stop=stop,
    )
    pace, patience = around.pace(), around.patience()
    return Client(around.api_url, credential.realm_id, access, pace=pace, patience=patience, stop=stop)


def _ended(sync: Sync, became: tuple[StreamOutcome, ...], now: datetime) -> Sync:
    failed = [outcome for outcome in became if outcome.code and outcome.state is not StreamState.SKIPPED]
    landed = any(outcome.state in (StreamState.LANDED, StreamState.INCOMPLETE) for outcome in became)
    state = SyncState.SUCCEEDED if not failed else SyncState.PARTIAL if landed else SyncState.FAILED
    worst = next(iter(failed), None)
    return replace(
        sync,
        state=state,
        ended_at=now,
        totals=total(became),
        code=worst.code if worst else "",
        what=worst.what if worst else "",
        do=worst.do if worst else "",
    )


def _failed(sync: Sync, error: BaseException, now: datetime) -> Sync:
    """How a sync that ended early is remembered."""
    if isinstance(error, CounterfoilError):
        return replace(
            sync, state=_state_after(error), ended_at=now, code=error.code, what=error.what, do=error.do
        )
    return replace(
        sync,
        state=SyncState.FAILED,
        ended_at=now,
        code="defect",
        what=f"Something unforeseen: {type(error).__name__}.",
        do="Please report it, with the log. The next sync begins anew and loses nothing.",
    )


def _state_after(error: CounterfoilError) -> SyncState:
    if isinstance(error, Interrupted):
        return SyncState.INTERRUPTED
    return SyncState.CANCELLED if isinstance(error, Cancelled) else SyncState.FAILED
