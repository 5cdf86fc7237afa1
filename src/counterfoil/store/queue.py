"""Syncs that wait for a worker, and those that workers run.

A sync that is asked for is lost only with the store itself. Whoever claims one says now and then that it lives; what
a dead worker ran is put back (Promise 3).
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from counterfoil.errors import GivenUp
from counterfoil.model.source import Source
from counterfoil.model.sync import Sync, SyncState
from counterfoil.model.verification import Verify
from counterfoil.store import clock, schema, syncs
from counterfoil.store.db import Database

MOST_ATTEMPTS = 5
"""A sync that outlived no worker so often is given up: it may be what kills them."""

TURN = 0x636F756E746572
"""The number of an advisory lock: of two who change what waits at once, each has to see what the other did."""

table = schema.syncs.c
WAITING = table.state == str(SyncState.WAITING)
RUNNING = table.state == str(SyncState.RUNNING)


def ask(db: Database, sync: Sync) -> Sync:
    """Let a sync wait for a worker; answer with the one that waits for it already, if any, made to cover both.

    Full ones and others wait apart: merged, one stream's resync would become the whole source's. What is asked for
    in part is covered by a full one that waits for as much.
    """
    with _alone(db) as one:
        waiting = _waiting(one, sync.source)
        found = next((other for other in waiting if _covers(other, sync)), None)
        found = found or next((other for other in waiting if other.full == sync.full), None)
        if found is not None:
            return _widen(one, found, sync)
        syncs.save(one, sync)
        return sync


def is_large(db: Database, source: Source) -> bool:
    """Tell whether a sync of the source will read it all: nothing of it is loaded yet."""
    feeds = sa.select(schema.connections.c.id).where(schema.connections.c.source_id == source.id)
    known = sa.exists().where(schema.cursors.c.connection_id.in_(feeds))
    with db.reading() as transaction:
        return not transaction.execute(sa.select(known)).scalar_one()


def claim(
    db: Database, worker: str, now: datetime, *, sync_id: str | None = None, small: bool = False
) -> Sync | None:
    """Take the sync that waits longest, or the one named, unless its company is being read; None when none can be had.

    `small` leaves large ones to wait. One statement takes it: of two workers one gets it (Promise 8).
    """
    conditions = [WAITING, ~_company_is_read()]
    if sync_id is not None:
        conditions.append(table.id == sync_id)
    if small:
        conditions.append(~table.large)
    first = sa.select(table.id).where(*conditions).order_by(table.asked_at, table.id).limit(1)
    with _alone(db) as one, one.writing() as transaction:
        taken = {
            "state": str(SyncState.RUNNING),
            "worker": worker,
            "started_at": now,
            "seen_at": clock.told(transaction),
        }
        statement = sa.update(schema.syncs).where(WAITING, table.id == first.scalar_subquery())
        got = transaction.execute(statement.values(**taken).returning(table.id)).scalar()
        return None if got is None else syncs.with_id(one, got)


def beat(db: Database, mine: Collection[str], worker: str) -> dict[str, bool]:
    """Say that these syncs live, and learn which are still mine: by id, whether somebody wants them cancelled."""
    if not mine:
        return {}
    with db.writing() as transaction:
        still = sa.and_(RUNNING, table.worker == worker, table.id.in_(mine))
        seen = sa.update(schema.syncs).where(still).values(seen_at=clock.told(transaction))
        rows = transaction.execute(seen.returning(table.id, table.cancel_asked_at)).all()
        return {row.id: row.cancel_asked_at is not None for row in rows}


def peek(db: Database, mine: Collection[str], worker: str) -> dict[str, bool]:
    """Learn the same without saying anything."""
    if not mine:
        return {}
    still = sa.and_(RUNNING, table.worker == worker, table.id.in_(mine))
    with db.reading() as transaction:
        rows = transaction.execute(sa.select(table.id, table.cancel_asked_at).where(still)).all()
        return {row.id: row.cancel_asked_at is not None for row in rows}


def end(db: Database, sync: Sync) -> bool:
    """Keep how a sync ended, and tell whether it was still its worker's: one that was given to another is left be."""
    still = sa.and_(RUNNING, table.id == sync.id, table.worker == sync.worker)
    with db.writing() as transaction:
        ended = sa.update(schema.syncs).where(still).values(**syncs.to_row(sync))
        if transaction.execute(ended).rowcount != 1:
            return False
        syncs.judge(transaction, sync)
        return True


def put_back(db: Database, sync: Sync, now: datetime, *, died: bool = False) -> None:
    """Let a running sync wait again; where a like one waits by now, that does its work as well.

    One whose worker `died` for the fifth time has failed.
    """
    attempts = sync.attempts + 1 if died else sync.attempts
    with _alone(db) as one:
        if attempts >= MOST_ATTEMPTS:
            end(one, _given_up(sync, attempts, now))
            return
        twin = next((other for other in _waiting(one, sync.source) if other.full == sync.full), None)
        if twin is not None:
            if end(one, replace(sync, state=SyncState.INTERRUPTED, ended_at=now, attempts=attempts)):
                _widen(one, twin, sync)
            return
        again = {
            "state": str(SyncState.WAITING),
            "worker": "",
            "attempts": attempts,
            "started_at": sync.asked_at or sync.started_at,
            "seen_at": None,
        }
        still = sa.and_(RUNNING, table.id == sync.id, table.worker == sync.worker)
        with one.writing() as transaction:
            transaction.execute(sa.update(schema.syncs).where(still).values(**again))


