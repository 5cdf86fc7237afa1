"""People come in by a link or a password, stay in by a cookie, and nobody else does."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from counterfoil.actions import links
from tests.api.service import Service
from tests.web.conftest import PASSWORD, Browser, sign_up

Browse = Callable[[Service], Browser]


def test_the_link_of_the_console_makes_the_first_administrator_who_is_then_in(
    service: Service, browse: Browse
) -> None:
    ada = browse(service)
    sign_up(ada)

    assert ada.path == "/"
    assert ada.page.status_code == 200
    assert "Ada" in ada.page.text
    assert "Admin" in ada.page.text
    assert links.set_up_word(service.around) is None


def test_a_link_works_once(service: Service, browse: Browse) -> None:
    word = links.set_up_word(service.around)
    ada, eve = browse(service), browse(service)
    ada.open(f"/welcome/{word}")
    eve.open(f"/welcome/{word}")
    ada.send(f"/welcome/{word}", email="ada@example.com", password=PASSWORD)
    eve.send(f"/welcome/{word}", email="eve@example.com", password=PASSWORD)

    assert eve.page.status_code == 410
    assert "does not work" in eve.heading


def test_a_weak_password_is_refused_and_what_was_typed_stays(service: Service, browse: Browse) -> None:
    ada = browse(service)
    word = links.set_up_word(service.around)
    ada.open(f"/welcome/{word}")
    ada.send(f"/welcome/{word}", email="ada@example.com", name="Ada <b>", password="short")

    assert ada.page.status_code == 422
    assert 'value="ada@example.com"' in ada.page.text
    assert 'value="Ada &lt;b&gt;"' in ada.page.text
    assert "short" not in ada.page.text.replace("shorter", "")


def test_who_is_not_in_is_asked_to_sign_in_and_then_led_on(service: Service, browse: Browse) -> None:
    ada = browse(service)
    sign_up(ada)
    ada.send("/signout")
    ada.open("/sources?x=1")
    assert ada.path == "/signin"
    ada.open("/signin?next=%2F%3Ffrom%3Dmail")

    ada.send("/signin", email="ada@example.com", password=PASSWORD, next="/?from=mail")

    assert str(ada.page.url).endswith("/?from=mail")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_signing_in_leads_to_no_other_site(service: Service, browse: Browse, elsewhere: str) -> None:
    ada = browse(service)
    sign_up(ada)
    ada.send("/signout")

    ada.open("/signin")
    ada.send("/signin", email="ada@example.com", password=PASSWORD, next=elsewhere)

    assert urlsplit(str(ada.page.url)).netloc == urlsplit(service.url).netloc
    assert ada.path == "/"


def test_a_wrong_password_says_the_same_as_a_wrong_address(service: Service, browse: Browse) -> None:
    ada = browse(service)
    sign_up(ada)
    ada.send("/signout")
    told = []
    for email in ("ada@example.com", "nobody@example.com"):
        ada.open("/signin")
        ada.send("/signin", email=email, password="wrong horse battery staple")
        assert ada.page.status_code == 401
        told.append(ada.page.text.partition("role=")[2].partition("</div></div>")[0])

    assert told[0] == told[1] != ""


def test_a_form_from_elsewhere_does_nothing(service: Service, browse: Browse) -> None:
    ada = browse(service)
    sign_up(ada)

    refused = ada.http.post("/signout", data={"csrf": "made-up"})

    assert refused.status_code == 403
    assert ada.open("/").status_code == 200
    assert ada.path == "/"


def test_signing_out_ends_the_session_for_whoever_kept_the_cookie(service: Service, browse: Browse) -> None:
    ada = browse(service)
    sign_up(ada)
    kept = dict(ada.http.cookies)
    ada.send("/signout")

    thief = browse(service)
    thief.http.cookies.update(kept)

    thief.open("/")
    assert thief.path == "/signin"


def test_the_cookie_is_out_of_reach_of_scripts_and_pages_are_not_kept(
    service: Service, browse: Browse
) -> None:
    ada = browse(service)
    ada.http.follow_redirects = False
    word = links.set_up_word(service.around)
    ada.open(f"/welcome/{word}")
    ada.send(f"/welcome/{word}", email="ada@example.com", password=PASSWORD)

    session = next(line for line in ada.page.headers.get_list("set-cookie") if "session=" in line)
    assert "HttpOnly" in session
    assert "SameSite=Lax" in session
    assert ada.open("/").headers["cache-control"] == "no-store"
    assert (
        "script-src" not in ada.page.headers["content-security-policy"]
    )  # default-src 'self' holds for scripts
    assert "unsafe" not in ada.page.headers["content-security-policy"]


def test_a_page_that_is_not_there_is_a_page_too(service: Service, browse: Browse) -> None:
    ada = browse(service)

    assert ada.open("/nowhere").status_code == 404
    assert ada.heading == "There is no such page."
