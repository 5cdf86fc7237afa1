"""A source's tables over the API: which there are, and a look at their rows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import httpx2
import pytest

from counterfoil.model.credential import Credential, Environment
from counterfoil.store import credentials
from tests.api.service import Service
from tests.api.test_things import made

TABLES = "/api/v1/sources/acme/tables"


@pytest.fixture
def lake(service: Service, editor: httpx2.Client) -> Iterator[Path]:
    """A source that feeds a file in which somebody made one of its tables by hand."""
    path = Path(service.around.environment["BOOKS"])
    credentials.save(
        service.db,
        Credential(
            id="cred_acme0000000000ab",
            name="acme",
            realm_id="9130357849000001",
            environment=Environment.PRODUCTION,
            created_at=service.around.now(),
        ),
    )
    options = {"path": "${BOOKS}"}
    made(editor.post("/api/v1/destinations", json={"name": "lake", "kind": "duckdb", "options": options}))
    source: dict[str, Any] = {
        "name": "acme",
        "credential": "acme",
        "streams": ["Invoice"],
        "prefix": "a_",
        "destinations": [{"destination": "lake", "dataset": "finance"}],
    }
    made(editor.post("/api/v1/sources", json=source))
    with duckdb.connect(path) as file:
        file.execute("CREATE SCHEMA finance")
        file.execute(
            "CREATE TABLE finance.a_invoice_line AS SELECT '1' AS _realm_id, '7' AS invoice_id, n AS index, "
            "CASE WHEN n < 2 THEN 0.5::DECIMAL(38,9) END AS amount, '' AS description FROM range(3) s(n)"
        )
    yield path
    path.unlink()


def test_every_table_is_told_with_what_each_destination_holds(viewer: httpx2.Client, lake: Path) -> None:
    told = viewer.get(TABLES, params={"state": "waiting"}).json()

    assert [table["name"] for table in told["items"]][:2] == ["a_invoice", "a_invoice_custom_field"]
    assert told["items"][0]["key"] == ["_realm_id", "id"]
    assert told["items"][0]["holdings"] == [
        {
            "destination": "lake",
            "dataset": "finance",
            "rows": None,
            "rows_deleted": None,
            "changed_at": None,
            "changed_by": "",
        }
    ]
    assert viewer.get(TABLES, params={"limit": 1}).json()["next"] == "a_account"
    assert viewer.get(f"{TABLES}/a_invoice").json() == told["items"][0]


def test_rows_are_told_exactly_a_page_at_a_time(viewer: httpx2.Client, lake: Path) -> None:
    rows = f"{TABLES}/a_invoice_line/rows"
    first = viewer.get(rows, params={"limit": 2}).json()
    second = viewer.get(rows, params={"limit": 2, "after": first["next"]}).json()

    assert dict(zip(first["columns"], first["types"], strict=True))["amount"] == "decimal"
    told = [dict(zip(first["columns"], row, strict=True)) for row in first["rows"] + second["rows"]]
    assert [(row["index"], row["amount"], row["description"]) for row in told] == [
        ("0", "0.50", ""),
        ("1", "0.50", ""),
        ("2", None, ""),
    ]
    assert second["next"] is None


@pytest.mark.parametrize("after", ["x", '["1"]', '["1","7","0"]', '["1","7",null]', '["1","7",1e400]'])
def test_a_place_that_is_none_is_refused(viewer: httpx2.Client, lake: Path, after: str) -> None:
    answer = viewer.get(f"{TABLES}/a_invoice_line/rows", params={"after": after})

    assert answer.json()["code"] == "request.invalid"


def test_a_place_beyond_all_numbers_has_no_rows(viewer: httpx2.Client, lake: Path) -> None:
    answer = viewer.get(f"{TABLES}/a_invoice_line/rows", params={"after": f'["1","7",{10**30}]'})

    assert answer.status_code == 200
    assert answer.json()["rows"] == []


def test_what_is_not_there_is_said(viewer: httpx2.Client, lake: Path) -> None:
    for path in (f"{TABLES}/a_bill", f"{TABLES}/invoice", f"{TABLES}/a_invoice/rows"):
        assert viewer.get(path).status_code == (200 if path.endswith("a_bill") else 404)
    assert viewer.get(f"{TABLES}/a_invoice_line/rows", params={"destination": "pond"}).status_code == 404
