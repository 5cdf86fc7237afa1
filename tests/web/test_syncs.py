"""The page of one sync: what came of it, how far it is, what to do."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

import duckdb
import pytest

from counterfoil.actions import syncs
from counterfoil.errors import RateLimited, ReconnectNeeded
from counterfoil.model.actor import Role
from counterfoil.model.sync import SyncState
from tests.web.books import HOSTILE, Books, books
from tests.web.conftest import Browser, sign_up_as
from tests.web.kept import Line, end, kept, real


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    with books(tmp_path_factory.mktemp("books")) as made:
        yield made


@pytest.fixture
def ada(acme: Books) -> Browser:
    return acme.browser


def begun(names: Mapping[str, int], stage: str = "reading", counted: int | None = None) -> list[Any]:
    return [
        (
            "INFO",
            f"{name}: {stage}",
            {"stream": name, "stage": stage, "records": records, "counted": counted, "calls": 1},
        )
        for name, records in names.items()
    ]


def rows(ada: Browser, table: str) -> list[str]:
    """The rows of a table on the page, without mark-up."""
    found = re.search(rf"<table[^>]*{table}.*?</table>", ada.page.text, re.S)
    assert found, table
    bodies = re.findall(r"<tr role=\"row\"(?! *>\s*<th role=\"columnheader\").*?</tr>", found[0], re.S)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in bodies]


def test_the_heading_tells_how_much_changed(ada: Browser, acme: Books) -> None:
    sync = real(acme)
    changed = sync.totals.inserted + sync.totals.updated + sync.totals.deleted

    ada.open(f"/syncs/{sync.id}")

    assert ada.heading == f"Landed, {changed:,} rows changed"
    assert "data-over" in ada.page.text  # nothing to wait for


def test_what_changed_is_told_table_by_table(ada: Browser, acme: Books) -> None:
    ada.open(f"/syncs/{real(acme).id}")

    told = {row.split()[0]: row.split()[1:] for row in rows(ada, "What changed in each table")}
    with duckdb.connect(acme.lake, read_only=True) as lake:
        (there,) = lake.execute("SELECT count(*) FROM quickbooks.a_invoice").fetchone() or (0,)
    assert told["a_invoice"] == [str(there), "–", "–", "–", str(there)]


def test_a_sync_that_failed_says_what_happened_what_it_touched_and_what_to_do(
    ada: Browser, acme: Books
) -> None:
    sync = kept(
        acme, state=SyncState.FAILED, code=RateLimited.code, what="Too many <calls>.", do="Wait a minute."
    )

    ada.open(f"/syncs/{sync.id}")

    assert ada.heading == "Did not land: QuickBooks asked to wait"
    for told in ("Too many &lt;calls&gt;.", "every table stands as it did before", "Wait a minute."):
        assert told in ada.page.text


def test_trying_again_asks_for_the_same(ada: Browser, acme: Books) -> None:
    asked = frozenset({"Customer"})
    sync = kept(acme, state=SyncState.FAILED, code="defect", what="Oh.", full=True, streams=asked)
    ada.open("/sources/Acme?state=failed")

    ada.send(f"/syncs/{sync.id}/again")

    waiting = syncs.show(acme.ada.db, ada.path.removeprefix("/syncs/")).sync
    assert (waiting.state, waiting.full, waiting.streams) == (SyncState.WAITING, True, asked)
    assert ada.heading == "Waiting for a free place"
    assert "Asked for by ada@example.com" in ada.page.text
    ada.send(f"/syncs/{waiting.id}/cancel")
    assert ada.heading == "Cancelled"


def test_who_has_to_reconnect_is_led_there(ada: Browser, acme: Books) -> None:
    sync = kept(acme, state=SyncState.FAILED, code=ReconnectNeeded.code, what="Intuit ended it.")

    ada.open(f"/syncs/{sync.id}")

    assert re.search(r'class="btn btn--primary" href="/credentials">.*?Reconnect</a>', ada.page.text)


def test_records_that_could_not_be_served_are_in_the_heading_and_named(ada: Browser, acme: Books) -> None:
    clerk = acme.sandbox.books()
    poisoned = clerk.ids("Invoice")[3]
    clerk.change("Invoice", poisoned, {"PrivateNote": "x"})
    clerk.books.poisoned.add(("Invoice", poisoned))
    acme.sync()
    clerk.books.poisoned.clear()

    ada.open(f"/syncs/{syncs.latest(acme.ada.db, 'Acme', limit=1)[0].id}")

    assert ada.heading == "Landed, but for some records of Invoice"
    assert "All streams landed. Of Invoice some records are missing." in ada.page.text
    assert "QuickBooks could not serve 1 of Invoice" in ada.page.text
    assert [row.split()[:2] for row in rows(ada, "Streams with trouble")] == [["Invoice", "Incomplete"]]


def test_a_running_sync_shows_how_far_each_stream_is(ada: Browser, acme: Books) -> None:
    sync = kept(
        acme,
        ("INFO", "counted", {"counts": {"Invoice": 1200, "Customer": 300, "Nonsense": 5}}),
        *begun({"Invoice": 400}, counted=1200),
        state=SyncState.RUNNING,
        ended_at=None,
    )

    ada.open(f"/syncs/{sync.id}")

    assert ada.heading.startswith("Reading ")
    assert "400 of 1,500 records" in " ".join(ada.page.text.split())
    assert rows(ada, "How far each table is") == [
        "a_invoice Reading 400 of 1,200 1",
        "a_customer Waiting 0 of 300 –",
    ]
    assert "data-over" not in ada.page.text
    end(acme, sync)


def test_the_live_part_brings_only_lines_that_are_new(ada: Browser, acme: Books) -> None:
    lines: list[Line] = [("INFO", text, {}) for text in ("first", "second", "third")]
    sync = kept(acme, *lines, state=SyncState.RUNNING, ended_at=None)

    ada.open(f"/syncs/{sync.id}/live?after=2")

    assert "<html" not in ada.page.text
    assert re.findall(r"<span>(first|second|third)</span>", ada.page.text) == ["third"]
    assert 'data-after="3"' in ada.page.text
    end(acme, sync)
    assert "data-over" in ada.open(f"/syncs/{sync.id}/live?after=3").text


def test_the_log_is_narrowed_by_level_and_words_without_scripts(ada: Browser, acme: Books) -> None:
    lines: list[Line] = [
        ("INFO", "alpha one", {}),
        ("WARNING", "Beta one", {}),
        ("ERROR", "beta two", {}),
    ]
    sync = kept(acme, *lines, state=SyncState.SUCCEEDED)

    ada.open(f"/syncs/{sync.id}?level=warning&q=BETA one")
    assert re.findall(r"(?:alpha|[Bb]eta) \w+", ada.page.text) == ["Beta one"]
    ada.open(f"/syncs/{sync.id}?q=gamma")

    assert "No line fits." in ada.page.text


def test_a_log_shows_text_and_no_secret(ada: Browser, acme: Books) -> None:
    sync = kept(acme, ("INFO", f"{HOSTILE} password=hunter2222", {}), state=SyncState.SUCCEEDED)

    for path in (f"/syncs/{sync.id}", f"/syncs/{sync.id}/log"):
        assert "hunter2222" not in ada.open(path).text
    assert "<script>alert" not in ada.open(f"/syncs/{sync.id}").text


def test_a_viewer_follows_and_changes_nothing(ada: Browser, acme: Books, browse: Any) -> None:
    sync = kept(acme, state=SyncState.FAILED, code="defect", what="Oh.")
    vi = browse(ada.service)
    sign_up_as(ada, vi, Role.VIEWER)
    assert "Try again" not in vi.open(f"/syncs/{sync.id}").text
    assert vi.open("/sources/Acme/live").status_code == 200

    vi.open("/")
    assert vi.send(f"/syncs/{sync.id}/again").status_code == 403
