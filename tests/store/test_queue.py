"""Syncs that wait for a worker: none lost, none doubled, one at a time per company."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from counterfoil.model.connection import Connection
from counterfoil.model.credential import Credential
from counterfoil.model.cursor import Cursor
from counterfoil.model.source import Source
from counterfoil.model.sync import Cause, Sync, SyncState
from counterfoil.store import credentials, cursors, queue, sources, syncs
from counterfoil.store.db import Database
from counterfoil.store.syncs import Wish

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

Asking = Callable[..., Sync]


def waiting(source: Source, name: str, **more: object) -> Sync:
    asked = {"started_at": NOW, "asked_at": NOW, "state": SyncState.WAITING, **more}
    return Sync(id=f"sync_{name}", source=source, **asked)  # type: ignore[arg-type]


@pytest.fixture
def cedar(db: Database, books: Source, acme: Credential) -> Source:
    """Another company's source."""
    credential = replace(acme, id="cred_cedar", name="cedar", realm_id="77")
    credentials.save(db, credential)
    source = replace(books, id="src_cedar", name="cedar books", credential=credential)
    sources.save(db, source)
    return source


@pytest.fixture
def payroll(db: Database, books: Source) -> Source:
    """Another source of Acme's company."""
    source = replace(books, id="src_payroll", name="acme payroll")
    sources.save(db, source)
    return source


def test_what_is_asked_comes_back_as_it_was_asked(db: Database, books: Source) -> None:
    asked = waiting(
        books, "a", streams=frozenset({"Invoice"}), since=NOW - MINUTE, cause=Cause.WEBHOOK, large=True
    )

    assert queue.ask(db, asked) == asked
    assert syncs.with_id(db, "sync_a") == asked


def test_asking_again_is_answered_with_the_one_that_waits_already_made_to_cover_both(
    db: Database, books: Source
) -> None:
    queue.ask(db, waiting(books, "a", streams=frozenset({"Invoice"})))
    both = queue.ask(db, waiting(books, "b", streams=frozenset({"Bill"}), large=True))
    everything = queue.ask(db, waiting(books, "c"))

    assert (both.id, both.streams, both.large) == ("sync_a", frozenset({"Invoice", "Bill"}), True)
    assert everything == replace(both, streams=None)
    assert syncs.latest(db) == (everything,)


def test_a_full_reading_of_one_stream_does_not_make_the_waiting_sync_of_all_streams_full(
    db: Database, books: Source
) -> None:
    usual = queue.ask(db, waiting(books, "usual"))
    full = queue.ask(db, waiting(books, "full", streams=frozenset({"Invoice"}), full=True))

    assert set(syncs.latest(db)) == {usual, full}


def test_what_a_waiting_full_reading_covers_is_not_asked_twice(db: Database, books: Source) -> None:
    full = queue.ask(db, waiting(books, "full", full=True))

    assert queue.ask(db, waiting(books, "usual")) == full
    assert queue.ask(db, waiting(books, "some", streams=frozenset({"Invoice"}), since=NOW)) == full
    assert syncs.latest(db) == (full,)


def test_twenty_who_ask_at_once_get_one_sync(db: Database, books: Source) -> None:
    with ThreadPoolExecutor(10) as threads:
        got = list(threads.map(lambda n: queue.ask(db, waiting(books, str(n))).id, range(20)))

    assert len(set(got)) == 1
    assert len(syncs.latest(db)) == 1


def test_of_many_workers_that_claim_at_once_one_gets_the_sync(db: Database, books: Source) -> None:
    queue.ask(db, waiting(books, "a"))
    gate = threading.Barrier(8)

    def claim(number: int) -> Sync | None:
        gate.wait()
        return queue.claim(db, f"worker_{number}", NOW)

    with ThreadPoolExecutor(8) as threads:
        got = [sync for sync in threads.map(claim, range(8)) if sync]

    assert len(got) == 1
    assert syncs.with_id(db, "sync_a") == got[0]
    assert got[0].state is SyncState.RUNNING


def test_two_sources_of_one_company_are_never_claimed_together(
    db: Database, books: Source, payroll: Source, cedar: Source
) -> None:
    for source, name in ((books, "a"), (payroll, "b"), (cedar, "c")):
        queue.ask(db, waiting(source, name))
    gate = threading.Barrier(6)

    def claim(number: int) -> Sync | None:
        gate.wait()
        return queue.claim(db, f"worker_{number}", NOW)

    with ThreadPoolExecutor(6) as threads:
        got = [sync.source.credential.realm_id for sync in threads.map(claim, range(6)) if sync]

    assert sorted(got) == ["77", books.credential.realm_id]


def test_the_oldest_is_claimed_first_and_large_ones_only_by_who_may(
    db: Database, books: Source, cedar: Source
) -> None:
    queue.ask(db, waiting(books, "large", large=True))
    queue.ask(db, waiting(cedar, "small", asked_at=NOW + MINUTE))

    small = queue.claim(db, "w", NOW, small=True)
    assert small is not None
    assert small.id == "sync_small"
    assert queue.claim(db, "w", NOW, small=True) is None
    large = queue.claim(db, "w", NOW)
    assert large is not None
    assert large.id == "sync_large"


