"""Every page there is: no barriers, nothing that sticks out, nothing on the console."""

from collections.abc import Callable, Iterable

import pytest

from counterfoil.model.standing import Standing
from tests.browser.addresses import BESIDES, SIGNED_OUT, addresses, routes
from tests.browser.axe import WAYS, Way, barriers, too_wide
from tests.browser.gallery import Gallery
from tests.browser.window import Window


def wrong(window: Window, address: str, ways: Iterable[Way] = WAYS) -> list[str]:
    """What is wrong with the page of an address; nothing where there is no page but a file or a piece of one."""
    if not window.is_page(address):
        return []
    return [f"{address}: {told}" for told in (*barriers(window.page, ways), *too_wide(window.page))]


@pytest.mark.parametrize("route", routes())
def test_a_page_has_no_barriers_and_fits_any_window(
    route: str, gallery: Gallery, look: Callable[[str], Window]
) -> None:
    window = look("" if route in SIGNED_OUT else gallery.session)

    first, *others = addresses(route, gallery.choices)
    found = wrong(window, first)
    for number, address in enumerate(others):
        found += wrong(window, address, WAYS[number % 2 : number % 2 + 1])

    assert not found, "\n".join(found)


@pytest.mark.parametrize("address", BESIDES)
def test_so_has_no_page_whose_address_says_more(
    address: str, gallery: Gallery, look: Callable[[str], Window]
) -> None:
    found = wrong(look(gallery.session), address)

    assert not found, "\n".join(found)


def test_sources_in_every_state_are_among_them(gallery: Gallery, look: Callable[[str], Window]) -> None:
    window = look(gallery.session)
    window.open("/sources")
    shown = window.page.get_by_role("main").inner_text().lower()

    assert [standing for standing in Standing if standing not in shown] == []