def reap(db: Database, silence: timedelta, now: datetime) -> tuple[Sync, ...]:
    """Put back what workers ran that were not heard of for so long, and answer with it.

    What a dead command ran is interrupted: nobody waits for it.
    """
    with db.reading() as transaction:
        long_ago = clock.told(transaction) - silence
    heard = sa.func.coalesce(table.seen_at, table.started_at)
    dead = syncs.select(db, sa.and_(RUNNING, heard < long_ago))
    for sync in dead:
        if sync.worker:
            put_back(db, sync, now, died=True)
        else:
            end(db, replace(sync, state=SyncState.INTERRUPTED, ended_at=now))
    return dead


def ask_cancel(db: Database, sync: Sync, now: datetime) -> Sync:
    """Have a sync ended: at once when it waits, in seconds when it runs; one that is over stays as it is."""
    with _alone(db) as one:
        with one.writing() as transaction:
            this = sa.update(schema.syncs).where(table.id == sync.id)
            gone = {"state": str(SyncState.CANCELLED), "ended_at": now, "cancel_asked_at": now}
            if transaction.execute(this.where(WAITING).values(**gone)).rowcount == 0:
                transaction.execute(this.where(RUNNING).values(cancel_asked_at=now))
        return syncs.with_id(one, sync.id)


@contextmanager
def _alone(db: Database) -> Iterator[Database]:
    """A transaction while no other changes what waits; SQLite lets one write at a time anyway."""
    with db.transaction() as one, one.writing() as transaction:
        if transaction.dialect.name == "postgresql":
            transaction.execute(sa.select(sa.func.pg_advisory_xact_lock(TURN)))
        yield one


def _company_is_read() -> sa.ColumnElement[bool]:
    """The condition that another sync of the same company runs."""
    other, its_source = schema.syncs.alias(), schema.sources.alias()
    its_credential, credential = schema.credentials.alias(), schema.credentials.alias()
    source = schema.sources.alias()
    reading = (
        other.join(its_source, other.c.source_id == its_source.c.id)
        .join(its_credential, its_source.c.credential_id == its_credential.c.id)
        .join(credential, credential.c.realm_id == its_credential.c.realm_id)
        .join(source, source.c.credential_id == credential.c.id)
    )
    return (
        sa.exists()
        .select_from(reading)
        .where(other.c.state == str(SyncState.RUNNING), source.c.id == table.source_id)
        .correlate(schema.syncs)
    )


def _waiting(db: Database, source: Source) -> tuple[Sync, ...]:
    return syncs.select(db, sa.and_(WAITING, table.source_id == source.id))


def _covers(waiting: Sync, asked: Sync) -> bool:
    """Whether a sync that waits does all that is asked for."""
    if not waiting.full or waiting.since is not None:
        return False
    return waiting.streams is None or (asked.streams is not None and asked.streams <= waiting.streams)


def _widen(db: Database, waiting: Sync, asked: Sync) -> Sync:
    """Let a waiting sync do what is asked of another, too."""
    if _covers(waiting, asked) and asked.verify in (Verify.NO, waiting.verify):
        return waiting
    both = None in (waiting.streams, asked.streams)
    wider = replace(
        waiting,
        verify=max(waiting.verify, asked.verify, key=[Verify.NO, Verify.LOOK, Verify.HEAL].index),
        streams=None if both else (waiting.streams or frozenset()) | (asked.streams or frozenset()),
        since=_earlier(waiting, asked),
        large=waiting.large or asked.large,
    )
    row = syncs.to_row(wider)
    changed = {name: row[name] for name in ("streams", "since", "large", "verify")}
    with db.writing() as transaction:
        transaction.execute(sa.update(schema.syncs).where(WAITING, table.id == waiting.id).values(**changed))
    return wider


def _earlier(one: Sync, other: Sync) -> datetime | None:
    """The earlier beginning of two backfills; a full reading needs none, nor changes that nobody bounds."""
    if one.full and None in (one.since, other.since):
        return None
    return min((since for since in (one.since, other.since) if since is not None), default=None)


def _given_up(sync: Sync, attempts: int, now: datetime) -> Sync:
    error = GivenUp(
        f"{attempts} workers died while they ran this sync; it is not tried again.",
        do="See in their logs what ended them: too little memory, perhaps. Then sync the source again.",
    )
    failed = replace(sync, state=SyncState.FAILED, ended_at=now, attempts=attempts)
    return replace(failed, code=error.code, what=error.what, do=error.do)
