"""Administrators invite people, change what they may, and let them go; nobody else sees who there is."""

import re
from collections.abc import Callable

import pytest

from counterfoil.actions import keys, users
from counterfoil.actions.users import Invited
from counterfoil.model.actor import Role
from tests.api.service import Service
from tests.web.conftest import PASSWORD, Browser, sign_up, sign_up_as

Browse = Callable[[Service], Browser]


@pytest.fixture
def ada(service: Service, browse: Browse) -> Browser:
    browser = browse(service)
    sign_up(browser)
    return browser


@pytest.fixture
def ed(ada: Browser) -> Invited:
    return users.invite(ada.service.around, "ed@example.com", role=Role.EDITOR, name="Ed <b>")


def link_on(page: str) -> str:
    found = re.search(r"http://localhost:8080(/welcome/[^<\"]+)", page)
    assert found
    return found[1]


def test_the_only_user_is_told_to_invite_a_colleague(ada: Browser) -> None:
    ada.open("/users")

    assert ada.heading == "1 person may use this Counterfoil"
    assert "You are the only one" in ada.page.text


def test_an_invitation_shows_its_link_once_and_lets_the_person_in(ada: Browser, browse: Browse) -> None:
    ada.open("/users/new")
    ada.send("/users/new", email="Vi@example.com ", name="Vi", role="viewer")
    path = link_on(ada.page.text)

    vi = browse(ada.service)
    vi.open(path)
    vi.send(path, password=PASSWORD)

    assert vi.page.status_code == 200
    assert users.show(ada.service.around, "vi@example.com").role is Role.VIEWER
    assert "/welcome/" not in ada.open("/users").text


def test_an_invitation_that_is_refused_keeps_what_was_typed(ada: Browser) -> None:
    ada.open("/users/new")
    ada.send("/users/new", email="no address", name='"><b>', role="editor")

    assert ada.page.status_code == 422
    assert 'value="no address"' in ada.page.text
    assert 'value="&#34;&gt;&lt;b&gt;"' in ada.page.text
    assert 'value="editor" checked' in ada.page.text


def test_a_name_that_is_hostile_shows_as_text(ada: Browser, ed: Invited) -> None:
    for address in ("/users", f"/users/{ed.user.id}", f"/users/{ed.user.id}/remove"):
        assert "Ed <b>" not in ada.open(address).text
        assert "Ed &lt;b&gt;" in ada.page.text


def test_another_role_ends_the_sessions_of_who_gets_it(ada: Browser, browse: Browse) -> None:
    vi = browse(ada.service)
    sign_up_as(ada, vi, Role.VIEWER)
    who = users.show(ada.service.around, "viewer@example.com")
    ada.open(f"/users/{who.id}")
    ada.send(f"/users/{who.id}/role", role="editor", version=str(who.version))

    assert users.show(ada.service.around, who.id).role is Role.EDITOR
    vi.open("/")
    assert vi.path == "/signin"


def test_the_second_of_two_who_change_a_role_is_told(ada: Browser, ed: Invited) -> None:
    for role in ("viewer", "admin"):
        ada.open(f"/users/{ed.user.id}")
        ada.send(f"/users/{ed.user.id}/role", role=role, version=str(ed.user.version))

    assert ada.page.status_code == 409
    assert users.show(ada.service.around, ed.user.id).role is Role.VIEWER


def test_a_new_link_ends_the_former_one(ada: Browser, ed: Invited, browse: Browse) -> None:
    ada.open(f"/users/{ed.user.id}")
    ada.send(f"/users/{ed.user.id}/link")
    visitor = browse(ada.service)

    assert visitor.open(f"/welcome/{ed.word}").status_code == 410
    assert visitor.open(link_on(ada.page.text)).status_code == 200


def test_somebody_is_signed_out_everywhere_and_may_come_back(ada: Browser, browse: Browse) -> None:
    vi = browse(ada.service)
    sign_up_as(ada, vi, Role.VIEWER)
    who = users.show(ada.service.around, "viewer@example.com").id
    assert "1 session" in ada.open(f"/users/{who}").text
    ada.send(f"/users/{who}/sessions")

    assert "0 sessions" in ada.page.text
    vi.open("/")
    assert vi.path == "/signin"
    vi.send("/signin", email="viewer@example.com", password=PASSWORD)
    assert vi.path == "/"


def test_who_is_disabled_comes_in_no_more_until_enabled(ada: Browser, browse: Browse) -> None:
    vi = browse(ada.service)
    sign_up_as(ada, vi, Role.VIEWER)
    who = users.show(ada.service.around, "viewer@example.com").id
    ada.open(f"/users/{who}")
    ada.send(f"/users/{who}/disable")
    vi.open("/")
    assert vi.path == "/signin"
    vi.send("/signin", email="viewer@example.com", password=PASSWORD)
    assert vi.page.status_code == 401

    ada.send(f"/users/{who}/enable")
    vi.open("/signin")
    vi.send("/signin", email="viewer@example.com", password=PASSWORD)

    assert vi.path == "/"


def test_removing_somebody_tells_what_stays_and_asks_first(ada: Browser, browse: Browse) -> None:
    boss = browse(ada.service)
    sign_up_as(ada, boss, Role.ADMIN)
    who = users.show(ada.service.around, "admin@example.com").id
    boss.open("/keys/new")
    boss.send("/keys/new", name="nightly", role="viewer", ends="")

    assert "1 API key goes" in ada.open(f"/users/{who}/remove").text
    assert "nightly" in ada.page.text
    ada.send(f"/users/{who}/remove")

    assert ada.path == "/users"
    assert [user.email for user in users.every(ada.service.around)] == ["ada@example.com"]
    assert "nightly" in [key.name for key in keys.every(ada.service.around)]


def test_the_only_administrator_is_told_before_why_nothing_ends_it(ada: Browser) -> None:
    me = users.show(ada.service.around, "ada@example.com").id
    page = ada.open(f"/users/{me}").text

    assert "only administrator" in page
    assert "Disable</button>" not in page
    assert "Remove Ada</button>" not in ada.open(f"/users/{me}/remove").text
    for deed in ("remove", "disable"):
        ada.send(f"/users/{me}/{deed}")
        assert ada.page.status_code == 422
    ada.send(f"/users/{me}/role", role="viewer")
    assert users.show(ada.service.around, me).role is Role.ADMIN


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_nobody_else_sees_or_changes_who_there_is(ada: Browser, browse: Browse, role: Role) -> None:
    other = browse(ada.service)
    sign_up_as(ada, other, role)
    me = users.show(ada.service.around, "ada@example.com").id
    other.open("/account")
    for form in ("/users/new", *(f"/users/{me}/{deed}" for deed in ("role", "link", "sessions", "remove"))):
        other.send(form, email="eve@example.com", role="admin")
        assert other.page.status_code == 403, form
        other.open("/account")
    for address in ("/users", "/users/new", f"/users/{me}", f"/users/{me}/remove"):
        assert other.open(address).status_code == 403
        assert "ada@example.com" not in other.page.text

    assert 'href="/users"' not in other.open("/").text
    assert len(users.every(ada.service.around)) == 2
