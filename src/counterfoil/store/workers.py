"""Stored workers: which processes run syncs, and how much waits for them."""

from dataclasses import asdict
from datetime import timedelta

import sqlalchemy as sa

from counterfoil.model.sync import SyncState
from counterfoil.model.worker import Load, Worker
from counterfoil.store import clock
from counterfoil.store.db import Database
from counterfoil.store.rows import put
from counterfoil.store.schema import syncs
from counterfoil.store.service_schema import workers


def beat(db: Database, worker: Worker) -> None:
    """Say that a worker lives; its `seen_at`, and at first its `started_at`, become the store's time."""
    with db.writing() as transaction:
        now = clock.told(transaction)
        seen = sa.update(workers).where(workers.c.id == worker.id)
        if transaction.execute(seen.values(seen_at=now, running=worker.running)).rowcount == 0:
            put(transaction, workers, {**asdict(worker), "started_at": now, "seen_at": now})


def forget(db: Database, worker_id: str) -> None:
    """A worker has ended its work."""
    with db.writing() as transaction:
        transaction.execute(sa.delete(workers).where(workers.c.id == worker_id))


def forget_dead(db: Database, silence: timedelta) -> int:
    """Forget those that were not heard of for so long, and answer how many."""
    with db.writing() as transaction:
        dead = workers.c.seen_at < clock.told(transaction) - silence
        return transaction.execute(sa.delete(workers).where(dead)).rowcount


def every(db: Database) -> tuple[Worker, ...]:
    """All workers that are heard of, the oldest first."""
    with db.reading() as transaction:
        rows = transaction.execute(sa.select(workers).order_by(workers.c.started_at, workers.c.id)).mappings()
        return tuple(Worker(**row) for row in rows)


def load(db: Database) -> Load:
    """How much there is to do."""
    count = sa.func.count()
    waits, runs = (syncs.c.state == str(state) for state in (SyncState.WAITING, SyncState.RUNNING))
    query = sa.select(count.filter(waits), count.filter(runs), sa.func.min(syncs.c.asked_at).filter(waits))
    with db.reading() as transaction:
        waiting, running, oldest = transaction.execute(query.where(sa.or_(waits, runs))).one()
    return Load(waiting=waiting, running=running, oldest=oldest)
