"""The overview and the list of sources: what needs somebody first, and every source to be found again."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from counterfoil.actions import drafts
from counterfoil.actions.destination_changes import NewDestination, create
from counterfoil.actions.source_changes import Feed, NewSource
from counterfoil.actions.sources import create as create_source
from counterfoil.model.actor import Role
from counterfoil.model.credential import Credential, CredentialState, Environment
from counterfoil.model.outcome import Totals
from counterfoil.model.schedule_text import parse
from counterfoil.model.sync import Sync, SyncState
from counterfoil.store import credentials, sources, syncs, users
from tests.api.service import Service
from tests.web.conftest import Browser, sign_up, sign_up_as

Browse = Callable[[Service], Browser]
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def ada(service: Service, browse: Browse) -> Browser:
    """An administrator whose Acme, Birch and Cedar are read each hour, and were never read yet."""
    browser = browse(service)
    sign_up(browser)
    create(service.around, NewDestination(name="lake", kind="duckdb", options={"path": "/tmp/lake.duckdb"}))
    for name in ("Acme", "Birch", "Cedar"):
        add(service, name)
    return browser


def add(service: Service, name: str) -> None:
    credential = Credential(
        id=f"cred_{name[:9]}",
        name=name.lower(),
        realm_id=str(len(credentials.every(service.db)) + 1),
        environment=Environment.SANDBOX,
        created_at=datetime(2026, 11, 1, tzinfo=UTC),
        company_name=f"{name} & Söhne",
        state=CredentialState.CONNECTED,
    )
    credentials.save(service.db, credential)
    feeds = (Feed(destination="lake"),)
    prefix = f"{name.lower()}_" if name.isalnum() else f"p{credential.realm_id}_"
    new = NewSource(
        name=name, credential=name.lower(), prefix=prefix, schedule=parse("every 1 hour"), feeds=feeds
    )
    create_source(service.around, new)


def ran(
    browser: Browser, name: str, state: SyncState = SyncState.SUCCEEDED, *, ago: timedelta = MINUTE
) -> Sync:
    failed = state is SyncState.FAILED
    began = browser.service.around.now() - ago
    sync = Sync(
        id=f"sync_{name[:5]}_{began:%H%M%S}",
        source=sources.named(browser.service.db, name),
        state=state,
        started_at=began,
        ended_at=began + timedelta(seconds=12) if state.is_over else None,
        totals=Totals(inserted=1_200),
        code="warehouse.refused" if failed else "",
        what=f"The warehouse said no to {HOSTILE}." if failed else "",
        do="Grant it." if failed else "",
    )
    syncs.save(browser.service.db, sync)
    return sync


def title(browser: Browser) -> str:
    found = re.search(r'<h1 id="sources-title" data-part>(.*?)</h1>', browser.page.text)
    assert found
    return found[1]


def names(browser: Browser, path: str = "") -> list[str]:
    if path:
        browser.open(path)
    return re.findall(r'<a class="name" href="[^"]*">\s*([^<]*)</a>', browser.page.text)


def test_the_first_page_of_an_empty_home_leads_to_the_first_source(service: Service, browse: Browse) -> None:
    browser = browse(service)
    sign_up(browser)

    browser.open("/")
    assert browser.heading == "Keep your own copy of your books"
    assert browser.page.text.count("btn--primary") == 1
    assert 'href="/setup"' in browser.page.text
    assert "No source yet" in browser.open("/sources").text


def test_the_heading_says_that_all_is_well(ada: Browser) -> None:
    ada.open("/")
    assert ada.heading == "Set up, and not synced yet"

    for name in ("Acme", "Birch", "Cedar"):
        ran(ada, name)
    ada.open("/")

    assert ada.heading == "All 3 sources are on time"
    assert "Last 1 sync: 1 landed" in ada.page.text
    assert "took 12 s, 1,200 rows changed" in ada.page.text
    assert 'class="count count--bad"' not in ada.page.text


def test_what_needs_somebody_comes_first_with_the_deed_beside_it(ada: Browser) -> None:
    ran(ada, "Acme")
    failed = ran(ada, "Birch", SyncState.FAILED)
    credentials.note_ended(ada.service.db, "cred_Cedar")

    ada.open("/")

    assert ada.heading == "Two sources need you"
    assert names(ada) == ["Cedar", "Birch", "Acme"]
    assert "Cedar must be reconnected" in ada.page.text
    assert "The warehouse said no to &lt;img" in ada.page.text
    assert HOSTILE not in ada.page.text
    assert f'href="/syncs/{failed.id}"' in ada.page.text
    assert re.search(r'count--bad">2<span class="sr"> need you', ada.page.text)
    ada.send("/sources/Birch/sync")
    assert ada.path.startswith("/syncs/")


def test_reconnect_leads_straight_to_the_consent_for_that_company(ada: Browser) -> None:
    credentials.note_ended(ada.service.db, "cred_Cedar")
    ada.open("/")
    assert '<input type="hidden" name="credential" value="cedar">' in ada.page.text
    ada.http.follow_redirects = False

    ada.send("/credentials/connect", credential="cedar", name="cedar", environment="sandbox", back="/")

    assert ada.page.headers["location"].startswith("https://appcenter.intuit.com/connect/oauth2")


def test_a_run_that_is_long_due_is_late(ada: Browser) -> None:
    ran(ada, "Acme")
    due = ada.service.around.now() - HOUR
    sources.set_next_run(ada.service.db, sources.named(ada.service.db, "Acme"), due)

    ada.open("/")

    assert ada.heading == "One source needs you"
    assert "Acme is late" in ada.page.text
    assert re.search(r'was due <time datetime="[^"]+" title="[^"]+ UTC">1 h ago</time>', ada.page.text)


def test_the_parts_that_change_are_asked_for_alone(ada: Browser) -> None:
    ran(ada, "Acme", SyncState.RUNNING)
    assert 'data-live="/live/overview" data-every="3000"' in ada.open("/").text

    text = ada.open("/live/overview").text

    assert 'data-title="Nothing needs you · Counterfoil"' in text
    assert [*re.findall(r'id="([\w-]+)" data-part', text)] == ["needing", "overview-head", "overview-body"]
    assert "<html" not in text


def test_a_source_is_found_by_name_company_or_prefix_and_state(ada: Browser) -> None:
    ran(ada, "Acme")
    ran(ada, "Birch", SyncState.FAILED)

    for query, found in {
        "q=birch": ["Birch"],
        "q=%26%20s%C3%B6hne": ["Birch", "Acme", "Cedar"],
        "q=CEDAR_": ["Cedar"],
        "state=on-time": ["Acme"],
        "state=never-synced&destination=lake": ["Cedar"],
        "destination=sea": [],
        "sort=name": ["Acme", "Birch", "Cedar"],
        "state=nonsense&sort=nonsense&page=nonsense": ["Birch", "Acme", "Cedar"],
    }.items():
        ada.open(f"/sources?{query}")
        assert (query, names(ada)) == (query, found)
    ada.open("/sources?q=bi&state=failed")
    assert title(ada) == "1 source like “bi”: failed"
    assert "Failed (1)" in ada.page.text
    ada.open("/sources?q=nothing")
    assert title(ada) == "No source like “nothing”"


def test_typing_pushes_an_address_without_what_was_left_empty(ada: Browser) -> None:
    answer = ada.http.get("/sources?q=acme&state=&destination=&sort=need", headers={"HX-Request": "true"})

    assert answer.headers["HX-Push-Url"] == "/sources?q=acme"


def test_a_long_list_goes_on_over_pages_that_keep_what_was_asked_for(ada: Browser) -> None:
    for number in range(25):
        add(ada.service, f"Dale{number:02}")

    ada.open("/sources?q=dale&sort=name")
    assert (title(ada), len(names(ada))) == ("25 sources like “dale”", 25)
    assert 'rel="next"' not in ada.page.text
    ada.open("/sources?q=_&sort=name")
    assert (title(ada), len(names(ada))) == ("28 sources like “_”", 25)
    later = re.search(r'<a href="([^"]+)" rel="next">', ada.page.text)
    assert later
    ada.open(later[1].replace("&amp;", "&"))

    assert names(ada)[-1].startswith("Dale")
    assert 'rel="prev"' in ada.page.text
    ada.open("/")
    assert len(names(ada)) == 25
    assert "All 28 sources" in ada.page.text


def test_half_made_sources_are_shown_to_go_on_with(ada: Browser) -> None:
    ada.open("/sources")
    assert "Begun and not finished" not in ada.page.text
    ada.send("/setup", name="Elm")
    (user,) = users.every(ada.service.db)
    (kept,) = drafts.mine(replace(ada.service.around, actor=user.actor))

    ada.open("/sources")

    assert f'href="/setup/{kept.id}"' in ada.page.text


def test_a_hostile_name_shows_as_text(ada: Browser) -> None:
    add(ada.service, HOSTILE)
    ran(ada, HOSTILE, SyncState.FAILED)

    for path in ("/", "/sources", f"/sources?q={HOSTILE}&destination={HOSTILE}", "/live/overview"):
        text = ada.open(path).text
        assert "<img src" not in text
        assert "&lt;img src=x onerror=alert(1)&gt;" in text


def test_a_viewer_sees_what_is_wrong_and_nothing_to_press(ada: Browser, browse: Browse) -> None:
    ran(ada, "Birch", SyncState.FAILED)
    credentials.note_ended(ada.service.db, "cred_Cedar")
    vi = browse(ada.service)
    sign_up_as(ada, vi, Role.VIEWER)

    vi.open("/")

    assert vi.heading == "Two sources need you"
    for deed in ("Reconnect\n", "Try again", "Set up a source", "/credentials/connect"):
        assert deed not in vi.page.text


def test_the_theme_that_was_chosen_is_there_before_anything_is_drawn(ada: Browser) -> None:
    ada.http.cookies.set("counterfoil_theme", "dark")

    assert '<html lang="en" data-theme="dark">' in ada.open("/").text


def test_a_long_list_of_companies_is_searched_and_paged(ada: Browser) -> None:
    for number in range(50):
        add(ada.service, f"Dale{number:02}")

    ada.open("/credentials")
    assert ada.heading == "53 companies connected"
    assert len(names(ada)) == 50
    assert len(names(ada, "/credentials?q=&page=2")) == 3
    assert names(ada, "/credentials?q=birch") == ["Birch &amp; Söhne"]
    assert names(ada, "/credentials?q=nobody") == []
    assert "No company fits." in ada.page.text
