"""Everybody looks after what is their own: name, password, sessions, light or dark."""

import re
from collections.abc import Callable

import pytest

from counterfoil.actions import users
from counterfoil.model.actor import Role
from tests.api.service import Service
from tests.web.conftest import PASSWORD, Browser, sign_up, sign_up_as

Browse = Callable[[Service], Browser]
OTHER = "another battery horse staple"


@pytest.fixture
def ada(service: Service, browse: Browse) -> Browser:
    browser = browse(service)
    sign_up(browser)
    return browser


@pytest.fixture
def elsewhere(ada: Browser, browse: Browse) -> Browser:
    """Ada in another browser."""
    other = browse(ada.service)
    other.open("/signin")
    other.send("/signin", email="ada@example.com", password=PASSWORD)
    return other


def inside(browser: Browser) -> bool:
    browser.open("/account")
    return browser.path == "/account"


def other_session(browser: Browser) -> str:
    (only,) = re.findall(r'name="session" value="([^"]+)"', browser.page.text)
    return str(only)


def test_the_name_at_the_side_leads_there_and_can_be_changed(ada: Browser) -> None:
    assert 'href="/account"' in ada.open("/").text
    ada.open("/account")
    ada.send("/account/name", name=' Ada "<i>" ')

    assert "Ada &#34;&lt;i&gt;&#34;" in ada.page.text
    assert users.show(ada.service.around, "ada@example.com").name == 'Ada "<i>"'


def test_a_name_that_cannot_be_is_refused(ada: Browser) -> None:
    ada.open("/account")
    ada.send("/account/name", name="x" * 101)

    assert ada.page.status_code == 422
    assert users.show(ada.service.around, "ada@example.com").name == "Ada"


def test_another_password_signs_other_browsers_out_but_not_this_one(ada: Browser, elsewhere: Browser) -> None:
    ada.open("/account")
    ada.send("/account/password", former=PASSWORD, password=OTHER)

    assert inside(ada)
    assert not inside(elsewhere)
    elsewhere.send("/signin", email="ada@example.com", password=OTHER)
    assert elsewhere.path == "/"


@pytest.mark.parametrize(
    ("former", "password", "status"), [("wrong one", OTHER, 401), (PASSWORD, "short", 422)]
)
def test_a_password_is_not_changed_without_the_present_one_nor_to_a_weak_one(
    ada: Browser, former: str, password: str, status: int
) -> None:
    ada.open("/account")
    ada.send("/account/password", former=former, password=password)

    assert ada.page.status_code == status
    assert f'"{password}"' not in ada.page.text
    assert inside(ada)


def test_one_other_session_is_ended(ada: Browser, elsewhere: Browser) -> None:
    ada.open("/account")
    assert "Signed in with 2 browsers" in ada.page.text
    ada.send("/account/sessions/end", session=other_session(ada))

    assert "Signed in here alone" in ada.page.text
    assert not inside(elsewhere)


def test_nobody_ends_a_session_of_somebody_else(ada: Browser, elsewhere: Browser, browse: Browse) -> None:
    vi = browse(ada.service)
    sign_up_as(ada, vi, Role.VIEWER)
    ada.open("/account")
    vi.open("/account")
    vi.send("/account/sessions/end", session=other_session(ada))

    assert vi.page.status_code == 404
    assert inside(elsewhere)


def test_all_others_are_ended(ada: Browser, elsewhere: Browser) -> None:
    ada.open("/account")
    ada.send("/account/sessions/others")

    assert "1 other session is ended." in ada.page.text
    assert (inside(ada), inside(elsewhere)) == (True, False)


def test_signing_out_everywhere_ends_this_one_too(ada: Browser, elsewhere: Browser) -> None:
    ada.open("/account")
    ada.send("/account/sessions/all")

    assert ada.path == "/signin"
    assert (inside(ada), inside(elsewhere)) == (False, False)


@pytest.mark.parametrize("form", ["sessions/all", "sessions/others", "name", "password", "theme"])
def test_a_form_from_elsewhere_does_nothing(ada: Browser, form: str) -> None:
    assert ada.http.post(f"/account/{form}", data={"csrf": "made-up", "name": "Eve"}).status_code == 403
    assert inside(ada)
    assert users.show(ada.service.around, "ada@example.com").name == "Ada"


def test_light_or_dark_is_kept_without_a_script_and_goes_back_to_the_systems(ada: Browser) -> None:
    assert "data-theme" not in ada.open("/account").text.partition(">")[2].partition(">")[0]
    ada.send("/account/theme", theme="dark")
    assert '<html lang="en" data-theme="dark">' in ada.open("/").text
    ada.open("/account")
    ada.send("/account/theme", theme="")

    assert '<html lang="en">' in ada.open("/").text


def test_a_theme_that_somebody_made_up_is_not_written_into_the_page(ada: Browser) -> None:
    ada.http.cookies.set("counterfoil_theme", '"><script>')

    assert '<html lang="en">' in ada.open("/account").text
