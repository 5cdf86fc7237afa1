"""Pokes: how a webhook's news leads to a sync, once, and never to none."""

from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, Thread

import sqlalchemy as sa

from counterfoil.model.credential import Credential
from counterfoil.model.source import Source
from counterfoil.model.sync import Cause, Sync
from counterfoil.store import pokes, schema, sources, syncs
from counterfoil.store.db import Database
from tests.store.conftest import NOW

WAIT, GAP = timedelta(seconds=2), timedelta(seconds=10)
ACME = "9130357849000001"


def poke(db: Database, now: datetime, realm: str = ACME) -> None:
    pokes.ask(db, [realm], now, wait=WAIT, gap=GAP)


def taken(db: Database, now: datetime) -> list[str]:
    return [source.name for source in pokes.take(db, now)]


def pause(db: Database, source: Source) -> None:
    with db.writing() as transaction:
        transaction.execute(
            sa.update(schema.sources).where(schema.sources.c.id == source.id).values(paused=True)
        )


def test_an_event_that_was_told_before_is_dropped(db: Database) -> None:
    assert pokes.hear(db, {"a": ACME, "b": "2"}, NOW) == {ACME, "2"}
    assert pokes.hear(db, {"a": ACME, "c": "2"}, NOW) == {"2"}
    assert pokes.hear(db, {}, NOW) == set()


def test_many_events_at_once_are_noted(db: Database) -> None:
    many = {f"event {number}": ACME for number in range(2500)}

    assert pokes.hear(db, many, NOW) == {ACME}
    assert pokes.hear(db, many, NOW) == set()


def test_a_poke_is_due_when_more_events_had_time_to_come(db: Database, books: Source) -> None:
    poke(db, NOW)
    poke(db, NOW + timedelta(seconds=1.9))

    assert pokes.next_due(db) == NOW + WAIT
    assert taken(db, NOW + timedelta(seconds=1.9)) == []
    assert taken(db, NOW + WAIT) == [books.name]
    assert taken(db, NOW + WAIT) == []
    assert pokes.next_due(db) is None


def test_every_source_of_the_company_is_poked_and_no_other(
    db: Database, books: Source, acme: Credential
) -> None:
    sources.save(db, replace(books, id="src_second", name="second", prefix="second_"))

    assert pokes.ask(db, [ACME, "404"], NOW, wait=WAIT, gap=GAP) == {ACME: 2}
    assert sorted(taken(db, NOW + WAIT)) == [books.name, "second"]


def test_a_paused_source_is_not_poked(db: Database, books: Source) -> None:
    pause(db, books)
    poke(db, NOW)

    assert pokes.next_due(db) is None


def test_a_source_that_was_paused_since_is_not_synced(db: Database, books: Source) -> None:
    poke(db, NOW)
    pause(db, books)

    assert taken(db, NOW + WAIT) == []
    assert pokes.next_due(db) is None


def test_while_events_stream_in_the_pokes_keep_their_distance(db: Database, books: Source) -> None:
    syncs.save(db, Sync(id="sync_1", source=books, started_at=NOW, asked_at=NOW, cause=Cause.WEBHOOK))
    syncs.save(db, Sync(id="sync_2", source=books, started_at=NOW + WAIT, asked_at=NOW + WAIT))
    poke(db, NOW + timedelta(seconds=3))

    assert pokes.next_due(db) == NOW + GAP


def test_an_event_during_a_sync_leads_to_another(db: Database, books: Source) -> None:
    poke(db, NOW)
    assert taken(db, NOW + WAIT) == [books.name]
    syncs.save(db, Sync(id="sync_1", source=books, started_at=NOW + WAIT, asked_at=NOW, cause=Cause.WEBHOOK))
    poke(db, NOW + timedelta(seconds=3))

    assert taken(db, NOW + GAP) == [books.name]


def test_a_poke_outlives_the_crash_of_who_took_it(db: Database, books: Source) -> None:
    poke(db, NOW)
    with db.transaction(keep=False) as one:
        assert taken(one, NOW + WAIT) == [books.name]

    assert taken(db, NOW + WAIT) == [books.name]


def test_of_several_processes_one_takes_a_poke(db: Database, books: Source) -> None:
    poke(db, NOW)
    together, got = Barrier(4), list[str]()

    def work() -> None:
        together.wait()
        got.extend(taken(db, NOW + WAIT))

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert got == [books.name]
