"""What an operator sees first, and the list of sources: on SQLite and on PostgreSQL."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from counterfoil.actions import sources, spending
from counterfoil.actions.overview import Sort, Wanted, listed, needing, overview
from counterfoil.actions.surroundings import Surroundings
from counterfoil.model.calls import Calls
from counterfoil.model.credential import CredentialState
from counterfoil.model.cursor import Cursor
from counterfoil.model.log_line import LogLine
from counterfoil.model.standing import Standing
from counterfoil.model.sync import Sync, SyncState
from counterfoil.store import calls, credentials, cursors, log_lines, syncs
from counterfoil.store import sources as stored
from tests.actions.conftest import BOOKS, NOW

MINUTE = timedelta(minutes=1)
CONNECTED = CredentialState.CONNECTED


@pytest.fixture
def around(around: Surroundings) -> Surroundings:
    """Two sources: books of acme, and Cedar of birch, which feeds another warehouse."""
    for name in ("acme", "birch"):
        credentials.save(
            around.db, replace(credentials.named(around.db, name), state=CONNECTED, company_name=name.title())
        )
    sources.create(around, BOOKS)
    feeds = (replace(BOOKS.feeds[0], destination="spare"),)
    sources.create(around, replace(BOOKS, name="Cedar", credential="birch", prefix="cedar_", feeds=feeds))
    return around


def ran(
    around: Surroundings,
    state: SyncState,
    began: datetime,
    *,
    source: str = "books",
    code: str = "",
    **more: Any,
) -> Sync:
    sync = Sync(
        id=f"sync_{source}_{began:%d%H%M}",
        source=stored.named(around.db, source),
        state=state,
        started_at=began,
        ended_at=began + MINUTE if state.is_over else None,
        code=code,
        **more,
    )
    syncs.save(around.db, sync)
    return sync


def standings(around: Surroundings, wanted: Wanted | None = None) -> dict[str, Standing]:
    return {line.source.name: line.standing for line in listed(around, wanted or Wanted()).lines}


def test_the_newest_sync_that_ended_by_itself_decides(around: Surroundings) -> None:
    ran(around, SyncState.FAILED, NOW - 9 * MINUTE, code="defect")
    ran(around, SyncState.SUCCEEDED, NOW - 8 * MINUTE)
    ran(around, SyncState.CANCELLED, NOW - 7 * MINUTE)

    assert standings(around) == {"books": Standing.ON_TIME, "Cedar": Standing.NEW}
    assert needing(around) == overview(around).needing == 0


def test_failures_are_counted_from_the_last_that_landed(around: Surroundings) -> None:
    ran(around, SyncState.FAILED, NOW - 9 * MINUTE, code="defect")
    ran(around, SyncState.PARTIAL, NOW - 8 * MINUTE)
    ran(around, SyncState.FAILED, NOW - 7 * MINUTE, code="quickbooks.down")
    ran(around, SyncState.FAILED, NOW - 6 * MINUTE, code="quickbooks.down")

    (books,) = listed(around, Wanted(words="BOOKS")).lines
    assert (books.standing, books.since) == (Standing.BACKING_OFF, NOW - 6 * MINUTE)
    assert (books.glance.failures, books.glance.fresh_as_of) == (2, NOW - 8 * MINUTE)
    assert needing(around) == 0
    ran(around, SyncState.FAILED, NOW - 5 * MINUTE, code="quickbooks.down")
    assert needing(around) == 1
    assert [line.source.name for line in overview(around).urgent] == ["books"]


def test_a_credential_that_ended_and_a_run_that_is_due_need_somebody(around: Surroundings) -> None:
    ran(around, SyncState.SUCCEEDED, NOW - 9 * MINUTE)
    credentials.note_ended(around.db, "cred_birch")
    stored.set_next_run(around.db, stored.named(around.db, "books"), NOW - 60 * MINUTE)

    assert standings(around) == {"Cedar": Standing.RECONNECT, "books": Standing.LATE}
    assert needing(around) == 2


def test_one_that_waits_beside_one_that_runs_shows_the_one_that_runs(around: Surroundings) -> None:
    running = ran(around, SyncState.RUNNING, NOW - 2 * MINUTE)
    ran(around, SyncState.WAITING, NOW - MINUTE)
    told = {"stream": "Invoice", "stage": "reading", "records": 400, "counted": 1_200, "calls": 1}
    log_lines.add(around.db, running.id, [LogLine(n=1, at=NOW, level="INFO", text="Invoice", data=told)])

    (books,) = listed(around, Wanted(state=Standing.SYNCING)).lines

    assert books.since == NOW - 2 * MINUTE
    assert books.headway is not None
    assert (books.headway.read, books.headway.counted) == (400, 1_200)


def test_a_paused_source_tells_since_when(around: Surroundings) -> None:
    sources.pause(around, "books")

    (books,) = listed(around, Wanted(state=Standing.PAUSED)).lines

    assert books.since == NOW


def test_a_list_is_narrowed_by_words_state_and_destination_and_sorted(around: Surroundings) -> None:
    ran(around, SyncState.SUCCEEDED, NOW - 9 * MINUTE)
    ran(around, SyncState.SUCCEEDED, NOW - 5 * MINUTE, source="Cedar")

    assert list(standings(around, Wanted(words="cedar_"))) == ["Cedar"]
    assert list(standings(around, Wanted(words="birch"))) == ["Cedar"]
    assert list(standings(around, Wanted(destination="duck"))) == ["books"]
    assert list(standings(around, Wanted(destination="nowhere"))) == []
    assert list(standings(around, Wanted(sort=Sort.FRESH))) == ["books", "Cedar"]
    assert list(standings(around, Wanted(sort=Sort.NAME))) == ["books", "Cedar"]
    late = listed(around, Wanted(state=Standing.LATE))
    assert (late.lines, late.counts) == ((), {Standing.ON_TIME: 2})


def test_a_page_that_there_is_not_shows_the_last(around: Surroundings) -> None:
    found = listed(around, Wanted(page=99))

    assert (found.page, found.pages, len(found.lines)) == (1, 1, 2)


def test_rows_and_calls_are_told_by_source_and_in_all(around: Surroundings) -> None:
    for name, rows in (("books", 300), ("Cedar", 7)):
        (feed,) = sources.show(around.db, name).connections
        landed = [Cursor(stream=stream, changed_since=NOW, rows=rows) for stream in ("Bill", "Invoice")]
        cursors.advance(around.db, feed, landed)
    calls.add(around.db, Calls(realm_id="1", day=NOW.date(), metered=40, calls=50))
    calls.add(around.db, Calls(realm_id="1", day=NOW.date().replace(month=10), metered=900, calls=900))

    seen = overview(around)

    assert {line.source.name: (line.rows, line.calls) for line in seen.lines} == {
        "books": (600, 40),
        "Cedar": (14, 0),
    }
    assert (seen.rows, seen.spending.used) == (614, 40)


def test_what_is_expected_by_the_months_end_follows_from_the_schedules(around: Surroundings) -> None:
    hourly = spending.spending(around).expected
    sources.pause(around, "books")

    # 206 hours and a half are left of November, with a call in each of each of the two.
    assert (hourly, spending.spending(around).expected) == (413, 206)
    assert not spending.spending(around).warns
    assert spending.spending(replace(around, monthly_calls=200)).warns
