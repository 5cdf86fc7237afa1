"""A source is set up by pages alone, from the Directory to the first sync."""

import re
from collections.abc import Callable

import pytest

from counterfoil.actions import sources, syncs
from counterfoil.model.actor import Role
from counterfoil.model.schedule import Basic
from counterfoil.model.sync import SyncState
from counterfoil.sandbox.running import Sandbox
from tests.api.service import Service
from tests.web.conftest import Browser, agree, sign_up, sign_up_as

Browse = Callable[[Service], Browser]
SCHEDULE = {
    "prefix": "acme_",
    "kind": "basic",
    "every": "24 hours",
    "start": "06:00",
    "zone": "Europe/Berlin",
    "cron": "",
}


@pytest.fixture
def ada(connected: Service, browse: Browse) -> Browser:
    browser = browse(connected)
    sign_up(browser)
    return browser


def draft_of(browser: Browser) -> str:
    found = re.match(r"/setup/(draft_\w+)/", browser.path)
    assert found, browser.path
    return found[1]


def connect(browser: Browser, sandbox: Sandbox) -> str:
    """Name a source and connect its company; the address of the draft."""
    browser.open("/directory")
    browser.open("/setup")
    browser.send("/setup", name="Acme <b>books</b>")
    draft = f"/setup/{draft_of(browser)}"
    browser.http.follow_redirects = False
    browser.send("/credentials/connect", name="acme", environment="sandbox", back=f"{draft}/connect")
    browser.http.follow_redirects = True
    browser.open(agree(browser.page.headers["location"], sandbox.realms[0]))
    return draft


def test_from_the_directory_to_a_first_sync_that_waits(ada: Browser, sandbox: Sandbox) -> None:
    draft = connect(ada, sandbox)
    assert 'value="acme" required checked' in ada.page.text
    ada.send(f"{draft}/connect", credential="acme")
    ada.send(f"{draft}/schedule", **SCHEDULE)
    ada.send(f"{draft}/data", all="no", stream="Invoice")
    ada.send(f"{draft}/duckdb")
    ada.send(f"{draft}/destination", destination="books")

    (view,) = sources.every(ada.service.db)
    (sync,) = syncs.latest(ada.service.db)
    assert ada.path == f"/syncs/{sync.id}"
    assert ada.page.status_code == 200
    assert sync.state is SyncState.WAITING
    assert view.source.name == "Acme <b>books</b>"
    assert "<b>books" not in ada.page.text
    assert (view.source.prefix, view.source.streams) == ("acme_", frozenset({"Invoice"}))
    assert isinstance(view.source.schedule, Basic)
    assert [(feed.destination.kind, feed.dataset) for feed in view.connections] == [("duckdb", "quickbooks")]
    assert "draft" not in ada.open("/directory").text.lower()


def test_a_draft_waits_in_the_directory(ada: Browser, sandbox: Sandbox) -> None:
    draft = connect(ada, sandbox)

    assert f'href="{draft}/connect"' in ada.open("/directory").text
    ada.send(f"{draft}/throw-away")

    assert draft not in ada.open("/directory").text


def test_what_was_typed_stays_when_it_cannot_be_used(ada: Browser, sandbox: Sandbox) -> None:
    draft = connect(ada, sandbox)
    ada.send(f"{draft}/connect", credential="acme")
    ada.send(f"{draft}/schedule", **{**SCHEDULE, "prefix": "Acme-", "kind": "cron", "cron": "* * * * *"})

    assert ada.page.status_code == 422
    assert 'value="Acme-"' in ada.page.text
    assert 'value="* * * * *"' in ada.page.text
    assert "may hold only" in ada.page.text


def test_the_preview_tells_tables_runs_and_cost_while_one_types(ada: Browser, sandbox: Sandbox) -> None:
    draft = connect(ada, sandbox)
    ada.open(f"{draft}/preview?prefix=acme_&kind=basic&every=24+hours&start=06:00&zone=Europe/Berlin&cron=")

    assert "<b>acme_</b>account<br>" in ada.page.text
    assert ada.page.text.count("06:00") == 6  # five runs, and the schedule in words
    assert "Metered calls a month" in ada.page.text


def test_records_are_counted_on_request_and_paid_for_once(ada: Browser, sandbox: Sandbox) -> None:
    draft = connect(ada, sandbox)
    ada.send(f"{draft}/connect", credential="acme")
    ada.open(f"{draft}/data")
    assert "Count the records" in ada.page.text

    ada.send(f"{draft}/counts")

    assert "Count the records" not in ada.page.text
    found = re.search(
        r'value="Invoice" checked>.*?<span class="num small">([0-9,]+)</span>', ada.page.text, re.S
    )
    assert found
    assert int(found[1].replace(",", "")) >= 3


def test_a_source_without_a_destination_is_not_made(ada: Browser, sandbox: Sandbox) -> None:
    draft = connect(ada, sandbox)
    ada.send(f"{draft}/connect", credential="acme")
    ada.send(f"{draft}/destination")

    assert ada.page.status_code == 422
    assert "No destination is chosen" in ada.page.text
    assert sources.every(ada.service.db) == ()


def test_nobody_sees_the_draft_of_another(ada: Browser, sandbox: Sandbox, browse: Browse) -> None:

    draft = connect(ada, sandbox)
    ed = browse(ada.service)
    sign_up_as(ada, ed, Role.EDITOR)

    assert ed.open(f"{draft}/schedule").status_code == 404
