"""Views over all companies of a destination over the API."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from counterfoil.model.actor import Role
from tests.api.service import Service, opened, serving
from tests.road.conftest import opened_world
from tests.sandbox.acme import TinyCompany

HERE = "/api/v1/destinations/lake/companies"


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Service]:
    """A service with one loaded company."""
    with (
        opened(f"sqlite:///{tmp_path}/counterfoil.db", tmp_path) as db,
        opened_world(tmp_path, db, [TinyCompany()]) as made,
    ):
        made.source(streams=("Customer", "Preferences"))
        made.sync()
        with serving(made.around) as service:
            yield service


@pytest.fixture
def editor(lake: Service) -> Iterator[httpx2.Client]:
    with lake.client(Role.EDITOR) as client:
        yield client


def test_they_are_seen_made_and_taken_away(editor: httpx2.Client) -> None:
    before = editor.get(HERE).json()
    assert (before["wanted"], before["made"]) == (None, [])
    assert [(one["source"], one["realm_id"]) for one in before["companies"]] == [
        ("acme", TinyCompany().realm_id)
    ]

    assert editor.put(HERE, json={"currency": "USD"}).status_code == 428
    made = editor.put(HERE, json={"currency": "USD"}, headers={"If-Match": "*"})
    assert made.status_code == 200, made.text
    told = made.json()
    assert told["wanted"] == {"dataset": "all_companies", "currency": "USD"}
    assert told["made"] == [view["name"] for view in told["views"]]
    assert "_company_name" in next(view["sql"] for view in told["views"] if view["name"] == "customer")
    assert editor.get("/api/v1/destinations/lake").json()["companies"] == told["wanted"]

    assert editor.delete(HERE).status_code == 204
    assert editor.get(HERE).json()["made"] == []
    assert editor.delete(HERE).status_code == 404


@pytest.mark.parametrize(
    "wanted", [{"currency": "usd"}, {"dataset": "quickbooks"}, {"dataset": "Books!"}, {"money": "USD"}]
)
def test_what_cannot_be_changes_nothing(editor: httpx2.Client, wanted: dict[str, str]) -> None:
    answer = editor.put(HERE, json=wanted, headers={"If-Match": "*"})

    assert answer.status_code != 428
    assert 400 <= answer.status_code < 500
    assert editor.get(HERE).json()["wanted"] is None


def test_who_changes_an_older_version_is_refused(editor: httpx2.Client) -> None:
    tag = editor.get(HERE).headers["ETag"]
    editor.put(HERE, json={}, headers={"If-Match": tag})

    late = editor.put(HERE, json={"currency": "USD"}, headers={"If-Match": tag})

    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    assert editor.get(HERE).json()["wanted"]["currency"] == ""


def test_where_nothing_speaks_sql_it_is_said(editor: httpx2.Client) -> None:
    editor.post(
        "/api/v1/destinations", json={"name": "files", "kind": "gcs", "options": {"bucket": "nowhere"}}
    )

    answer = editor.get("/api/v1/destinations/files/companies")

    assert answer.json()["code"] == "warehouse.refused"
