"""With JavaScript switched off, everything that must work does."""

import re

import pytest
from playwright.sync_api import expect

from counterfoil.model.standing import Standing
from counterfoil.model.sync import SyncState
from counterfoil.sandbox.running import Sandbox
from tests.browser.conftest import OpenWindow
from tests.browser.gallery import PLAIN, Gallery
from tests.browser.service import ADA, PASSWORD, Service
from tests.browser.steps import (
    choose_data,
    choose_schedule,
    connect,
    name_a_source,
    start,
    use_duckdb,
)
from tests.browser.window import Window


@pytest.fixture
def bare(gallery: Gallery, open_window: OpenWindow) -> Window:
    """Somebody in the gallery whose browser runs no script."""
    return open_window(gallery, session=gallery.session, java_script_enabled=False)


def test_one_signs_in_and_sets_up_a_source(
    service: Service, sandbox: Sandbox, open_window: OpenWindow
) -> None:
    service.come_in()
    window = open_window(service, java_script_enabled=False)
    window.open("/")
    window.field("E-mail").fill(ADA)
    window.field("Password").fill(PASSWORD)
    window.button("Sign in").click()
    name_a_source(window, "Acme")
    connect(window, sandbox)
    choose_schedule(window, prefix="acme_")
    choose_data(window)
    use_duckdb(window)
    start(window)

    expect(window.page.get_by_role("heading", level=1)).not_to_be_empty()
    expect(window.link("Acme").first).to_be_visible()


@pytest.mark.parametrize(
    "path", ["/", "/sources", "/destinations", "/credentials", "/users", "/keys", "/audit"]
)
def test_lists_show_what_there_is(bare: Window, path: str) -> None:
    bare.open(path)

    assert bare.page.locator("main table tbody tr, main li, main .todo__item").count() > 0


def test_a_list_is_searched_by_its_address(bare: Window) -> None:
    bare.open("/sources")
    bare.page.get_by_role("searchbox").first.fill(PLAIN.sources[Standing.PAUSED])
    bare.page.get_by_role("searchbox").first.press("Enter")

    expect(bare.link(PLAIN.sources[Standing.PAUSED])).to_be_visible()
    expect(bare.link(PLAIN.sources[Standing.ON_TIME])).to_be_hidden()


@pytest.mark.parametrize("state", [SyncState.SUCCEEDED, SyncState.RUNNING, SyncState.FAILED])
def test_a_sync_shows_its_figures(bare: Window, gallery: Gallery, state: SyncState) -> None:
    bare.open(f"/syncs/{gallery.prepared.syncs[state]}")

    expect(
        bare.page.get_by_text(re.compile("(Metered )?calls", re.I)).and_(bare.page.locator("main *")).first
    ).to_be_visible()


def test_a_log_is_filtered_by_its_address(bare: Window, gallery: Gallery) -> None:
    bare.open(f"/syncs/{gallery.prepared.syncs[SyncState.SUCCEEDED]}")
    before = bare.page.locator("#log li").count()
    bare.page.locator("#log").get_by_role("searchbox").fill("Invoice")
    bare.page.locator("#log").get_by_role("searchbox").press("Enter")

    assert 0 < bare.page.locator("#log li").count() < before


def test_one_signs_out(service: Service, open_window: OpenWindow) -> None:
    window = open_window(service, session=service.come_in(), java_script_enabled=False)
    window.open("/")
    window.button("Sign out").click()

    expect(window.page.get_by_role("heading", level=1)).to_have_text("Sign in")
