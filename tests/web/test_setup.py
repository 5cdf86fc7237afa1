"""A source is set up by pages alone, from the Directory to the first sync."""

import re
from collections.abc import Callable

import pytest

from counterfoil.actions import destinations, drafts, sources, syncs
from counterfoil.model.actor import Role
from counterfoil.model.schedule import Basic
from counterfoil.model.sync import SyncState
from counterfoil.sandbox.running import Sandbox
from tests.api.service import Service
from tests.web.conftest import Browser, agree, sign_up, sign_up_as
from tests.web.setting_up import (
    ACME,
    SCHEDULE,
    as_far_as_the_destination,
    as_its_maker,
    connect,
    draft_of,
)

Browse = Callable[[Service], Browser]


@pytest.fixture
def ada(connected: Service, browse: Browse) -> Browser:
    browser = browse(connected)
    sign_up(browser)
    return browser


def test_from_the_directory_to_a_first_sync_that_waits(ada: Browser, sandbox: Sandbox) -> None:
    draft = connect(ada, sandbox)
    assert re.search(r'value="acme" required\s+checked', ada.page.text)
    ada.send(f"{draft}/connect", credential="acme")
    ada.send(f"{draft}/schedule", **SCHEDULE)
    ada.send(f"{draft}/data", all="no", stream="Invoice")
    ada.send(f"{draft}/duckdb")
    ada.send(f"{draft}/destination", destination="books")
    assert ada.path == f"{draft}/first-sync"
    for chosen in (
        "Acme &lt;b&gt;books",
        "<code>acme_invoice</code>",
        "1 stream",
        "Europe/Berlin",
        "books",
    ):
        assert chosen in ada.page.text
    ada.send(f"{draft}/first-sync")

    (view,) = sources.every(ada.service.db)
    (sync,) = syncs.latest(ada.service.db)
    assert ada.path == f"/syncs/{sync.id}"
    assert ada.page.status_code == 200
    assert sync.state is SyncState.WAITING
    assert view.source.name == ACME
    assert "<b>books" not in ada.page.text
    assert (view.source.prefix, view.source.streams) == ("acme_", frozenset({"Invoice"}))
    assert isinstance(view.source.schedule, Basic)
    assert [(feed.destination.kind, feed.dataset) for feed in view.connections] == [("duckdb", "quickbooks")]
    assert "not finished" not in ada.open("/directory").text


def test_a_draft_waits_in_the_directory_at_the_step_that_is_next(ada: Browser, sandbox: Sandbox) -> None:
    draft = connect(ada, sandbox)
    assert f'href="{draft}/connect"' in ada.open("/directory").text
    ada.send(f"{draft}/connect", credential="acme")

    assert f'href="{draft}/schedule"' in ada.open("/directory").text
    assert "stands at schedule" in ada.page.text
    ada.send(f"{draft}/throw-away")

    assert draft not in ada.open("/directory").text


def test_a_step_that_is_reached_too_early_leads_to_the_first_open_one(ada: Browser, sandbox: Sandbox) -> None:
    draft = connect(ada, sandbox)
    for early in ("", "/schedule", "/data", "/destination", "/first-sync"):
        ada.open(f"{draft}{early}")

        assert ada.path == f"{draft}/connect"


def test_a_draft_whose_destination_was_forgotten_goes_back_to_that_step(
    ada: Browser, sandbox: Sandbox
) -> None:
    draft = as_far_as_the_destination(ada, sandbox)
    ada.send(f"{draft}/duckdb")
    ada.send(f"{draft}/destination", destination="books")
    destinations.remove(ada.service.around, "books")
    ada.send(f"{draft}/first-sync")

    assert ada.path == f"{draft}/destination"
    assert sources.every(ada.service.db) == ()


def test_a_name_that_is_taken_is_refused_at_once_and_stays_typed(ada: Browser, sandbox: Sandbox) -> None:
    draft = as_far_as_the_destination(ada, sandbox)
    ada.send(f"{draft}/duckdb")
    ada.send(f"{draft}/destination", destination="books")
    ada.send(f"{draft}/first-sync")
    ada.open("/setup")
    ada.send("/setup", name=ACME)

    assert ada.page.status_code == 409
    assert "There is a source named" in ada.page.text
    assert 'value="Acme &lt;b&gt;books"' in ada.page.text


