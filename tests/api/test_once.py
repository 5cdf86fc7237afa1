"""Idempotency-Key: what is sent twice is done once."""

import threading
from datetime import timedelta

import httpx2
import pytest
import sqlalchemy as sa

from counterfoil.api.once import GIVEN_UP, KEPT
from counterfoil.store.service_schema import replies as table
from tests.api.service import Service

KEY = {"Idempotency-Key": "e1d5c1f0-6d5e-4a58"}
WANTED = {"name": "dbt", "role": "viewer"}


def names(admin: httpx2.Client) -> list[str]:
    return [key["name"] for key in admin.get("/api/v1/keys").json()["items"]]


def age(service: Service, by: timedelta) -> None:
    """Let all that is kept be older than it is."""
    with service.db.writing() as connection:
        long_ago = service.around.now() - by
        connection.execute(sa.update(table).values(created_at=long_ago))


def test_a_repeat_gets_the_first_answer_and_makes_nothing_new(admin: httpx2.Client) -> None:
    first = admin.post("/api/v1/keys", json=WANTED, headers=KEY)
    again = admin.post("/api/v1/keys", json=WANTED, headers=KEY)

    assert first.status_code == again.status_code == 201
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["etag"] == first.headers["etag"]
    assert names(admin).count("dbt") == 1


def test_without_a_key_a_repeat_is_a_request_of_its_own(admin: httpx2.Client) -> None:
    admin.post("/api/v1/keys", json=WANTED)

    assert admin.post("/api/v1/keys", json=WANTED).json()["code"] == "already_exists"


def test_the_same_key_for_another_request_is_refused(admin: httpx2.Client) -> None:
    admin.post("/api/v1/keys", json=WANTED, headers=KEY)
    other = admin.post("/api/v1/keys", json={**WANTED, "name": "other"}, headers=KEY)

    assert (other.status_code, other.json()["code"]) == (422, "request.key_reused")
    assert "other" not in names(admin)


def test_keys_of_different_people_do_not_meet(admin: httpx2.Client, viewer: httpx2.Client) -> None:
    admin.post("/api/v1/schedules/preview", json={"schedule": "daily"}, headers=KEY)
    answer = viewer.post("/api/v1/schedules/preview", json={"schedule": "hourly"}, headers=KEY)

    assert answer.json()["schedule"].startswith("every 1 hour")


def test_what_failed_may_be_tried_again_with_the_same_key(admin: httpx2.Client) -> None:
    admin.post("/api/v1/keys", json=WANTED)
    refused = admin.post("/api/v1/keys", json=WANTED, headers=KEY)
    admin.delete("/api/v1/keys/dbt")
    again = admin.post("/api/v1/keys", json=WANTED, headers=KEY)

    assert (refused.status_code, again.status_code) == (409, 201)


def test_a_request_that_is_being_answered_is_not_begun_again(admin: httpx2.Client, service: Service) -> None:
    admin.post("/api/v1/keys", json=WANTED, headers=KEY)
    with service.db.writing() as connection:
        connection.execute(sa.update(table).values(status=None, body=""))  # as before its answer
    again = admin.post("/api/v1/keys", json=WANTED, headers=KEY)

    assert (again.status_code, again.json()["code"]) == (409, "request.still_running")
    assert "retry-after" in again.headers


def test_a_request_whose_process_died_can_be_sent_again_after_a_while(
    admin: httpx2.Client, service: Service
) -> None:
    admin.post("/api/v1/keys", json=WANTED, headers=KEY)
    admin.delete("/api/v1/keys/dbt")
    with service.db.writing() as connection:
        connection.execute(sa.update(table).values(status=None, body=""))
    age(service, GIVEN_UP + timedelta(seconds=1))

    assert admin.post("/api/v1/keys", json=WANTED, headers=KEY).status_code == 201


def test_an_answer_is_kept_for_a_day(admin: httpx2.Client, service: Service) -> None:
    first = admin.post("/api/v1/schedules/preview", json={"schedule": "daily"}, headers=KEY)
    age(service, KEPT - timedelta(minutes=5))
    kept = admin.post("/api/v1/schedules/preview", json={"schedule": "daily"}, headers=KEY)
    age(service, KEPT + timedelta(minutes=5))
    anew = admin.post("/api/v1/schedules/preview", json={"schedule": "daily"}, headers=KEY)

    assert "idempotency-replayed" not in first.headers
    assert "idempotency-replayed" in kept.headers
    assert "idempotency-replayed" not in anew.headers


def test_a_secret_in_a_kept_answer_stands_sealed(admin: httpx2.Client, service: Service) -> None:
    word = admin.post("/api/v1/keys", json=WANTED, headers=KEY).json()["word"]

    with service.db.reading() as connection:
        kept = connection.execute(sa.select(table.c.body)).scalar_one()
    assert word not in kept
    assert admin.post("/api/v1/keys", json=WANTED, headers=KEY).json()["word"] == word


@pytest.mark.parametrize("key", ["", "a" * 201, "two words"])
def test_a_key_that_is_none_is_refused(admin: httpx2.Client, key: str) -> None:
    answer = admin.post("/api/v1/keys", json=WANTED, headers={"Idempotency-Key": key})

    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


def test_of_many_at_the_same_time_one_does_the_work(service: Service) -> None:
    answers: list[httpx2.Response] = []

    def send() -> None:
        with service.client() as client:
            answers.append(client.post("/api/v1/keys", json=WANTED, headers=KEY))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert all(answer.json()["code"] == "request.still_running" for answer in answers if answer.is_error)
