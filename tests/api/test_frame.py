"""What holds for every answer of the service: who may ask, how errors are told, what browsers are protected by."""

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from fastapi import FastAPI

from counterfoil.model.actor import Role
from counterfoil.server.guard import LARGEST_BODY
from tests.api.service import PATIENCE, Service


def problem_of(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == answer.status_code
    assert told["type"] == f"/api/docs#{told['code']}"
    assert told["what"]
    return told


def test_nobody_is_told_how_to_sign_in(service: Service) -> None:
    with service.client(None) as nobody:
        answer = nobody.get("/api/v1/budget")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert problem_of(answer)["code"] == "not_signed_in"


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer", "Basic a2V5", "key-of-admin", "Bearer \u00e9"])
def test_a_wrong_key_opens_nothing(service: Service, header: str) -> None:
    with service.client(None) as nobody:
        answer = nobody.get("/api/v1/me", headers=[(b"Authorization", header.encode("latin-1"))])

    assert problem_of(answer)["status"] == 401


def test_a_key_knows_whom_it_stands_for(viewer: httpx2.Client) -> None:
    told = viewer.get("/api/v1/me").json()

    assert (told["kind"], told["name"], told["role"]) == ("key", "the key 'the viewer'", "viewer")


def test_what_is_not_there_is_a_problem_that_says_what_to_do(viewer: httpx2.Client) -> None:
    told = problem_of(viewer.get("/api/v1/streams/Nothing"))

    assert (told["status"], told["code"]) == (404, "not_found")
    assert "Invoice" in told["do"]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/api/v2", 404), ("PUT", "/api/v1/me", 405)])
def test_a_wrong_address_or_method_is_a_problem(
    viewer: httpx2.Client, method: str, path: str, status: int
) -> None:
    assert problem_of(viewer.request(method, path))["status"] == status


def test_a_wrong_method_is_told_the_right_ones(viewer: httpx2.Client) -> None:
    assert viewer.put("/api/v1/users").headers["allow"] == "GET, POST"
    assert viewer.put("/healthz").headers["allow"] == "GET"


@pytest.mark.parametrize("moment", ["0", "1766400000", "2026-11-22T09:30:00", "yesterday"])
def test_a_moment_has_to_say_on_whose_clock(viewer: httpx2.Client, moment: str) -> None:
    assert problem_of(viewer.get("/api/v1/syncs", params={"since": moment}))["status"] == 422


def test_a_request_that_is_not_as_described_names_the_place_and_repeats_no_value(
    viewer: httpx2.Client,
) -> None:
    answer = viewer.post("/api/v1/schedules/preview", json={"schedule": ["hunter2"]})

    told = problem_of(answer)
    assert (told["status"], told["code"]) == (422, "request.invalid")
    assert told["faults"] == ["body.schedule: Input should be a valid string"]
    assert "hunter2" not in answer.text


def test_an_unknown_field_is_refused_rather_than_overlooked(viewer: httpx2.Client) -> None:
    told = problem_of(viewer.post("/api/v1/schedules/preview", json={"schedule": "manual", "strems": []}))

    assert told["faults"] == ["body.strems: Extra inputs are not permitted"]


def test_a_body_that_is_no_json_is_a_problem(viewer: httpx2.Client) -> None:
    answer = viewer.post(
        "/api/v1/schedules/preview", content=b"{", headers={"Content-Type": "application/json"}
    )

    assert problem_of(answer)["status"] == 422


def test_a_defect_shows_nothing_of_our_insides(
    service: Service, viewer: httpx2.Client, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("the insides")

    application(service).add_api_route("/broken", broken)
    answer = viewer.get("/broken")

    told = problem_of(answer)
    assert (told["status"], told["code"]) == (500, "defect")
    assert "insides" not in answer.text
    assert "the insides" in caplog.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def application(service: Service) -> FastAPI:
    assert isinstance(service.app, FastAPI)
    return service.app


def test_browsers_are_told_to_run_no_foreign_script_and_to_frame_nothing(viewer: httpx2.Client) -> None:
    for path in ("/api/v1/me", "/api/docs", "/api/v2"):
        headers = viewer.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert "unsafe-inline" not in policy, path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "same-origin", path
        assert "server" not in headers, path
        assert "strict-transport-security" not in headers, path


def test_the_api_opens_itself_to_no_other_site(viewer: httpx2.Client) -> None:
    answer = viewer.options(
        "/api/v1/me", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    )

    assert not any(name.startswith("access-control") for name in answer.headers)


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "[::1", "", "evil.example:8080"])
def test_a_foreign_host_name_is_refused(viewer: httpx2.Client, host: str) -> None:
    assert viewer.get("/api/v1/me", headers={"Host": host}).status_code in (400, 421)


