"""A source on its pages: how it stands, what it did, what can be changed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from counterfoil.actions import sources, syncs
from counterfoil.actions.destination_changes import NewDestination, create
from counterfoil.actions.source_changes import Feed, NewSource
from counterfoil.actions.sync_now import sync_now
from counterfoil.model.actor import Role
from counterfoil.model.log_line import LogLine
from counterfoil.sandbox.running import Sandbox
from counterfoil.store import log_lines
from counterfoil.sync.progress import SILENT
from tests.api.service import Service
from tests.web.conftest import Browser, sign_up, sign_up_as
from tests.web.test_things import connect

Browse = Callable[[Service], Browser]


@pytest.fixture
def ada(connected: Service, browse: Browse, sandbox: Sandbox, tmp_path: Path) -> Browser:
    """Someone whose one source was synced."""
    browser = browse(connected)
    sign_up(browser)
    connect(browser, sandbox)
    around = connected.around
    create(around, NewDestination(name="lake", kind="duckdb", options={"path": str(tmp_path / "l.duckdb")}))
    new = NewSource(
        name="Acme",
        credential="acme",
        streams=frozenset({"Customer"}),
        prefix="a_",
        feeds=(Feed(destination="lake"),),
    )
    sources.create(around, new)
    sync_now(around, "Acme", SILENT)
    return browser


def test_a_sync_is_shown_stream_by_stream(ada: Browser) -> None:
    (sync,) = syncs.latest(ada.service.db)
    ada.open(f"/syncs/{sync.id}")

    assert ada.heading == "Landed, 35 rows changed"
    assert "Customer" in ada.page.text
    assert "data-over" in ada.page.text  # over: nothing to wait for


def test_what_was_said_during_a_sync_is_shown_and_can_be_kept(ada: Browser) -> None:
    ada.open("/sources/Acme")
    ada.send("/sources/Acme/sync")
    sync = syncs.latest(ada.service.db)[0]
    told = [
        LogLine(n=1, at=sync.started_at, level="INFO", text="Customer <b>", data={}),
        LogLine(
            n=2,
            at=sync.started_at,
            level="INFO",
            text="Customer: reading",
            data={"stream": "Customer", "stage": "reading", "records": 400, "counted": 1200, "calls": 1},
        ),
    ]
    log_lines.add(ada.service.db, sync.id, told)

    ada.open(f"/syncs/{sync.id}")

    assert 'aria-label="Customer: 400 of 1,200"' in ada.page.text
    assert "Customer &lt;b&gt;" in ada.page.text
    assert "INFO    Customer <b>\n" in ada.open(f"/syncs/{sync.id}/log").text


def test_tables_are_listed_with_their_rows(ada: Browser) -> None:
    ada.open("/sources/Acme/tables")

    assert "<code>a_customer</code>" in ada.page.text


def test_pausing_resuming_and_syncing(ada: Browser) -> None:
    ada.open("/sources/Acme")
    ada.send("/sources/Acme/pause", paused="yes")
    assert "Paused" in ada.page.text
    ada.send("/sources/Acme/pause", paused="no")
    assert not sources.show(ada.service.db, "Acme").source.paused
    ada.send("/sources/Acme/sync", full="yes")
    newest = syncs.latest(ada.service.db)[0]
    assert (ada.path, newest.full) == (f"/syncs/{newest.id}", True)
    ada.send(f"/syncs/{newest.id}/cancel")
    assert ada.heading == "Cancelled"


def test_a_viewer_sees_it_all_and_changes_nothing(ada: Browser, browse: Browse) -> None:
    vi = browse(ada.service)
    sign_up_as(ada, vi, Role.VIEWER)
    for path in ("/", "/sources", "/sources/Acme", "/sources/Acme/tables", "/sources/Acme/settings"):
        assert vi.open(path).status_code == 200
    for path in ("sync", "pause", "remove", "settings"):
        vi.send(f"/sources/Acme/{path}", typed="Acme", name="x", schedule="manual", do="change")
        assert vi.page.status_code == 403
        vi.open("/")
