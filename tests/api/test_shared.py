"""The same rules on PostgreSQL, where two processes of the service share one store."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from counterfoil.model.actor import Role
from tests.api.service import PATIENCE, opened, serving, surroundings
from tests.postgres import Server

KEY = {"Idempotency-Key": "e1d5c1f0-6d5e-4a58"}


@pytest.fixture
def two(postgres: Server, tmp_path: Path) -> Iterator[tuple[httpx2.Client, httpx2.Client]]:
    """An administrator at each of two processes' doors."""
    url = postgres.new_database()
    with ExitStack() as stack:
        first, second = (stack.enter_context(opened(url, tmp_path)) for _ in range(2))
        one = stack.enter_context(serving(surroundings(first, tmp_path)))
        other = stack.enter_context(serving(surroundings(second, tmp_path), keys=one.keys))
        yield stack.enter_context(one.client(Role.ADMIN)), stack.enter_context(other.client(Role.ADMIN))


def test_a_repeat_at_another_process_gets_the_first_answer(two: tuple[httpx2.Client, httpx2.Client]) -> None:
    here, there = two
    first = here.post("/api/v1/keys", json={"name": "dbt", "role": "viewer"}, headers=KEY)
    again = there.post("/api/v1/keys", json={"name": "dbt", "role": "viewer"}, headers=KEY)

    assert first.status_code == 201
    assert again.content == first.content


def test_of_requests_at_both_doors_at_once_one_does_the_work(
    two: tuple[httpx2.Client, httpx2.Client],
) -> None:
    answers: list[httpx2.Response] = []

    def send(client: httpx2.Client) -> None:
        answers.append(client.post("/api/v1/keys", json={"name": "dbt", "role": "viewer"}, headers=KEY))

    threads = [threading.Thread(target=send, args=(client,)) for client in two * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert {answer.json()["code"] for answer in answers if answer.is_error} <= {"request.still_running"}


def test_the_second_of_two_editors_overwrites_nothing(two: tuple[httpx2.Client, httpx2.Client]) -> None:
    here, there = two
    made = here.post("/api/v1/users", json={"email": "bob@example.com", "role": "viewer"}).json()
    path = f"/api/v1/users/{made['user']['id']}"
    seen = {"If-Match": here.get(path).headers["etag"]}
    first = here.patch(path, json={"name": "Robert"}, headers=seen)
    second = there.patch(path, json={"name": "Bobby"}, headers=seen)

    assert (first.status_code, second.status_code) == (200, 412)
    assert there.get(path).json()["name"] == "Robert"


def test_a_process_on_the_same_store_answers_with_the_same_tags(
    two: tuple[httpx2.Client, httpx2.Client],
) -> None:
    here, there = two
    tag = here.get("/api/v1/kinds").headers["etag"]

    assert there.get("/api/v1/kinds", headers={"If-None-Match": tag}).status_code == 304
