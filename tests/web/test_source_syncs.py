"""A source's syncs on its page: as bars, as a list to narrow and to page; and what its first one ends with."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import duckdb
import pytest

from counterfoil.actions import drafts, syncs
from counterfoil.model.outcome import Totals
from counterfoil.model.sync import Cause, SyncState
from tests.web.books import HOSTILE, Books, books
from tests.web.conftest import Browser
from tests.web.kept import kept, real


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    with books(tmp_path_factory.mktemp("books")) as made:
        yield made


@pytest.fixture
def ada(acme: Books) -> Browser:
    return acme.browser


def test_syncs_are_narrowed_by_state_cause_and_day(ada: Browser, acme: Books) -> None:
    at = datetime(2026, 2, 3, 23, 59, tzinfo=UTC)
    wanted = kept(acme, state=SyncState.PARTIAL, cause=Cause.WEBHOOK, started_at=at)
    kept(acme, state=SyncState.PARTIAL, cause=Cause.WEBHOOK, started_at=at + timedelta(minutes=1))
    kept(acme, state=SyncState.PARTIAL, cause=Cause.SCHEDULE, started_at=at)

    ada.open("/sources/Acme?state=partial&cause=webhook&since=2026-02-03&until=2026-02-03")

    assert re.findall(r'class="name" href="/syncs/(\w+)"', ada.page.text) == [wanted.id]
    assert '<option value="partial" selected>' in ada.page.text
    assert "No sync fits." in ada.open("/sources/Acme?until=2020-01-01").text
    assert "is no day" in ada.open("/sources/Acme?since=soon").text


def test_older_syncs_are_on_further_pages(ada: Browser, acme: Books) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    ids = [
        kept(acme, state=SyncState.SUCCEEDED, cause=Cause.FIRST, started_at=at + timedelta(hours=hour)).id
        for hour in range(52)
    ]
    ada.open("/sources/Acme?cause=first")
    shown = re.findall(r'class="name" href="/syncs/(\w+)"', ada.page.text)
    older = re.search(r'href="([^"]+)">Older syncs', ada.page.text)
    assert older is not None

    ada.open(f"/sources/Acme{unescape(older[1])}")

    shown += re.findall(r'class="name" href="/syncs/(\w+)"', ada.page.text)
    assert shown == ids[::-1]
    assert "data-over" in ada.page.text  # what is past does not move


def test_the_bars_are_drawn_from_the_table_and_leave_no_hole_without_scripts(
    ada: Browser, acme: Books
) -> None:
    kept(
        acme,
        state=SyncState.FAILED,
        code="defect",
        what=HOSTILE,
        totals=Totals(inserted=3, updated=2),
        started_at=datetime(2026, 2, 1, tzinfo=UTC),
        ended_at=datetime(2026, 2, 1, 0, 0, 9, tzinfo=UTC),
    )

    ada.open("/sources/Acme?since=2026-02-01&until=2026-02-01")

    assert re.search(r'<figure[^>]*data-chart="syncs" hidden>', ada.page.text)
    assert 'data-tone="bad" data-state="Did not land"' in ada.page.text
    assert 'data-seconds="9.0" data-rows="5"' in ada.page.text
    assert "<script>alert" not in ada.page.text


def test_after_the_first_sync_there_is_sql_that_runs_as_it_stands(ada: Browser, acme: Books) -> None:
    ada.open(f"/syncs/{real(acme).id}?first=1")

    queries = [unescape(sql) for sql in re.findall(r'<pre id="sql-[^>]*>(.*?)</pre>', ada.page.text, re.S)]
    with duckdb.connect(acme.lake, read_only=True) as lake:
        found = [lake.execute(sql).fetchall() for sql in queries]
    assert len(found) == 2
    assert all(found)
    assert str(acme.lake) in ada.page.text


def test_after_the_first_sync_the_first_rows_are_shown_as_text(ada: Browser, acme: Books) -> None:
    clerk = acme.sandbox.books()
    first = min(clerk.ids("Customer"), key=lambda id_: (len(id_), id_))
    clerk.change("Customer", first, {"CompanyName": HOSTILE})
    acme.sync()

    ada.open(f"/syncs/{real(acme).id}?first=1")

    assert "The first rows of <code>a_customer</code>" in ada.page.text
    assert "&lt;script&gt;alert(1)" in ada.page.text
    assert "<script>alert" not in ada.page.text


def test_what_was_counted_while_a_source_was_set_up_is_what_its_first_sync_has_to_read(
    ada: Browser, acme: Books
) -> None:
    around = acme.ada
    draft = drafts.begin(around, "Birch")
    choices = replace(
        draft.choices,
        credential="acme",
        prefix="b_",
        schedule="manual",
        streams=("Invoice",),
        feeds=(("lake", ""),),
        counts={"Invoice": 77, "Customer": 5},
    )
    drafts.choose(around, draft.id, choices)
    sync = drafts.finish(around, draft.id)

    ada.open(f"/syncs/{sync.id}?first=1")

    assert "0 of 77 records" in " ".join(ada.page.text.split())
    assert "QuickBooks counted 77 records in 1 stream before" in ada.page.text
    assert 'aria-current="step">First sync' in ada.page.text
    syncs.cancel(around, sync.id)