@pytest.mark.parametrize("host", ["localhost:8080", "LOCALHOST", "127.0.0.1", "[::1]:8080"])
def test_this_machine_knows_the_service_by_any_of_its_own_names(viewer: httpx2.Client, host: str) -> None:
    assert viewer.get("/api/v1/me", headers={"Host": host}).status_code == 200


def test_a_body_that_says_it_is_too_large_is_not_even_read(service: Service) -> None:
    place = urlsplit(service.url)
    head = f"POST /api/v1/schedules/preview HTTP/1.1\r\nHost: localhost\r\nContent-Length: {LARGEST_BODY + 1}\r\n\r\n"
    with socket.create_connection((place.hostname, place.port), timeout=PATIENCE) as line:
        line.sendall(head.encode())
        answer = line.recv(65536)

    assert b" 413 " in answer.split(b"\r\n", 1)[0]


def test_a_body_that_grows_too_large_unannounced_is_refused(viewer: httpx2.Client) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(2 * LARGEST_BODY // 65536):
            yield b" " * 65536

    try:
        status = viewer.post("/api/v1/schedules/preview", content=endless()).status_code
    except httpx2.WriteError:  # the server hung up before all was sent
        status = 413
    assert status == 413


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_are_answered_under_any_name(service: Service, path: str) -> None:
    with service.client(None, Host="10.1.2.3:8080") as probe:
        answer = probe.get(path)

    assert answer.json()["well"] is (answer.status_code == 200)


def test_an_answer_that_is_known_is_not_sent_again(viewer: httpx2.Client) -> None:
    first = viewer.get("/api/v1/streams")
    again = viewer.get("/api/v1/streams", headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
    other = viewer.get("/api/v1/streams?limit=1", headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert other.status_code == 200


def test_lists_come_in_pages_that_miss_nothing(viewer: httpx2.Client) -> None:
    whole = [one["name"] for one in viewer.get("/api/v1/streams?limit=200").json()["items"]]
    paged: list[str] = []
    after: str | None = ""
    while after is not None:
        answer = viewer.get("/api/v1/streams", params={"limit": 7, "after": after}).json()
        paged += [one["name"] for one in answer["items"]]
        after = answer["next"]

    assert paged == whole
    assert len(whole) > 30


def test_the_document_is_for_everyone_and_names_each_operation_once(service: Service) -> None:
    with service.client(None) as nobody:
        document = nobody.get("/api/openapi.json").json()
        page = nobody.get("/api/docs").text

    operations = [one for path in document["paths"].values() for one in path.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids)
    assert all(operation["tags"] for operation in operations)
    assert [one for one in ids if f'id="{one}"' not in page] == []
    assert "<script" not in page
    assert "style=" not in page


def test_every_operation_of_the_api_says_which_role_it_needs(service: Service) -> None:
    with service.client(None) as nobody:
        document = nobody.get("/api/openapi.json").json()

    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if path.startswith("/api/"):
                ways = {name: roles for way in operation.get("security", ()) for name, roles in way.items()}
                assert set(ways) == {"key", "session"}, (method, path)
                assert ways["key"] in ([role] for role in Role), (method, path)


def test_no_schema_of_an_answer_has_room_for_a_secret(service: Service) -> None:
    with service.client(None) as nobody:
        text = json.dumps(nobody.get("/api/openapi.json").json()["components"]["schemas"])

    assert "access_token" not in text
    assert "refresh_token" not in text
