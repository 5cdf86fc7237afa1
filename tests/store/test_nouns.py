"""What is saved comes back as it was."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from counterfoil.errors import AlreadyExists, NotFound
from counterfoil.model.connection import Connection
from counterfoil.model.credential import Credential
from counterfoil.model.destination import Destination
from counterfoil.model.outcome import Mode, StreamOutcome, StreamState, TableOutcome, Totals
from counterfoil.model.source import Source
from counterfoil.model.sync import Sync, SyncState
from counterfoil.store import connections, credentials, destinations, observed, outcomes, sources, syncs
from counterfoil.store.db import Database

NOW = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)


def test_a_connection_brings_its_source_credential_and_destination(db: Database, feed: Connection) -> None:
    assert connections.every(db) == (feed,)
    assert connections.of_source(db, feed.source) == (feed,)


def test_a_source_that_reads_all_streams_still_does_when_read_back(db: Database, books: Source) -> None:
    everything = replace(books, streams=None)
    sources.save(db, everything)

    assert sources.named(db, "acme books") == everything
    assert sources.every(db) == (everything,)


def test_a_time_comes_back_aware_and_in_utc_from_whatever_zone_it_went_in(
    db: Database, acme: Credential, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/Caracas")  # where this machine stands must not matter
    time.tzset()
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    credentials.save(db, replace(acme, created_at=tokyo))

    found = credentials.named(db, "acme").created_at
    monkeypatch.undo()
    time.tzset()

    assert found == NOW
    assert found.tzinfo == UTC


def test_a_time_without_a_zone_is_refused(db: Database, acme: Credential) -> None:
    with pytest.raises(StatementError, match="without a zone"):
        credentials.save(db, replace(acme, created_at=NOW.replace(tzinfo=None)))


def test_a_name_that_is_taken_is_refused(db: Database, acme: Credential) -> None:
    with pytest.raises(AlreadyExists):
        credentials.save(db, replace(acme, id="cred_other", realm_id="2"))


def test_one_company_has_one_credential(db: Database, acme: Credential) -> None:
    with pytest.raises(AlreadyExists):
        credentials.save(db, replace(acme, id="cred_other", name="acme again"))


@pytest.mark.parametrize("noun", [credentials, destinations, sources])
def test_what_was_never_saved_is_told_by_name(db: Database, noun: object) -> None:
    with pytest.raises(NotFound, match="nobody"):
        noun.named(db, "nobody")  # type: ignore[attr-defined]


def test_a_transaction_that_fails_keeps_nothing(db: Database, acme: Credential) -> None:
    twin = replace(acme, id="cred_twin", realm_id="2")

    def save_both(one: Database) -> None:
        credentials.save(one, replace(acme, company_name="changed"))
        credentials.save(one, twin)

    with pytest.raises(AlreadyExists), db.transaction() as one:
        save_both(one)

    assert credentials.every(db) == (acme,)


def test_removing_a_source_takes_its_connections_and_history_along(db: Database, feed: Connection) -> None:
    syncs.save(db, Sync(id="sync_1", source=feed.source, started_at=NOW))
    observed.save_fields(db, feed, "Invoice", ["Id"])

    sources.remove(db, feed.source)

    assert connections.every(db) == ()
    assert syncs.latest(db) == ()
    assert observed.fields(db, feed, "Invoice") == ()


def test_removing_what_others_need_is_refused(db: Database, feed: Connection, warehouse: Destination) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        destinations.remove(db, warehouse)

    assert destinations.every(db) == (warehouse,)


def test_fields_and_tables_are_remembered_sorted_and_apart(db: Database, feed: Connection) -> None:
    observed.save_fields(db, feed, "Invoice", ["TxnDate", "Id", "Line[].Amount", "Id"])
    observed.save_tables(db, feed, "Invoice", ["acme_invoice_line", "acme_invoice"])

    assert observed.fields(db, feed, "Invoice") == ("Id", "Line[].Amount", "TxnDate")
    assert observed.tables(db, feed, "Invoice") == ("acme_invoice", "acme_invoice_line")
    assert observed.fields(db, feed, "Bill") == ()


def test_threads_that_read_and_then_write_wait_for_each_other(db: Database, feed: Connection) -> None:
    def see(number: int) -> None:
        for step in range(10):
            observed.save_fields(db, feed, f"Stream{number}", [f"Field{step}"])

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(see, range(4)))

    assert observed.fields(db, feed, "Stream3") == ("Field9",)


def test_a_sync_is_followed_from_its_start_to_its_end(db: Database, books: Source) -> None:
    running = Sync(id="sync_1", source=books, started_at=NOW)
    syncs.save(db, running)
    ended = replace(
        running,
        state=SyncState.PARTIAL,
        ended_at=NOW + timedelta(seconds=9),
        totals=Totals(read=3, inserted=2, updated=1, calls=4),
        code="quickbooks.poisoned",
        what="Invoice 7 cannot be read.",
        do="Open and save it in QuickBooks.",
    )
    syncs.save(db, ended)

    assert syncs.with_id(db, "sync_1") == ended
    assert syncs.latest(db, books) == (ended,)


def test_the_newest_sync_comes_first_and_no_more_than_asked_for(db: Database, books: Source) -> None:
    for n in range(3):
        syncs.save(db, Sync(id=f"sync_{n}", source=books, started_at=NOW + timedelta(minutes=n)))

    assert [sync.id for sync in syncs.latest(db, limit=2)] == ["sync_2", "sync_1"]


def test_who_holds_the_lock_closes_what_died_running_on_that_company_only(
    db: Database, books: Source, acme: Credential
) -> None:
    cedar = replace(acme, id="cred_cedar", name="cedar", realm_id="77")
    credentials.save(db, cedar)
    other = replace(books, id="src_cedar", name="cedar books", credential=cedar)
    sources.save(db, other)
    syncs.save(db, Sync(id="sync_dead", source=books, started_at=NOW))
    syncs.save(db, Sync(id="sync_done", source=books, started_at=NOW, state=SyncState.SUCCEEDED))
    syncs.save(db, Sync(id="sync_alive", source=other, started_at=NOW))

    closed = syncs.close_abandoned(db, acme.realm_id, NOW + timedelta(hours=1))

    assert closed == 1
    assert syncs.with_id(db, "sync_dead").state is SyncState.INTERRUPTED
    assert syncs.with_id(db, "sync_dead").ended_at == NOW + timedelta(hours=1)
    assert syncs.with_id(db, "sync_done").state is SyncState.SUCCEEDED
    assert syncs.with_id(db, "sync_alive").state is SyncState.RUNNING


def test_outcomes_come_back_per_stream_with_their_tables(db: Database, feed: Connection) -> None:
    syncs.save(db, Sync(id="sync_1", source=feed.source, started_at=NOW))
    landed = StreamOutcome(
        connection_id=feed.id,
        stream="Invoice",
        mode=Mode.CHANGES,
        state=StreamState.LANDED,
        read=2,
        calls=1,
        tables=(TableOutcome(table="acme_invoice", inserted=1, updated=1, total=9),),
    )
    outcomes.save(db, "sync_1", [landed])

    assert outcomes.of(db, "sync_1") == (landed,)
