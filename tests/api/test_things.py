"""Sources, destinations and connections over the API: made, seen, changed, taken away."""

from typing import Any

import httpx2
import pytest

from counterfoil.model.credential import Credential, Environment
from counterfoil.store import credentials
from tests.api.service import Service

SECRET = "a password that nobody sees"


@pytest.fixture
def acme(service: Service) -> Credential:
    credential = Credential(
        id="cred_acme0000000000ab",
        name="acme",
        realm_id="9130357849000001",
        environment=Environment.PRODUCTION,
        created_at=service.around.now(),
        company_name="Acme & Söhne",
    )
    credentials.save(service.db, credential)
    return credential


@pytest.fixture
def warehouse(editor: httpx2.Client) -> dict[str, Any]:
    return made(
        editor.post(
            "/api/v1/destinations", json={"name": "lake", "kind": "duckdb", "options": {"path": "${BOOKS}"}}
        )
    )


@pytest.fixture
def source(editor: httpx2.Client, acme: Credential, warehouse: dict[str, Any]) -> dict[str, Any]:
    return made(
        editor.post(
            "/api/v1/sources",
            json={
                "name": "acme books",
                "credential": "acme",
                "streams": ["Invoice", "Customer"],
                "prefix": "acme_",
                "schedule": "every 15 minutes",
                "destinations": [{"destination": "lake", "dataset": "finance"}],
            },
        )
    )


