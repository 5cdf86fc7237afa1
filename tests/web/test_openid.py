"""People come in with an account that they have elsewhere, and leave nothing behind on the way."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from counterfoil.actions import users
from counterfoil.model.actor import Role
from counterfoil.model.openid import Provider
from tests.api.service import Service, opened, serving, surroundings
from tests.people.provider import CLIENT, SECRET, OpenIdProvider, running
from tests.web.conftest import Browser

Browse = Callable[[Service], Browser]


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    with running() as provider:
        provider.person = {"email": "ada@acme.example", "email_verified": True, "name": "Ada"}
        yield provider


@pytest.fixture
def service(template: Path, tmp_path: Path, provider: OpenIdProvider) -> Iterator[Service]:
    path = Path(shutil.copy(template, tmp_path / "counterfoil.db"))
    known = Provider(issuer=provider.url, client_id=CLIENT, client_secret=SECRET)
    with opened(f"sqlite:///{path}", tmp_path) as db:
        around = replace(surroundings(db, tmp_path), openid=known)
        provider.now = int(around.now().timestamp())
        users.invite(around, "ada@acme.example", role=Role.ADMIN)
        with serving(around) as running_service:
            yield running_service


def leave(browser: Browser, path: str = "/signin/openid") -> httpx2.Response:
    """Follow the button as far as the provider."""
    return browser.http.get(path, follow_redirects=False)


def back(provider: OpenIdProvider, page: str) -> str:
    """Agree at the provider; the address it leads back to, on this service."""
    return "/signin/openid/answer?" + str(httpx2.QueryParams(provider.consent(page)))


def test_the_button_leads_to_the_provider_and_back_in(
    service: Service, browse: Browse, provider: OpenIdProvider
) -> None:
    ada = browse(service)
    assert "/signin/openid" in ada.open("/signin?next=%2F%3Ffrom%3Dmail").text
    left = leave(ada, "/signin/openid?next=%2F%3Ffrom%3Dmail")
    ada.open(back(provider, left.headers["location"]))

    assert (ada.path, ada.page.status_code) == ("/", 200)
    assert ada.page.url.query == b"from=mail"
    assert "counterfoil_openid" not in ada.http.cookies


def test_nobody_is_led_elsewhere_afterwards(
    service: Service, browse: Browse, provider: OpenIdProvider
) -> None:
    ada = browse(service)
    left = leave(ada, "/signin/openid?next=https%3A%2F%2Fevil.example")
    ada.open(back(provider, left.headers["location"]))

    assert ada.path == "/"


def test_another_browser_cannot_finish_what_one_began(
    service: Service, browse: Browse, provider: OpenIdProvider
) -> None:
    eve, ada = browse(service), browse(service)
    eves = back(provider, leave(eve).headers["location"])
    leave(ada)

    ada.open(eves)

    assert ada.page.status_code == 401
    assert "another attempt" in ada.page.text
    assert ada.open("/").url.path == "/signin"


def test_who_is_not_invited_is_told_so_on_the_page(
    service: Service, browse: Browse, provider: OpenIdProvider
) -> None:
    provider.person["email"] = "<b>eve</b>@evil.example"
    eve = browse(service)
    eve.open(back(provider, leave(eve).headers["location"]))

    assert eve.page.status_code == 401
    assert "is not invited" in eve.page.text
    assert "<b>eve</b>" not in eve.page.text


def test_a_provider_in_trouble_leaves_the_page_for_passwords(
    service: Service, browse: Browse, provider: OpenIdProvider
) -> None:
    provider.broken = 503
    ada = browse(service)

    ada.open("/signin/openid")

    assert "in trouble" in ada.page.text
    assert 'name="password"' in ada.page.text
