"""A source on its pages: how it stands, what it did, what can be changed."""

from collections.abc import Callable
from datetime import timedelta
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
from counterfoil.store import sources as stored
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


def test_the_overview_says_that_all_is_well(ada: Browser) -> None:
    ada.open("/")

    assert ada.heading == "All books are current"
    assert "On time" in ada.page.text
    assert "Last 1 sync: 1 landed" in ada.page.text


def test_the_overview_says_first_what_needs_somebody(ada: Browser) -> None:
    ada.open("/credentials")
    ada.send("/credentials/acme/disconnect")

    ada.open("/")

    assert ada.heading == "1 source needs you"
    assert "Acme: needs reconnect" in ada.page.text


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


def test_another_prefix_is_asked_about_before_it_is_taken(ada: Browser) -> None:
    ada.open("/sources/Acme/settings")
    version = str(sources.show(ada.service.db, "Acme").source.version)
    wanted = {"name": "Acme", "prefix": "b_", "schedule": "every 1 hour", "version": version}

    ada.send("/sources/Acme/settings", **wanted, do="ask")
    assert "What this means" in ada.page.text
    assert sources.show(ada.service.db, "Acme").source.prefix == "a_"
    ada.send("/sources/Acme/settings", **wanted, do="change")

    assert sources.show(ada.service.db, "Acme").source.prefix == "b_"
    assert "Kept." in ada.page.text


def test_the_second_of_two_editors_is_told(ada: Browser) -> None:
    ada.open("/sources/Acme/settings")
    version = str(sources.show(ada.service.db, "Acme").source.version)
    for schedule in ("every 1 hour", "every 3 hours"):
        ada.send(
            "/sources/Acme/settings",
            name="Acme",
            prefix="a_",
            schedule=schedule,
            version=version,
            do="change",
        )

    assert ada.page.status_code == 409
    assert 'value="every 3 hours"' in ada.page.text
    assert str(sources.show(ada.service.db, "Acme").source.schedule).startswith("every 1 hour")


def test_pausing_resuming_syncing_and_forgetting(ada: Browser) -> None:
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
    ada.open("/sources/Acme/settings")
    ada.send("/sources/Acme/remove", typed="Acm")
    assert ada.page.status_code == 404
    ada.send("/sources/Acme/remove", typed="Acme")

    assert sources.every(ada.service.db) == ()


def test_a_viewer_sees_it_all_and_changes_nothing(ada: Browser, browse: Browse) -> None:
    vi = browse(ada.service)
    sign_up_as(ada, vi, Role.VIEWER)
    for path in ("/", "/sources", "/sources/Acme", "/sources/Acme/tables", "/sources/Acme/settings"):
        assert vi.open(path).status_code == 200
    for path in ("sync", "pause", "remove", "settings"):
        vi.send(f"/sources/Acme/{path}", typed="Acme", name="x", schedule="manual", do="change")
        assert vi.page.status_code == 403
        vi.open("/")


def test_a_run_that_is_long_due_is_late(ada: Browser) -> None:
    around = ada.service.around
    source = sources.show(around.db, "Acme").source
    stored.set_next_run(around.db, source, around.now() - timedelta(hours=1))

    assert ada.open("/").text.count("Late") == 1
    assert ada.heading == "1 source needs you"
