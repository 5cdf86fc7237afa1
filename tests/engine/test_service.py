"""The running service: the same behaviour on SQLite and on PostgreSQL."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from counterfoil.actions import syncs as verbs
from counterfoil.actions.service import running
from counterfoil.actions.syncs import Errand
from counterfoil.engine import local
from counterfoil.engine.start import Places
from counterfoil.model.schedule import Basic
from counterfoil.model.source import Source
from counterfoil.model.sync import Cause, Sync, SyncState
from counterfoil.store import due, queue, schema, sources, syncs, workers
from counterfoil.store.db import Database
from tests.engine.conftest import Ground
from tests.engine.fleet import counted, overlaps, realm_of, until
from tests.road.oracle import Oracle

MakeGround = Callable[[int], Ground]
QUICK = Places(slots=2, grace=0.0)


def is_over(ground: Ground, sync: Sync) -> bool:
    return syncs.with_id(ground.around.db, sync.id).state.is_over


def set_due(db: Database, source: Source, ago: timedelta) -> None:
    sources.set_next_run(db, source, due.now(db) - ago)


def test_what_was_asked_for_before_the_service_ran_is_synced_once_it_does(ground: MakeGround) -> None:
    fleet = ground(1)
    fleet.connect(1)
    asked = verbs.ask(fleet.around, "company000", Errand(cause=Cause.FIRST))

    with running(fleet.around, QUICK):
        until(lambda: is_over(fleet, asked), "nobody ran it")

    (ran,) = fleet.syncs()
    assert (ran.state, ran.cause) == (SyncState.SUCCEEDED, Cause.FIRST)
    assert len(fleet.rows(0, "customer")) == len(Oracle(fleet.sandbox, realm_of(0)).records("Customer"))


def test_a_schedule_that_missed_many_runs_is_synced_once_and_goes_on(ground: MakeGround) -> None:
    fleet = ground(2)
    (late, punctual) = fleet.connect(2, schedule=Basic(timedelta(hours=1)))
    set_due(fleet.around.db, late, timedelta(days=3))
    later = due.now(fleet.around.db) + timedelta(hours=1)
    sources.set_next_run(fleet.around.db, punctual, later)

    with running(fleet.around, QUICK):
        until(lambda: any(sync.state.is_over for sync in fleet.syncs()), "the clock does not go")

    (ran,) = fleet.syncs()
    following = sources.next_run(fleet.around.db, late)
    assert (ran.source.id, ran.cause, ran.state) == (late.id, Cause.SCHEDULE, SyncState.SUCCEEDED)
    assert following is not None
    assert due.now(fleet.around.db) < following <= due.now(fleet.around.db) + timedelta(hours=1)
    assert sources.next_run(fleet.around.db, punctual) == later


def test_a_paused_source_rests_and_a_source_without_a_next_run_gets_one(ground: MakeGround) -> None:
    fleet = ground(2)
    paused, fresh = fleet.connect(2, schedule=Basic(timedelta(hours=1)))
    sources.save(fleet.around.db, replace(paused, paused=True))
    set_due(fleet.around.db, paused, timedelta(hours=1))

    with running(fleet.around, QUICK):
        until(lambda: sources.next_run(fleet.around.db, fresh), "it is never planned")

    assert fleet.syncs() == ()


def test_two_services_sync_each_due_source_once(ground: MakeGround) -> None:
    fleet = ground(6)
    for source in fleet.connect(6, schedule=Basic(timedelta(hours=1))):
        set_due(fleet.around.db, source, timedelta(minutes=1))

    with ExitStack() as both:
        for _ in range(2):
            around = replace(fleet.around, bell=type(fleet.around.bell)())
            both.enter_context(running(around, QUICK))
        until(lambda: counted(fleet.syncs()).get("succeeded") == 6, "not all are synced")

    assert counted(fleet.syncs()) == {"succeeded": 6}
    assert overlaps(fleet.syncs()) == []


def test_what_a_webhook_told_of_is_synced_for_that_cause(ground: MakeGround) -> None:
    fleet = ground(1)
    (source,) = fleet.connect(1)
    db = fleet.around.db
    with db.writing() as transaction:
        poke = schema.sources.update().where(schema.sources.c.id == source.id)
        transaction.execute(poke.values(poke_due_at=due.now(db)))

    with running(fleet.around, QUICK):
        until(lambda: counted(fleet.syncs()).get("succeeded"), "the poke is not heard")

    (ran,) = fleet.syncs()
    assert ran.cause is Cause.WEBHOOK


def test_a_running_sync_is_cancelled_and_the_next_one_brings_everything(ground: MakeGround) -> None:
    fleet = ground(1)
    fleet.connect(1)
    fleet.sandbox.fault(kind="slow", seconds=30.0, path="query", after=1, times=99)
    asked = verbs.ask(fleet.around, "company000")

    with running(fleet.around, QUICK):
        until(lambda: syncs.with_id(fleet.around.db, asked.id).state is SyncState.RUNNING, "it never runs")
        verbs.cancel(fleet.around, asked.id)
        until(lambda: is_over(fleet, asked), "it is not cancelled", seconds=25)
        fleet.sandbox.heal()
        again = verbs.ask(fleet.around, "company000")
        until(lambda: is_over(fleet, again), "it is not synced again")

    assert [sync.state for sync in fleet.syncs()] == [SyncState.CANCELLED, SyncState.SUCCEEDED]
    assert len(fleet.rows(0, "customer")) == len(Oracle(fleet.sandbox, realm_of(0)).records("Customer"))


def test_a_service_that_ends_puts_its_syncs_back_and_the_next_one_completes_them(ground: MakeGround) -> None:
    fleet = ground(1)
    fleet.connect(1)
    fleet.sandbox.fault(kind="slow", seconds=30.0, path="query", after=1, times=99)
    asked = verbs.ask(fleet.around, "company000")

    with running(fleet.around, QUICK):
        until(lambda: syncs.with_id(fleet.around.db, asked.id).state is SyncState.RUNNING, "it never runs")
    put_back = syncs.with_id(fleet.around.db, asked.id)
    fleet.sandbox.heal()
    with running(fleet.around, QUICK):
        until(lambda: is_over(fleet, asked), "nobody goes on")

    assert (put_back.state, put_back.attempts) == (SyncState.WAITING, 0)
    assert [sync.state for sync in fleet.syncs()] == [SyncState.SUCCEEDED]


def test_a_service_that_ends_lets_short_syncs_come_to_their_end(ground: MakeGround) -> None:
    fleet = ground(1)
    fleet.connect(1)
    fleet.sandbox.fault(kind="slow", seconds=1.0, times=1)
    asked = verbs.ask(fleet.around, "company000")

    with running(fleet.around, Places(slots=2, grace=60.0)):
        until(lambda: syncs.with_id(fleet.around.db, asked.id).state is SyncState.RUNNING, "it never runs")

    assert [sync.state for sync in fleet.syncs()] == [SyncState.SUCCEEDED]


def test_what_a_dead_worker_ran_is_taken_over(ground: MakeGround) -> None:
    fleet = ground(1)
    fleet.connect(1)
    db = fleet.around.db
    asked = verbs.ask(fleet.around, "company000")
    assert queue.claim(db, "worker_dead", fleet.around.now(), sync_id=asked.id)
    with db.writing() as transaction:
        dead = schema.syncs.update().where(schema.syncs.c.id == asked.id)
        transaction.execute(dead.values(seen_at=due.now(db) - timedelta(minutes=1)))

    with running(fleet.around, QUICK):
        until(lambda: is_over(fleet, asked), "nobody takes it over")

    (ran,) = fleet.syncs()
    assert (ran.state, ran.attempts) == (SyncState.SUCCEEDED, 1)


def test_large_syncs_leave_places_to_small_ones(ground: MakeGround) -> None:
    fleet = ground(4)
    fleet.connect(4)
    small = verbs.ask(fleet.around, "company003")
    with running(fleet.around, QUICK):
        until(lambda: is_over(fleet, small), "the first sync fails")
    fleet.sandbox.fault(kind="slow", seconds=600.0, path="query", times=99)
    large = [verbs.ask(fleet.around, f"company00{n}") for n in range(3)]

    with running(fleet.around, QUICK):
        until(lambda: counted(fleet.syncs()).get("running"), "no large one runs")
        again = verbs.ask(fleet.around, "company003")
        until(lambda: is_over(fleet, again), "the small one starves")
        states = sorted(str(syncs.with_id(fleet.around.db, sync.id).state) for sync in large)

    assert all(sync.large for sync in large)
    assert not again.large
    assert states == ["running", "waiting", "waiting"]


def test_a_worker_is_seen_while_it_works_and_forgotten_when_it_ends(ground: MakeGround) -> None:
    fleet = ground(1)
    fleet.connect(1)
    db = fleet.around.db

    with running(fleet.around, Places(slots=3)):
        until(lambda: workers.every(db), "it is not seen")
        (seen,) = workers.every(db)
    waiting = verbs.ask(fleet.around, "company000")

    assert seen.slots == 3
    assert workers.every(db) == ()
    load = workers.load(db)
    assert (load.waiting, load.running, load.oldest) == (1, 0, waiting.asked_at)


def test_what_is_asked_while_the_service_idles_begins_without_waiting_for_its_next_look(
    ground: MakeGround, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "IDLE_SECONDS", 3600.0)
    fleet = ground(1)
    fleet.connect(1)

    with running(fleet.around, QUICK):
        until(lambda: workers.every(fleet.around.db), "it does not start")
        asked = verbs.ask(fleet.around, "company000")
        until(lambda: is_over(fleet, asked), "nobody ran it")

    assert counted(fleet.syncs()) == {"succeeded": 1}
