"""Two editors: whoever comes second is told, and overwrites nothing."""

from typing import Any

import httpx2
import pytest


@pytest.fixture
def bob(admin: httpx2.Client) -> dict[str, Any]:
    made = admin.post("/api/v1/users", json={"email": "bob@example.com", "role": "viewer", "name": "Bob"})
    user: dict[str, Any] = made.json()["user"]
    return user


def test_the_second_of_two_editors_overwrites_nothing(admin: httpx2.Client, bob: dict[str, Any]) -> None:
    path = f"/api/v1/users/{bob['id']}"
    seen = admin.get(path).headers["etag"]  # by both
    first = admin.patch(path, json={"name": "Robert"}, headers={"If-Match": seen})
    second = admin.patch(path, json={"name": "Bobby"}, headers={"If-Match": seen})

    assert first.status_code == 200
    assert (second.status_code, second.json()["code"]) == (412, "changed_meanwhile")
    assert admin.get(path).json()["name"] == "Robert"


def test_the_answer_to_a_change_has_the_tag_for_the_next_one(
    admin: httpx2.Client, bob: dict[str, Any]
) -> None:
    path = f"/api/v1/users/{bob['id']}"
    tag = admin.get(path).headers["etag"]
    for name in ("Robert", "Bobby", "Rob"):
        changed = admin.patch(path, json={"name": name}, headers={"If-Match": tag})
        tag = changed.headers["etag"]
        assert changed.json()["name"] == name

    assert admin.get(path).headers["etag"] == tag


def test_a_change_without_a_version_is_refused(admin: httpx2.Client, bob: dict[str, Any]) -> None:
    answer = admin.patch(f"/api/v1/users/{bob['id']}", json={"name": "Robert"})

    assert (answer.status_code, answer.json()["code"]) == (428, "request.version_needed")


def test_a_star_overwrites_on_purpose(admin: httpx2.Client, bob: dict[str, Any]) -> None:
    answer = admin.patch(f"/api/v1/users/{bob['id']}", json={"name": "Robert"}, headers={"If-Match": "*"})

    assert answer.json()["name"] == "Robert"


@pytest.mark.parametrize("tag", ["", '"x"', "1, 2", '"1.zz"', "9" * 30, '"-1.ab"'])
def test_a_tag_that_is_none_of_ours_is_refused(admin: httpx2.Client, bob: dict[str, Any], tag: str) -> None:
    answer = admin.patch(f"/api/v1/users/{bob['id']}", json={"name": "Rob"}, headers={"If-Match": tag})

    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


def test_removing_an_old_version_is_refused(admin: httpx2.Client, bob: dict[str, Any]) -> None:
    path = f"/api/v1/users/{bob['id']}"
    seen = admin.get(path).headers["etag"]
    admin.patch(path, json={"name": "Robert"}, headers={"If-Match": seen})

    assert admin.delete(path, headers={"If-Match": seen}).status_code == 412
    assert admin.delete(path).status_code == 200
