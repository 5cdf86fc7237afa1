"""Text that wants to be more than text: on every page it is shown, and nothing comes of it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from counterfoil.model.standing import Standing
from counterfoil.model.sync import SyncState
from counterfoil.sandbox.company import Company
from counterfoil.sandbox.running import Sandbox
from tests.browser.addresses import SIGNED_OUT, addresses, routes
from tests.browser.axe import too_wide
from tests.browser.conftest import new_window
from tests.browser.gallery import Gallery, showing_of
from tests.browser.prepared import Cast
from tests.browser.window import NARROW, Window

NAMES = (
    "<script data-evil src=data:,evil()>",
    '"><img data-evil src=x onerror=evil()>',
    "'><svg data-evil onload=evil()>",
    "{{7*7}} ${7*7} <%= 7*7 %> {% raw %}",
    "javascript:evil()",
    "<!--<title><textarea><script><b data-evil>",
    "W" * 100,
    "💣📒𝒳 Zürich ﷽ \u0627\u0644\u0643\u062a\u0627\u0628",
    "a?b=1&c=<b data-evil>#d;%41+%2e%2e",
)
ENDS = "</title></textarea></script><b data-evil>"
"""Names of things hold no slash; whatever else is said may."""

WORD = "Donaudampfschifffahrtsgesellschaft" * 9
LONG = f"\u202eright to left\u202c {WORD} <img data-evil src=x onerror=evil()> 𝒳 {{{{7*7}}}} \u200b"

SOURCES = {standing: NAMES[n] if n < len(NAMES) else f"{NAMES[0]} {n}" for n, standing in enumerate(Standing)}

WILD = Cast(
    sources=SOURCES,
    companies={standing: f"{name} {ENDS} {LONG}" for standing, name in SOURCES.items()},
    lake=NAMES[1],
    finance=NAMES[6],
    person=ENDS,
    key=f"{NAMES[2]}/../",
    channel=NAMES[3],
    what=LONG,
    do=f"{ENDS} {LONG}",
)

EVIL = "document.querySelectorAll('[data-evil], img[src=x]').length + ('evil' in window ? 1 : 0)"


@pytest.fixture(scope="session")
def wild(
    migrated_file: Path, made_up: list[Company], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gallery]:
    """A store in which everything has such a name, and records of QuickBooks have such values."""
    store = Path(shutil.copy(migrated_file, tmp_path_factory.mktemp("wild") / "counterfoil.db"))
    with Sandbox(made_up) as sandbox:
        books = sandbox.books()
        customer = books.create("Customer", {"DisplayName": NAMES[1], "Notes": LONG, "CompanyName": NAMES[0]})
        invoice = books.ids("Invoice")[-1]
        books.change("Invoice", invoice, {"PrivateNote": LONG, "CustomerMemo": {"value": NAMES[5]}})
        assert customer["DisplayName"] == NAMES[1]
        with showing_of(store, sandbox, WILD) as shown:
            yield shown


@pytest.fixture(scope="session")
def _eves(chromium: Browser, wild: Gallery) -> Iterator[Window]:
    window = new_window(chromium, wild, size=NARROW, session=wild.session)
    yield window
    window.context.close()


@pytest.fixture
def eve(_eves: Window) -> Iterator[Window]:
    """Somebody who only looks, in one window after the other; no page may have done what it must not do."""
    yield _eves
    complaints = list(_eves.complaints)
    _eves.complaints.clear()
    assert complaints == []


@pytest.mark.parametrize("route", [route for route in routes() if route not in SIGNED_OUT])
def test_nothing_comes_of_it_on_any_page(route: str, wild: Gallery, eve: Window) -> None:
    address = next(addresses(route, wild.choices))
    if eve.is_page(address):
        assert eve.page.evaluate(EVIL) == 0
        assert too_wide(eve.page, (NARROW["width"],)) == []


@pytest.mark.parametrize(
    "standing",
    [Standing.RECONNECT, Standing.PARTLY, Standing.NEW, Standing.PAUSED],
    ids=lambda standing: standing.name,
)
def test_a_source_is_reached_by_its_name_from_the_list(standing: Standing, eve: Window) -> None:
    eve.open("/sources")
    eve.page.get_by_role("link", name=WILD.sources[standing], exact=True).first.click()

    expect(eve.page.get_by_role("heading", level=1)).to_have_text(WILD.sources[standing])


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/destinations", WILD.lake),
        ("/users", WILD.person),
        ("/keys", WILD.key),
        ("/alerts", WILD.channel),
        ("/audit", WILD.key),
    ],
)
def test_a_name_is_shown_as_it_was_given(path: str, text: str, eve: Window) -> None:
    eve.open(path)

    expect(eve.page.get_by_role("main").get_by_text(text).first).to_be_visible()


def test_an_error_is_shown_as_it_came(wild: Gallery, eve: Window) -> None:
    eve.open(f"/syncs/{wild.prepared.syncs[SyncState.FAILED]}")

    expect(eve.page.get_by_role("main")).to_contain_text(WORD)
    expect(eve.page.get_by_role("main")).to_contain_text("<img data-evil src=x onerror=evil()>")


def test_values_of_records_are_shown_as_they_came(wild: Gallery, eve: Window) -> None:
    (address,) = addresses("/sources/{name}/tables", wild.choices)
    eve.open(f"{address}/on_time_customer")

    expect(eve.page.get_by_role("main")).to_contain_text(NAMES[1])