def test_a_beat_tells_which_syncs_are_still_ours_and_which_someone_wants_ended(
    db: Database, books: Source, cedar: Source
) -> None:
    for source, name in ((books, "a"), (cedar, "b")):
        queue.ask(db, waiting(source, name))
        queue.claim(db, "w", NOW)
    queue.ask_cancel(db, syncs.with_id(db, "sync_a"), NOW)

    assert queue.beat(db, ["sync_a", "sync_b", "sync_x"], "w") == {"sync_a": True, "sync_b": False}
    assert queue.peek(db, ["sync_a", "sync_b"], "w") == {"sync_a": True, "sync_b": False}
    assert queue.beat(db, ["sync_a", "sync_b"], "someone else") == {}


def test_who_is_heard_of_keeps_its_sync_and_who_is_not_loses_it(
    db: Database, books: Source, cedar: Source
) -> None:
    for source, name in ((books, "a"), (cedar, "b")):
        queue.ask(db, waiting(source, name))
    queue.claim(db, "dead", NOW, sync_id="sync_a")
    queue.claim(db, "alive", NOW, sync_id="sync_b")

    assert queue.reap(db, MINUTE, NOW) == ()
    queue.beat(db, ["sync_b"], "alive")
    _make_silent(db, "sync_a")
    assert [sync.id for sync in queue.reap(db, MINUTE, NOW)] == ["sync_a"]

    back = syncs.with_id(db, "sync_a")
    assert (back.state, back.attempts, back.worker) == (SyncState.WAITING, 1, "")
    assert syncs.with_id(db, "sync_b").state is SyncState.RUNNING


def test_what_five_workers_died_of_is_given_up_with_the_reason(db: Database, books: Source) -> None:
    queue.ask(db, waiting(books, "a"))
    for number in range(5):
        assert queue.claim(db, f"worker_{number}", NOW)
        _make_silent(db, "sync_a")
        queue.reap(db, MINUTE, NOW)

    given_up = syncs.with_id(db, "sync_a")
    assert (given_up.state, given_up.code) == (SyncState.FAILED, "sync.given_up")
    assert "5 workers died" in given_up.what
    assert queue.claim(db, "another", NOW) is None


def test_what_is_put_back_while_a_like_one_waits_is_done_by_that_one(db: Database, books: Source) -> None:
    queue.ask(db, waiting(books, "a", streams=frozenset({"Invoice"})))
    claimed = queue.claim(db, "w", NOW)
    assert claimed is not None
    queue.ask(db, waiting(books, "b", streams=frozenset({"Bill"})))

    queue.put_back(db, claimed, NOW)

    assert syncs.with_id(db, "sync_a").state is SyncState.INTERRUPTED
    assert syncs.with_id(db, "sync_b").streams == frozenset({"Invoice", "Bill"})


def test_a_worker_whose_sync_was_given_to_another_cannot_end_or_put_back_that(
    db: Database, books: Source
) -> None:
    queue.ask(db, waiting(books, "a"))
    slow = queue.claim(db, "slow", NOW)
    assert slow is not None
    queue.put_back(db, slow, NOW)
    queue.claim(db, "quick", NOW)

    assert not queue.end(db, replace(slow, state=SyncState.FAILED, ended_at=NOW))
    queue.put_back(db, slow, NOW)

    running = syncs.with_id(db, "sync_a")
    assert (running.state, running.worker) == (SyncState.RUNNING, "quick")


def test_what_a_dead_command_ran_is_interrupted_and_not_run_again(db: Database, books: Source) -> None:
    syncs.save(db, Sync(id="sync_a", source=books, started_at=NOW - timedelta(days=9000)))

    queue.reap(db, MINUTE, NOW)

    assert syncs.with_id(db, "sync_a").state is SyncState.INTERRUPTED


def test_cancelling_what_waits_ends_it_at_once_and_what_is_over_stays_as_it_is(
    db: Database, books: Source
) -> None:
    asked = queue.ask(db, waiting(books, "a"))

    ended = queue.ask_cancel(db, asked, NOW + MINUTE)

    assert (ended.state, ended.ended_at) == (SyncState.CANCELLED, NOW + MINUTE)
    assert queue.ask_cancel(db, asked, NOW + 2 * MINUTE) == ended
    assert queue.claim(db, "w", NOW) is None


def test_a_source_is_large_until_something_of_it_is_loaded(db: Database, feed: Connection) -> None:
    assert queue.is_large(db, feed.source)
    cursors.advance(db, feed, [Cursor(stream="Invoice", changed_since=NOW)])
    assert not queue.is_large(db, feed.source)


def test_pages_of_syncs_follow_each_other_without_gap_or_repeat(db: Database, books: Source) -> None:
    for number in range(7):
        state = SyncState.SUCCEEDED if number % 2 else SyncState.FAILED
        began = NOW + MINUTE * (number // 2)  # some at the same time
        syncs.save(db, Sync(id=f"sync_{number}", source=books, started_at=began, state=state))

    pages, last = [], None
    while page := syncs.latest(db, books, limit=2, before=last):
        pages.append([sync.id for sync in page])
        last = page[-1]

    assert [name for page in pages for name in page] == [sync.id for sync in syncs.latest(db)]
    failed = Wish(states=frozenset({SyncState.FAILED}), since=NOW + MINUTE, until=NOW + 3 * MINUTE)
    assert [sync.id for sync in syncs.latest(db, wish=failed)] == ["sync_4", "sync_2"]


def _make_silent(db: Database, sync_id: str) -> None:
    """As if its worker had not been heard of for an hour."""
    with db.writing() as transaction:
        transaction.exec_driver_sql(
            f"update syncs set seen_at = '2020-01-01 00:00:00.000000+00:00' where id = '{sync_id}'"
            if transaction.dialect.name == "postgresql"
            else f"update syncs set seen_at = '2020-01-01 00:00:00.000000' where id = '{sync_id}'"
        )
