"""Every page there is: no barriers, nothing that sticks out, nothing on the console."""

from collections.abc import Iterable

import pytest
from playwright.sync_api import Response

from tests.browser.addresses import BESIDES, SIGNED_OUT, addresses, routes
from tests.browser.axe import WAYS, Way, barriers, too_wide
from tests.browser.conftest import OpenWindow
from tests.browser.gallery import Gallery
from tests.browser.window import Window

AWAITED = {
    "/": "its headings skip a level",
    "/app": "the address to copy cannot be scrolled by keyboard",
    "/app?environment=sandbox": "the address to copy cannot be scrolled by keyboard",
    "/setup/{draft_id}/schedule": "the next runs stick out",
    "/syncs/{sync_id}": "the table of streams sticks out at 320 px",
}
"""Pages that are being made anew, and what is wrong with them still."""


def marked(path: str) -> object:
    marks = [pytest.mark.xfail(reason=AWAITED[path], strict=False)] if path in AWAITED else []
    return pytest.param(path, marks=marks)


def wrong(window: Window, address: str, ways: Iterable[Way] = WAYS) -> list[str]:
    """What is wrong with the page of an address; nothing, too, where no page is but a file or a piece of one."""
    answer = window.context.request.get(f"{window.url}{address}", max_redirects=5)
    if answer.status >= 500:
        return [f"{address}: {answer.status}"]
    if "<!doctype html" not in answer.text()[:200].lower():
        return []
    shown = window.open(address)
    assert isinstance(shown, Response)
    return [f"{address}: {told}" for told in (*barriers(window.page, ways), *too_wide(window.page))]


@pytest.mark.parametrize("route", map(marked, routes()))
def test_a_page_has_no_barriers_and_fits_any_window(
    route: str, gallery: Gallery, open_window: OpenWindow
) -> None:
    window = open_window(gallery, session="" if route in SIGNED_OUT else gallery.session)

    first, *others = addresses(route, gallery.choices)
    found = wrong(window, first)
    for number, address in enumerate(others):
        found += wrong(window, address, WAYS[number % 2 : number % 2 + 1])

    assert not found, "\n".join(found)


@pytest.mark.parametrize("address", map(marked, BESIDES))
def test_so_has_no_page_whose_address_says_more(
    address: str, gallery: Gallery, open_window: OpenWindow
) -> None:
    found = wrong(open_window(gallery, session=gallery.session), address, WAYS[:2])

    assert not found, "\n".join(found)
