"""Run a source here and now."""

import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from counterfoil.actions.budget import standing, warn
from counterfoil.actions.credentials import ending, safe, warning
from counterfoil.actions.destinations import open_destination
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.tally import counted
from counterfoil.destinations.base import Destination
from counterfoil.errors import CounterfoilError, NotFound
from counterfoil.model.connection import Connection
from counterfoil.model.credential import Credential, Environment
from counterfoil.model.identity import new_id
from counterfoil.model.outcome import StreamOutcome, StreamState, total
from counterfoil.model.source import Source
from counterfoil.model.sync import Sync, SyncState
from counterfoil.quickbooks.access import Access
from counterfoil.quickbooks.catalog import catalog
from counterfoil.quickbooks.client import PRODUCTION, SANDBOX, Client
from counterfoil.store import connections, credentials, locks, outcomes, sources, syncs
from counterfoil.sync.progress import Watch
from counterfoil.sync.run import Road, run

HOSTS = {Environment.PRODUCTION: PRODUCTION, Environment.SANDBOX: SANDBOX}
"""Intuit's API, by the world a company lives in."""

log = logging.getLogger(__name__)


def sync_now(around: Surroundings, source_name: str, watch: Watch) -> tuple[Sync, tuple[StreamOutcome, ...]]:
    """Sync a source in this process and remember the outcome.

    Raises NotFound, SyncRunning, ReconnectNeeded; what fails later stands in the sync and its outcomes.
    """
    realm = sources.named(around.db, source_name).credential.realm_id
    with locks.company(around.db, realm, locks.Purpose.SYNC):  # Promise 8
        syncs.close_abandoned(around.db, realm, around.now())
        source = sources.named(around.db, source_name)  # under the lock: it may have changed until we had it
        connected = connections.of_source(around.db, source)
        if not connected:
            raise NotFound(f"{source.name} feeds no destination.", do="Connect one to it, then sync.")
        ended = _run(around, source, connected, watch)
        warn(standing(around.db, around.now(), around.monthly_calls))
        _warn(around, source)
        return ended


def _run(
    around: Surroundings, source: Source, connected: Sequence[Connection], watch: Watch
) -> tuple[Sync, tuple[StreamOutcome, ...]]:
    sync = Sync(id=new_id("sync", around.chance), source=source, started_at=around.now())
    syncs.save(around.db, sync)
    became: tuple[StreamOutcome, ...] = ()
    try:
        opened = {feed.id: open_destination(feed.destination, around.environment) for feed in connected}
        with (
            client_of(around, source.credential) as client,
            counted(around.db, client, now=around.now, sync=sync, watch=watch) as counting,
        ):
            became = run(_road(around, sync, connected, opened, client, counting))
            ended = _ended(sync, became, around.now())
            ended = replace(ended, totals=replace(ended.totals, calls=client.counters.metered))
    except BaseException as error:
        so_far = syncs.with_id(around.db, sync.id)  # with the calls that it took
        syncs.save(around.db, _failed(so_far, error, around.now()))
        raise
    with around.db.transaction() as one:
        outcomes.save(one, sync.id, became)
        syncs.save(one, ended)
    return ended, became


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
    watch: Watch,
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
        watch=watch,
    )


def _fresh_folder(staging: Path, realm_id: str) -> Path:
    """What a killed sync of this company left behind is worth nothing: the next one reads again (Promise 3)."""
    folder = staging / realm_id
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def client_of(around: Surroundings, credential: Credential) -> Client:
    """A client that reads the credential's company and keeps its tokens alive."""
    access = Access(around.app, safe(around.db, credential), now=around.now)
    return Client(around.api_url, credential.realm_id, access, pace=around.pace(), patience=around.patience())


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
            sync, state=SyncState.FAILED, ended_at=now, code=error.code, what=error.what, do=error.do
        )
    if isinstance(error, KeyboardInterrupt):
        return replace(sync, state=SyncState.CANCELLED, ended_at=now)
    return replace(
        sync,
        state=SyncState.FAILED,
        ended_at=now,
        code="defect",
        what=f"Something unforeseen: {type(error).__name__}.",
        do="Please report it, with the log. The next sync begins anew and loses nothing.",
    )
