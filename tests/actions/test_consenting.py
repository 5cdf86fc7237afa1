"""Connecting a company through a browser that belongs to someone else: over the sandbox's real pages."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

from counterfoil.actions import apps, connecting, consenting
from counterfoil.actions.consenting import Wish
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import (
    ChangedMeanwhile,
    Forbidden,
    NeedsPerson,
    NotFound,
    ReconnectNeeded,
    SettingInvalid,
)
from counterfoil.model.actor import Actor, ActorKind, Role
from counterfoil.model.credential import CredentialState, Environment
from counterfoil.sandbox.company import companies
from counterfoil.sandbox.running import Sandbox
from counterfoil.store import credentials
from counterfoil.store.service_schema import audit as trail
from tests.road.conftest import NOW, opened_store, opened_world

CALLBACK = "https://books.example/oauth/callback"
EDITOR = Actor(kind=ActorKind.USER, id="user_ed", name="Ed", role=Role.EDITOR)
OTHER = Actor(kind=ActorKind.USER, id="user_eve", name="Eve", role=Role.EDITOR)
VIEWER = Actor(kind=ActorKind.USER, id="user_vi", name="Vi", role=Role.VIEWER)
TRIAL = Wish(name="acme", environment=Environment.SANDBOX, session="browser-1", back="/sources/new")


@dataclass(frozen=True, slots=True)
class Place:
    """A sandbox with two companies and surroundings whose app can be authorised there."""

    sandbox: Sandbox
    around: Surroundings

    def answer(self, url: str, *, realm: str = "", decision: str = "approve") -> dict[str, str]:
        """What a browser brings back after someone pressed a button at Intuit."""
        page = urlsplit(url)
        form = {**dict(parse_qsl(page.query)), "realm": realm or self.sandbox.realms[0], "decision": decision}
        with httpx2.Client(follow_redirects=False, trust_env=False) as browser:
            sent = browser.post(f"{page.scheme}://{page.netloc}{page.path}", data=form)
        assert sent.is_redirect, sent.text
        assert sent.headers["location"].startswith(CALLBACK)
        return dict(parse_qsl(urlsplit(sent.headers["location"]).query))

    def later(self, delta: timedelta) -> Surroundings:
        return replace(self.around, now=lambda: self.around.now() + delta)


@contextmanager
def opened(folder: Path, *, keys: bool = True) -> Iterator[Place]:
    made = companies(2, seed=5, invoices=3, now=NOW)
    with opened_store(folder) as db, opened_world(folder, db, made) as world:
        url = world.sandbox.url
        app = replace(
            world.around.app,
            client_id=world.around.app.client_id if keys else "",
            client_secret=world.around.app.client_secret if keys else "",
            authorize_url=f"{url}/connect/oauth2",
            revoke_url=f"{url}/v2/oauth2/tokens/revoke",
        )
        yield Place(world.sandbox, replace(world.around, app=app, actor=EDITOR))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path) as there:
        yield there


def test_a_company_is_connected_and_its_name_is_read(place: Place) -> None:
    asked = consenting.begin(place.around, TRIAL, redirect_uri=CALLBACK)
    consent, credential = consenting.finish(place.around, place.answer(asked.url), session="browser-1")

    assert credential.state is CredentialState.CONNECTED
    assert credential.company_name
    assert credential.realm_id == place.sandbox.realms[0]
    assert consent.back == "/sources/new"
    assert consenting.result(place.around, asked.id).result == credential.id


def test_an_answer_works_once(place: Place) -> None:
    asked = consenting.begin(place.around, TRIAL, redirect_uri=CALLBACK)
    answer = place.answer(asked.url)
    consenting.finish(place.around, answer, session="browser-1")

    with pytest.raises(NeedsPerson, match="not asked for here, or was used"):
        consenting.finish(place.around, answer, session="browser-1")


@pytest.mark.parametrize(
    "changed", [{"state": ""}, {"state": "made-up"}, {}], ids=["no state", "another state", "another session"]
)
def test_an_answer_that_was_not_asked_for_connects_nothing(place: Place, changed: Mapping[str, str]) -> None:
    asked = consenting.begin(place.around, TRIAL, redirect_uri=CALLBACK)
    answer = {**place.answer(asked.url), **changed}

    with pytest.raises(NeedsPerson, match="not asked for here"):
        consenting.finish(place.around, answer, session="browser-1" if changed else "browser-2")

    assert credentials.every(place.around.db) == ()


def test_an_answer_comes_too_late_after_half_an_hour(place: Place) -> None:
    asked = consenting.begin(place.around, TRIAL, redirect_uri=CALLBACK)
    answer = place.answer(asked.url)

    with pytest.raises(NeedsPerson, match="too late"):
        consenting.finish(place.later(timedelta(minutes=31)), answer, session="browser-1")


def test_declining_is_told_and_kept_with_the_question(place: Place) -> None:
    asked = consenting.begin(place.around, TRIAL, redirect_uri=CALLBACK)
    answer = place.answer(asked.url, decision="deny")

    with pytest.raises(NeedsPerson, match="declined"):
        consenting.finish(place.around, answer, session="browser-1")

    assert "declined" in consenting.result(place.around, asked.id).what


def test_a_reconnect_takes_the_same_company_only_and_in_place(place: Place) -> None:
    asked = consenting.begin(place.around, TRIAL, redirect_uri=CALLBACK)
    _, first = consenting.finish(place.around, place.answer(asked.url), session="browser-1")
    again = Wish(credential="acme")

    other = consenting.begin(place.around, again, redirect_uri=CALLBACK)
    with pytest.raises(NeedsPerson, match=r"'acme' is for"):
        consenting.finish(place.around, place.answer(other.url, realm=place.sandbox.realms[1]))
    same = consenting.begin(place.around, again, redirect_uri=CALLBACK)
    _, second = consenting.finish(place.around, place.answer(same.url))

    assert second.id == first.id
    assert [each.realm_id for each in credentials.every(place.around.db)] == [first.realm_id]


def test_only_who_asked_sees_what_came_of_it(place: Place) -> None:
    asked = consenting.begin(place.around, TRIAL, redirect_uri=CALLBACK)

    with pytest.raises(NotFound):
        consenting.result(replace(place.around, actor=OTHER), asked.id)


def test_a_viewer_may_neither_connect_nor_disconnect_nor_check(place: Place) -> None:
    asked = consenting.begin(place.around, TRIAL, redirect_uri=CALLBACK)
    consenting.finish(place.around, place.answer(asked.url), session="browser-1")
    looking = replace(place.around, actor=VIEWER)

    with pytest.raises(Forbidden):
        consenting.begin(looking, TRIAL, redirect_uri=CALLBACK)
    with pytest.raises(Forbidden):
        connecting.disconnect(looking, "acme")
    with pytest.raises(Forbidden):
        connecting.check(looking, "acme")


def test_a_check_reads_the_company_and_a_disconnect_ends_the_grant_at_intuit(place: Place) -> None:
    asked = consenting.begin(place.around, TRIAL, redirect_uri=CALLBACK)
    _, credential = consenting.finish(place.around, place.answer(asked.url), session="browser-1")
    tokens = credentials.tokens(place.around.db, credential.id)
    assert tokens is not None

    assert connecting.check(place.around, "acme").name == credential.company_name
    ended = connecting.disconnect(place.around, "acme")

    assert ended.credential.state is CredentialState.ENDED
    with pytest.raises(ReconnectNeeded):
        connecting.check(place.around, "acme")
    with pytest.raises(ReconnectNeeded):  # Intuit itself does not know the token any more
        place.around.app.refresh(tokens, now=place.around.now())


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example/x",
        "/\\evil.example",
        "evil",
        "/a b",
        "/\tx",
        "javascript:alert(1)",
    ],
)
def test_nobody_is_sent_to_a_page_that_is_not_ours(elsewhere: str) -> None:
    assert consenting.page_of_ours(elsewhere) == ""


def test_the_trail_tells_who_connected(place: Place) -> None:
    asked = consenting.begin(place.around, TRIAL, redirect_uri=CALLBACK)
    consenting.finish(place.around, place.answer(asked.url), session="browser-1")

    with place.around.db.reading() as connection:
        lines = connection.execute(trail.select()).mappings().all()
    assert [(line["actor_name"], line["deed"], line["thing_name"]) for line in lines] == [
        ("Ed", "connected", "acme")
    ]


def test_without_an_app_one_is_asked_to_make_it_and_stored_keys_then_serve(tmp_path: Path) -> None:
    with opened(tmp_path, keys=False) as place:
        with pytest.raises(SettingInvalid, match="no app at Intuit"):
            consenting.begin(place.around, TRIAL, redirect_uri=CALLBACK)
        boss = replace(place.around, actor=replace(EDITOR, role=Role.ADMIN))
        apps.save(boss, Environment.SANDBOX, client_id="sandbox-client", client_secret="sandbox-secret")

        apps.check(place.around, Environment.SANDBOX)
        asked = consenting.begin(place.around, TRIAL, redirect_uri=CALLBACK)
        _, credential = consenting.finish(place.around, place.answer(asked.url), session="browser-1")

    assert credential.state is CredentialState.CONNECTED


def test_wrong_keys_are_found_by_the_check(tmp_path: Path) -> None:
    with opened(tmp_path, keys=False) as place:
        boss = replace(place.around, actor=replace(EDITOR, role=Role.ADMIN))
        apps.save(boss, Environment.SANDBOX, client_id="sandbox-client", client_secret="wrong")

        with pytest.raises(SettingInvalid, match="refused the app"):
            apps.check(boss, Environment.SANDBOX)


def test_the_second_of_two_who_change_the_keys_is_told(tmp_path: Path) -> None:
    with opened(tmp_path, keys=False) as place:
        boss = replace(place.around, actor=replace(EDITOR, role=Role.ADMIN))
        seen = apps.save(boss, Environment.PRODUCTION, client_id="a", client_secret="a-secret-word").version
        apps.save(boss, Environment.PRODUCTION, client_id="c", version=seen)

        with pytest.raises(ChangedMeanwhile):
            apps.save(boss, Environment.PRODUCTION, client_id="d", version=seen)
        with pytest.raises(Forbidden):
            apps.save(place.around, Environment.PRODUCTION, client_id="d")

        assert apps.show(boss, Environment.PRODUCTION).client_id == "c"
        assert b"a-secret-word" not in _sealed(boss)


def _sealed(around: Surroundings) -> bytes:
    """The stored secret as it lies in the database."""
    with around.db.reading() as connection:
        (sealed,) = connection.exec_driver_sql("select client_secret from apps").one()
    assert isinstance(sealed, bytes)
    return sealed