def made(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_source_is_told_as_it_was_made(viewer: httpx2.Client, source: dict[str, Any]) -> None:
    told = viewer.get("/api/v1/sources/acme books").json()

    assert told == source
    assert told["streams"] == ["Customer", "Invoice"]
    assert told["schedule"] == "every 15 minutes from 00:00 UTC"
    assert told["company_name"] == "Acme & Söhne"
    assert [(one["destination"], one["dataset"]) for one in told["connections"]] == [("lake", "finance")]
    assert told["next_run_at"] is not None
    assert told["version"] == 1


def test_an_id_leads_to_a_source_whatever_its_name(
    editor: httpx2.Client, viewer: httpx2.Client, source: dict[str, Any]
) -> None:
    path = f"/api/v1/sources/{source['id']}"
    editor.patch(path, json={"name": "a?b#c%2F.."}, headers={"If-Match": "*"})

    assert viewer.get(path).json()["name"] == "a?b#c%2F.."


def test_a_patch_changes_what_it_names_and_nothing_else(
    editor: httpx2.Client, source: dict[str, Any]
) -> None:
    path = f"/api/v1/sources/{source['id']}"
    tag = editor.get(path).headers["etag"]
    told = editor.patch(path, json={"streams": None}, headers={"If-Match": tag}).json()

    assert told["streams"] is None
    assert {**told, "streams": 0, "version": 0} == {**source, "streams": 0, "version": 0}
    assert told["version"] > source["version"]


def test_of_two_who_edit_a_source_the_second_is_told(editor: httpx2.Client, source: dict[str, Any]) -> None:
    path = f"/api/v1/sources/{source['id']}"
    seen = editor.get(path).headers["etag"]
    first = editor.patch(path, json={"schedule": "hourly"}, headers={"If-Match": seen})
    second = editor.patch(path, json={"schedule": "daily"}, headers={"If-Match": seen})

    assert (first.status_code, second.status_code) == (200, 412)
    assert editor.get(path).json()["schedule"] == "every 1 hour from 00:00 UTC"


def test_what_would_change_is_told_before_anything_does(
    editor: httpx2.Client, source: dict[str, Any]
) -> None:
    path = f"/api/v1/sources/{source['id']}"
    told = editor.post(f"{path}/consequences", json={"prefix": "new_"}).json()

    assert told["reads_in_full"] is True
    assert "new_" in " ".join(told["told"])
    assert editor.get(path).json()["prefix"] == "acme_"


def test_a_source_is_paused_and_resumed(editor: httpx2.Client, source: dict[str, Any]) -> None:
    path = f"/api/v1/sources/{source['id']}"
    paused = editor.post(f"{path}/pause").json()
    resumed = editor.post(f"{path}/resume").json()

    assert (paused["paused"], paused["next_run_at"]) == (True, None)
    assert resumed["paused"] is False
    assert resumed["next_run_at"] is not None


def test_a_schedule_that_is_none_is_refused_with_the_reason(editor: httpx2.Client, acme: Credential) -> None:
    answer = editor.post(
        "/api/v1/sources", json={"name": "x", "credential": "acme", "schedule": "every 7 minutes"}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "setting.invalid")
    assert "7 minutes" in answer.json()["what"]


def test_a_source_is_removed_and_its_tables_are_not_spoken_of_again(
    editor: httpx2.Client, source: dict[str, Any]
) -> None:
    path = f"/api/v1/sources/{source['id']}"

    assert editor.delete(path).status_code == 204
    assert editor.get(path).status_code == 404
    assert editor.get("/api/v1/connections").json()["items"] == []


def test_sources_are_found_by_what_they_are(viewer: httpx2.Client, source: dict[str, Any]) -> None:
    def names(**asked: str) -> list[str]:
        found = viewer.get("/api/v1/sources", params=asked).json()
        return [one["name"] for one in found["items"]]

    assert names() == names(credential="acme") == names(paused="false") == ["acme books"]
    assert names(credential="birch") == names(paused="true") == []


def test_connections_come_and_go(editor: httpx2.Client, source: dict[str, Any]) -> None:
    wanted = {"source": "acme books", "destination": "lake", "dataset": "second"}
    connection = made(editor.post("/api/v1/connections", json=wanted))
    before = editor.get("/api/v1/connections", params={"source": "acme books"}).json()["items"]
    gone = editor.delete(f"/api/v1/connections/{connection['id']}")

    assert connection["dataset"] == "second"
    assert {one["dataset"] for one in before} == {"finance", "second"}
    assert gone.status_code == 204
    assert editor.get(f"/api/v1/connections/{connection['id']}").status_code == 404


def test_two_sources_that_would_write_one_table_are_refused_by_name(
    editor: httpx2.Client, source: dict[str, Any]
) -> None:
    answer = editor.post(
        "/api/v1/sources",
        json={
            "name": "twin",
            "credential": "acme",
            "prefix": "acme_",
            "destinations": [{"destination": "lake", "dataset": "finance"}],
        },
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")
    assert "acme books" in answer.json()["what"]
    assert "twin" in answer.json()["what"]


def test_a_destination_in_use_is_not_removed(editor: httpx2.Client, source: dict[str, Any]) -> None:
    answer = editor.delete("/api/v1/destinations/lake")

    assert (answer.status_code, answer.json()["code"]) == (409, "in_use")


def test_an_option_that_is_none_is_refused(editor: httpx2.Client) -> None:
    answer = editor.post(
        "/api/v1/destinations", json={"name": "x", "kind": "duckdb", "options": {"pth": "a"}}
    )

    assert answer.status_code == 422
    assert "path" in answer.json()["detail"]


def test_a_destination_is_proved_step_by_step(editor: httpx2.Client, warehouse: dict[str, Any]) -> None:
    told = editor.post("/api/v1/destinations/lake/prove", json={}).json()

    assert told["works"] is True
    assert {step["proof"] for step in told["steps"]} == {"worked"}


def test_a_file_is_applied_and_a_dry_run_keeps_nothing(editor: httpx2.Client, acme: Credential) -> None:
    text = """\
version: 1
credentials: [{name: acme, realm_id: "9130357849000001"}]
destinations: [{name: pond, kind: duckdb, options: {path: "${BOOKS}"}}]
sources: [{name: acme, credential: acme, schedule: hourly, destinations: [pond]}]
"""
    yaml = {"Content-Type": "application/yaml"}
    dry = editor.post("/api/v1/apply", params={"dry_run": "true"}, content=text.encode(), headers=yaml)
    before = editor.get("/api/v1/sources").json()["items"]
    wet = editor.post("/api/v1/apply", content=text.encode(), headers=yaml)

    assert dry.json()["changes"] == wet.json()["changes"]
    assert ("source", "acme", "created") in [(c["noun"], c["name"], c["did"]) for c in wet.json()["changes"]]
    assert before == []
    assert [one["name"] for one in editor.get("/api/v1/sources").json()["items"]] == ["acme"]


def test_what_is_exported_changes_nothing_when_it_is_applied(
    editor: httpx2.Client, viewer: httpx2.Client, source: dict[str, Any]
) -> None:
    exported = viewer.get("/api/v1/export")
    yaml = {"Content-Type": exported.headers["content-type"]}
    told = editor.post("/api/v1/apply", content=exported.content, headers=yaml).json()

    assert "acme books" in exported.text
    assert {change["did"] for change in told["changes"]} == {"unchanged"}


def test_a_channel_keeps_its_address_to_itself(admin: httpx2.Client) -> None:
    address = "json://user:hunter2222@127.0.0.1:9/hook"
    made_ = made(admin.post("/api/v1/channels", json={"name": "ops", "address": address}))
    changed = admin.put("/api/v1/channels/ops", json={"name": "ops2"}, headers={"If-Match": '"1.0"'})
    gone = admin.delete("/api/v1/channels/ops2")

    assert "hunter2222" not in str(made_)
    assert (changed.status_code, changed.json()["name"], changed.json()["version"]) == (200, "ops2", 2)
    assert (gone.status_code, admin.get("/api/v1/channels").json()["items"]) == (204, [])


def test_nothing_is_wrong_in_a_new_home(viewer: httpx2.Client) -> None:
    assert viewer.get("/api/v1/alerts").json() == {"items": []}


def test_mistakes_in_a_file_are_all_named_with_their_lines(editor: httpx2.Client) -> None:
    text = b"version: 1\nsorces: []\ndestinations: [{name: x, kind: nope}]\n"
    told = editor.post("/api/v1/apply", content=text, headers={"Content-Type": "application/yaml"}).json()

    assert (told["status"], told["code"]) == (422, "configuration.invalid")
    assert [fault.split(": ")[0] for fault in told["faults"]] == [
        "configuration.yaml:2:1",
        "configuration.yaml:3:32",
    ]


def test_a_schedule_is_previewed_in_utc_and_on_local_clocks(viewer: httpx2.Client) -> None:
    told = viewer.post("/api/v1/schedules/preview", json={"schedule": "daily at 06:00 Europe/Berlin"}).json()

    assert told["schedule"] == "every 24 hours from 06:00 Europe/Berlin"
    assert len(told["next"]) == 5
    assert {run["local"][11:16] for run in told["next"]} == {"06:00"}
    assert {run["at"][-1] for run in told["next"]} == {"Z"}
    assert told["calls_a_month"] > 30
