"""This Counterfoil itself: its version, where it keeps things, who works for it, and what is set up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from counterfoil import __version__
from counterfoil.actions import readiness, rotation
from counterfoil.actions.readiness import Check
from counterfoil.actions.rotation import KeyState
from counterfoil.actions.surroundings import Surroundings
from counterfoil.model.credential import Environment
from counterfoil.model.sync import Sync, SyncState
from counterfoil.model.worker import Load, Worker
from counterfoil.store import apps, due, syncs, workers
from counterfoil.store.syncs import Wish

WEBHOOKS = "/webhooks/quickbooks"
"""Where Intuit sends webhooks, below the public address."""


MOST_RUNNING = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerView:
    """A worker with the syncs that it runs. `silent` when it was not heard of for longer than a living one is."""

    worker: Worker
    syncs: tuple[Sync, ...]
    silent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """How it stands at the moment `at`, by the store's clock.

    `store` is the kind of the store, `place` where it is, without user and password. `verifiers` tells of each of
    Intuit's worlds where the verifier token of its webhooks comes from: settings, stored, "".
    """

    at: datetime
    version: str
    store: str
    place: str
    checks: tuple[Check, ...]
    key: KeyState
    workers: tuple[WorkerView, ...]
    load: Load
    verifiers: Mapping[Environment, str]


def look(around: Surroundings) -> Installation:
    """Look at all of it. Raises StoreFailed."""
    db, now = around.db, due.now(around.db)
    running = syncs.latest(db, limit=MOST_RUNNING, wish=Wish(states=frozenset({SyncState.RUNNING})))
    address = db.engine.url
    return Installation(
        at=now,
        version=__version__,
        store="SQLite" if address.get_backend_name() == "sqlite" else "PostgreSQL",
        place=_place(address.host, address.port, address.database),
        checks=readiness.look(around),
        key=rotation.state(around),
        workers=tuple(
            WorkerView(
                worker=worker,
                syncs=tuple(sync for sync in running if sync.worker == worker.id),
                silent=now - worker.seen_at >= readiness.SILENT,
            )
            for worker in workers.every(db)
        ),
        load=workers.load(db),
        verifiers={world: _verifier(around, world) for world in Environment},
    )


def _place(host: str | None, port: int | None, database: str | None) -> str:
    server = f"{host}:{port}" if host and port else host or ""
    return f"{server}/{database}" if server else database or ""


def _verifier(around: Surroundings, world: Environment) -> str:
    if around.sight.webhook_tokens:
        return "settings"
    return "stored" if apps.has_verifier(around.db, world) else ""
