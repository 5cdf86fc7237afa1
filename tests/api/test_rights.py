"""Who may do what: every operation of the document, tried by those who may not."""

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from counterfoil.actions import links, users
from counterfoil.actions.browser import csrf_token
from counterfoil.actions.signing_in import sign_in
from counterfoil.model.actor import Role
from tests.api.service import Service

PASSWORD = "correct horse battery staple"


def operations(service: Service) -> Iterator[tuple[str, str, Role]]:
    """Each operation with a path that leads nowhere, and the role that it says it needs."""
    document: dict[str, Any] = service.app.openapi()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            ways = {name: roles for way in operation.get("security", ()) for name, roles in way.items()}
            if "key" in ways:
                yield method, re.sub(r"\{[^}]*\}", "sandbox", path), Role(ways["key"][0])


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_no_operation_opens_to_a_role_below_the_one_it_needs(service: Service, role: Role) -> None:
    tried = 0
    with service.client(role) as client:
        for method, path, needed in operations(service):
            if role.covers(needed):
                continue
            answer = client.request(method, path, json={} if method in ("post", "put", "patch") else None)
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), (method, path)
            tried += 1

    assert tried >= 10


def test_no_operation_opens_to_nobody(service: Service) -> None:
    with service.client(None) as nobody:
        answers = {(m, p): nobody.request(m, p).status_code for m, p, _ in operations(service)}

    assert set(answers.values()) == {401}


def test_what_changes_something_is_for_editors_at_least(service: Service) -> None:
    asking = {("post", "/api/v1/schedules/preview")}
    open_to_viewers = {
        (method, path)
        for method, path, needed in operations(service)
        if method != "get" and needed is Role.VIEWER
    }

    assert open_to_viewers <= asking


@pytest.fixture
def session(service: Service) -> str:
    """The word of an administrator's session."""
    around = service.around
    word = links.set_up_word(around)
    assert word is not None
    links.use(around, word, PASSWORD, email="ada@example.com")
    return sign_in(around, "ada@example.com", PASSWORD, address="127.0.0.1").word


def browser(service: Service, session: str) -> httpx2.Client:
    return service.client(None, Cookie=f"counterfoil_session={session}")


def test_a_browser_that_is_signed_in_may_read(service: Service, session: str) -> None:
    with browser(service, session) as client:
        told = client.get("/api/v1/me").json()

    assert (told["kind"], told["name"], told["role"]) == ("user", "ada@example.com", "admin")


@pytest.mark.parametrize("token", ["", "wrong"])
def test_a_browser_changes_nothing_without_the_token_of_its_page(
    service: Service, session: str, token: str
) -> None:
    with browser(service, session) as client:
        headers = {"X-CSRF-Token": token} if token else {}
        answer = client.post("/api/v1/keys", json={"name": "x", "role": "admin"}, headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert "x" not in [key["name"] for key in client.get("/api/v1/keys").json()["items"]]


def test_with_the_token_of_its_page_a_browser_may(service: Service, session: str) -> None:
    with browser(service, session) as client:
        answer = client.post(
            "/api/v1/keys",
            json={"name": "x", "role": "admin"},
            headers={"X-CSRF-Token": csrf_token(session)},
        )

    assert answer.status_code == 201


def test_a_wrong_key_does_not_fall_back_on_the_session_beside_it(service: Service, session: str) -> None:
    with browser(service, session) as client:
        assert client.get("/api/v1/me", headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_a_key_that_was_revoked_opens_nothing_any_more(
    service: Service, admin: httpx2.Client, viewer: httpx2.Client
) -> None:
    before = viewer.get("/api/v1/me").status_code
    admin.delete("/api/v1/keys/the viewer")

    assert (before, viewer.get("/api/v1/me").status_code) == (200, 401)


def test_an_invitation_makes_a_link_that_only_its_answer_has(service: Service, admin: httpx2.Client) -> None:
    made = admin.post("/api/v1/users", json={"email": "Bob@Example.com", "role": "editor"}).json()
    listed = admin.get("/api/v1/users").text

    assert made["user"]["email"] == "bob@example.com"
    assert "/welcome/" in made["link"]
    assert "/welcome/" not in listed
    assert users.show(service.around, "bob@example.com").role is Role.EDITOR


def test_the_trail_tells_who_did_what_in_pages_without_gaps(admin: httpx2.Client) -> None:
    for number in range(5):
        admin.post("/api/v1/keys", json={"name": f"key {number}", "role": "viewer"})
    numbers: list[int] = []
    after: str | None = None
    while True:
        asked = {"limit": "2", "noun": "key", **({"after": after} if after else {})}
        page = admin.get("/api/v1/audit", params=asked).json()
        numbers += [entry["n"] for entry in page["items"]]
        after = page["next"]
        if after is None:
            break

    newest = admin.get("/api/v1/audit", params={"limit": 1}).json()["items"][0]
    assert (newest["deed"], newest["thing_name"], newest["actor_name"]) == (
        "created",
        "key 4",
        "the key 'the admin'",
    )
    assert len(set(numbers)) == len(numbers) == 8
    assert numbers == sorted(numbers, reverse=True)
