"""Books made of captured answers."""

import json
import os
from pathlib import Path

import pytest

from counterfoil.errors import NotFound, SettingInvalid
from counterfoil.sandbox.recorded import read_recorded
from counterfoil.sandbox.running import Sandbox
from tests.sandbox.acme import REALM, START, Caller, tiny_records

SAMPLES = (
    Path(os.environ.get("COUNTERFOIL_SAMPLES", Path(__file__).parents[3] / "shared" / "samples")) / "recorded"
)


def exchange(rows: str = "", key: str = "Invoice") -> str:
    """A captured answer that holds some records."""
    request = json.dumps({"method": "GET", "path": f"/v3/company/{REALM}/query"})
    response = '{"QueryResponse": {"' + key + '": [' + rows + '], "startPosition": 1}}'
    return f'[{{"request": {request}, "status": 200, "headers": {{}}, "response": {response}}}]'


def test_captured_records_are_served_with_the_digits_they_came_with(tmp_path: Path) -> None:
    _, invoice = next(entry for entry in tiny_records() if entry[0] == "Invoice")
    row = json.dumps(invoice, default=str).replace('"100.00"', "100.000")
    (tmp_path / "a.json").write_text(exchange(row))

    with Sandbox(read_recorded(tmp_path), start=START) as sandbox:
        answer = Caller(sandbox).http.get("/invoice/1")

    assert sandbox.realms == [REALM]
    assert '"TotalAmt":100.000' in answer.text


def test_a_recorded_company_has_a_name_to_connect_by(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(exchange())

    with Sandbox(read_recorded(tmp_path), start=START) as sandbox:
        info = Caller(sandbox).http.get(f"/companyinfo/{REALM}").json()["CompanyInfo"]

    assert info["CompanyName"] == f"Recorded company {REALM}"


def test_an_entity_that_answers_call_otherwise_is_found_by_its_own_name(tmp_path: Path) -> None:
    row = json.dumps({"Id": "9", "MetaData": {"CreateTime": "2026-04-01T00:00:00-07:00"}})
    (tmp_path / "a.json").write_text(exchange(row, "CreditCardPaymentTxn"))

    with Sandbox(read_recorded(tmp_path), start=START) as sandbox:
        assert Caller(sandbox).ids("select * from CreditCardPayment") == ["9"]


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_recorded(tmp_path)
    (tmp_path / "a.json").write_text("{nonsense")
    with pytest.raises(SettingInvalid, match=r"a\.json"):
        read_recorded(tmp_path)
    (tmp_path / "a.json").write_text("[1]")
    with pytest.raises(SettingInvalid, match=r"a\.json"):
        read_recorded(tmp_path)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the captured answers are not beside this checkout")
def test_the_captured_company_is_answered_as_it_was_captured() -> None:
    recorded = read_recorded(SAMPLES)
    with Sandbox(recorded) as sandbox:
        caller = Caller(sandbox)
        for file in sorted(SAMPLES.glob("*.json")):
            (captured,) = json.loads(file.read_text())
            query, wanted = captured["request"]["params"]["query"], captured["response"]["QueryResponse"]
            found = caller.query(query)
            for key, rows in wanted.items():
                if isinstance(rows, list):
                    assert sorted(row["Id"] for row in found[key]) == sorted(row["Id"] for row in rows), (
                        file.name
                    )
                    by_id = {row["Id"]: row for row in found[key]}
                    assert all(by_id[row["Id"]] == row for row in rows)
                    assert ("totalCount" in found) == ("totalCount" in wanted), file.name