def test_a_company_that_needs_it_is_reconnected_right_at_the_step(ada: Browser, sandbox: Sandbox) -> None:
    draft = connect(ada, sandbox)
    ada.send("/credentials/acme/disconnect")
    ada.open(f"{draft}/connect")
    assert "Needs reconnect" in ada.page.text
    assert 'form="r1"' in ada.page.text
    assert '<form method="post" action="/credentials/connect" id="r1">' in ada.page.text
    ada.send(f"{draft}/connect", credential="acme")
    assert ada.page.status_code == 422
    assert "has ended" in ada.page.text

    ada.http.follow_redirects = False
    ada.send("/credentials/connect", credential="acme", back=f"{draft}/connect")
    ada.http.follow_redirects = True
    ada.open(agree(ada.page.headers["location"], sandbox.realms[0]))

    assert ada.path == f"{draft}/connect"
    assert re.search(r'value="acme" required\s+checked', ada.page.text)


def test_connected_companies_are_found_by_name_and_the_chosen_one_stays(
    ada: Browser, sandbox: Sandbox
) -> None:
    draft = connect(ada, sandbox)

    assert 'value="acme"' in ada.open(f"{draft}/connect?q={sandbox.realms[0]}").text
    assert 'value="acme"' not in ada.open(f"{draft}/connect?q=nobody").text
    ada.open(f"{draft}/connect?q=nobody&connected=acme")
    assert re.search(r'value="acme" required\s+checked', ada.page.text)


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
    assert (
        '<div id="prefix-told" hx-swap-oob="true">' in ada.page.text
    )  # stands under the field, far from the rest
    assert ada.page.text.count("06:00") == 6  # five runs, and the schedule in words
    assert "Metered calls a month" in ada.page.text


def test_without_a_script_the_page_shows_what_the_schedule_comes_to(ada: Browser, sandbox: Sandbox) -> None:
    draft = connect(ada, sandbox)
    ada.send(f"{draft}/connect", credential="acme")
    ada.open(f"{draft}/schedule?prefix=west_&kind=cron&every=1+hour&start=&zone=UTC&cron=15+7+*+*+*")

    assert "<b>west_</b>account<br>" in ada.page.text
    assert "07:15" in ada.page.text
    assert 'value="15 7 * * *"' in ada.page.text
    assert drafts.show(as_its_maker(ada), draft.rsplit("/", 1)[1]).choices.schedule == ""


def test_a_table_that_another_source_writes_is_told_while_one_types(ada: Browser, sandbox: Sandbox) -> None:
    first = as_far_as_the_destination(ada, sandbox)
    ada.send(f"{first}/duckdb")
    ada.send(f"{first}/destination", destination="books")
    ada.send(f"{first}/first-sync")
    ada.open("/setup")
    ada.send("/setup", name="Birch")
    draft = f"/setup/{draft_of(ada)}"
    ada.send(f"{draft}/connect", credential="acme")
    typed = "kind=basic&every=24+hours&start=06:00&zone=UTC&cron="

    assert (
        "writes <code>acme_invoice</code> in books.quickbooks"
        in ada.open(f"{draft}/preview?prefix=acme_&{typed}").text
    )
    assert "No other source" in ada.open(f"{draft}/preview?prefix=birch_&{typed}").text
    ada.open(f"{draft}/schedule")
    ada.send(f"{draft}/schedule", **SCHEDULE)
    ada.send(f"{draft}/data", all="yes")
    ada.send(f"{draft}/destination", destination="books")

    assert ada.page.status_code == 409
    assert "would both write the table" in ada.page.text
    assert re.search(r'value="books"\s*checked', ada.page.text)
    ada.send(f"{draft}/destination", destination="books", **{"dataset.books": "birch"})
    assert ada.path == f"{draft}/first-sync"


def test_a_prefix_is_suggested_where_tables_without_one_are_there_already(
    ada: Browser, sandbox: Sandbox
) -> None:
    first = connect(ada, sandbox)
    ada.send(f"{first}/connect", credential="acme")
    assert 'name="prefix" value=""' in ada.page.text
    ada.send(f"{first}/schedule", **{**SCHEDULE, "prefix": ""})
    ada.send(f"{first}/data", all="yes")
    ada.send(f"{first}/duckdb")
    ada.send(f"{first}/destination", destination="books")
    ada.send(f"{first}/first-sync")
    ada.open("/setup")
    ada.send("/setup", name="Birch")
    ada.send(f"/setup/{draft_of(ada)}/connect", credential="acme")

    assert re.search(r'name="prefix" value="[a-z_0-9]+_"', ada.page.text)


def test_nobody_sees_the_draft_of_another(ada: Browser, sandbox: Sandbox, browse: Browse) -> None:
    draft = connect(ada, sandbox)
    ed = browse(ada.service)
    sign_up_as(ada, ed, Role.EDITOR)

    assert ed.open(f"{draft}/schedule").status_code == 404
    assert "Ada, last changed" in ed.open("/directory").text  # so that nobody sets up the same company
    assert draft not in ed.page.text
