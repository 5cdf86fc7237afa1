"""Run a source here and now."""

import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from counterfoil.actions.apps import oauth_app
from counterfoil.actions.budget import standing, warn
from counterfoil.actions.credentials import ending, safe, warning
from counterfoil.actions.destinations import open_destination
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.tally import counted
from counterfoil.destinations.base import Assure, Destination
from counterfoil.errors import Cancelled, CounterfoilError, Interrupted, NotFound, StoreFailed
from counterfoil.model.connection import Connection
from counterfoil.model.credential import Credential, Environment
from counterfoil.model.identity import new_id
from counterfoil.model.outcome import StreamOutcome, StreamState, total
from counterfoil.model.source import Source
from counterfoil.model.sync import Sync, SyncState
from counterfoil.quickbooks.access import Access
from counterfoil.quickbooks.catalog import catalog
from counterfoil.quickbooks.client import PRODUCTION, SANDBOX, Client
from counterfoil.stop import NEVER, Stop
from counterfoil.store import connections, credentials, locks, outcomes, sources, syncs
from counterfoil.sync.progress import Watch
from counterfoil.sync.run import Road, run

HOSTS = {Environment.PRODUCTION: PRODUCTION, Environment.SANDBOX: SANDBOX}
"""Intuit's API, by the world a company lives in."""

log = logging.getLogger(__name__)


def sync_now(
    around: Surroundings, source_name: str, watch: Watch, *, stop: Stop | None = None
) -> tuple[Sync, tuple[StreamOutcome, ...]]:
    """Sync a source in this process and remember the outcome.

    Asking the stop ends it within seconds, wherever it stands; what is not in the warehouse by then stays out.
    Raises NotFound, SyncRunning, ReconnectNeeded, StoreFailed, LockLost, and what the stop was asked with; what fails
    otherwise stands in the sync and its outcomes.
    """
    stop = stop or Stop()
    realm = sources.named(around.db, source_name).credential.realm_id
    with locks.company(around.db, realm, locks.Purpose.SYNC) as assure:  # Promise 8
        syncs.close_abandoned(around.db, realm, around.now())
        source = sources.named(around.db, source_name)  # under the lock: it may have changed until we had it
        connected = connections.of_source(around.db, source)
        if not connected:
            raise NotFound(f"{source.name} feeds no destination.", do="Connect one to it, then sync.")
        ended = _run(around, source, connected, Guard(watch, stop, assure))
        warn(standing(around.db, around.now(), around.monthly_calls))
        _warn(around, source)
        return ended


@dataclass(frozen=True, slots=True)
class Guard:
    """Who watches a sync, who may stop it, and what makes sure that it may still load."""

    watch: Watch
    stop: Stop
    assure: Assure


def _run(
    around: Surroundings, source: Source, connected: Sequence[Connection], guard: Guard
) -> tuple[Sync, tuple[StreamOutcome, ...]]:
    sync = Sync(id=new_id("sync", around.chance), source=source, started_at=around.now())
    syncs.save(around.db, sync)
    became: tuple[StreamOutcome, ...] = ()
    try:
        opened = {feed.id: open_destination(feed.destination, around.environment) for feed in connected}
        with (
            client_of(around, source.credential, guard.stop) as client,
            counted(around.db, client, now=around.now, sync=sync, watch=guard.watch) as counting,
        ):
            guard = replace(guard, watch=counting)
            became = run(_road(around, sync, connected, opened, client, guard))
            ended = _ended(sync, became, around.now())
            ended = replace(ended, totals=replace(ended.totals, calls=client.counters.metered))
    except BaseException as error:
        _remember(around, sync, error)
        raise
    with around.db.transaction() as one:
        outcomes.save(one, sync.id, became)
        syncs.save(one, ended)
    return ended, became


def _remember(around: Surroundings, sync: Sync, error: BaseException) -> None:
    """Keep how a sync ended early. A store that cannot is told by the next sync, which finds this one abandoned."""
    try:
        so_far = syncs.with_id(around.db, sync.id)  # with the calls that it took
        syncs.save(around.db, _failed(so_far, error, around.now()))
    except StoreFailed as worse:
        log.error("How the sync %s ended could not be kept. %s", sync.id, worse)


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
        catalog=catalog(),
        clocks=around.clocks,
        client=client,
        db=around.db,
        folder=_fresh_folder(around.staging, sync.source.credential.realm_id),
        now=around.now,
        watch=guard.watch,
        stop=guard.stop,
        assure=guard.assure,
    )


def _fresh_folder(staging: Path, realm_id: str) -> Path:
    """What a killed sync of this company left behind is worth nothing: the next one reads again (Promise 3)."""
    folder = staging / realm_id
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def client_of(around: Surroundings, credential: Credential, stop: Stop = NEVER) -> Client:
    """A client that reads the credential's company and keeps its tokens alive, until the stop is asked."""
    access = Access(oauth_app(around, credential.environment), safe(around.db, credential, stop), now=around.now, stop=stop)
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
