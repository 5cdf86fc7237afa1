"""The control API: the same verbs over HTTP, for people and for other languages."""

import httpx2
import pytest

from counterfoil.sandbox.running import Sandbox
from tests.sandbox.acme import REALM, Caller


@pytest.fixture
def control(sandbox: Sandbox) -> httpx2.Client:
    return httpx2.Client(base_url=f"{sandbox.url}/control", verify=False)


def test_it_lists_the_companies(control: httpx2.Client) -> None:
    assert control.get("/companies").json() == [{"realm_id": REALM, "name": "Acme <b>& Sons"}]


def test_every_verb_changes_the_books(control: httpx2.Client, sandbox: Sandbox) -> None:
    here = f"/companies/{REALM}"
    made = control.post(f"{here}/Customer", json={"DisplayName": "Fir"}).json()
    assert control.get(f"{here}/Customer/{made['Id']}").json()["DisplayName"] == "Fir"
    for path, body in (
        ("Invoice/1/change", {"PrivateNote": "x"}),
        ("Invoice/2/pay", {"amount": "20.50"}),
        ("Invoice/3/void", {}),
        ("Invoice/4/delete", {}),
        ("Customer/2/rename", {"name": "Beech"}),
        ("Customer/3/deactivate", {}),
        (f"Customer/{made['Id']}/merge", {"into": "2"}),
        ("Invoice/5/poison", {}),
    ):
        assert control.post(f"{here}/{path}", json=body).status_code == 200, path

    clerk = sandbox.books()
    assert clerk.get("Invoice", "1")["PrivateNote"] == "x"
    assert str(clerk.get("Invoice", "2")["Balance"]) == "179.50"
    assert clerk.get("Invoice", "3")["TotalAmt"] == 0
    assert clerk.ids("Invoice") == ["1", "2", "3", "5"]
    assert clerk.get("Customer", "2")["DisplayName"] == "Beech"
    assert clerk.get("Customer", "3")["Active"] is False
    assert Caller(sandbox).error("select * from Invoice")["code"] == "4002"


def test_faults_are_chosen_and_taken_back(control: httpx2.Client, sandbox: Sandbox) -> None:
    caller = Caller(sandbox)
    assert control.post("/faults", json={"kind": "throttle", "times": 5}).status_code == 200
    assert caller.http.get("/preferences").status_code == 429

    control.delete("/faults")

    assert caller.http.get("/preferences").status_code == 200
    assert control.post("/faults", json={"kind": "nonsense"}).status_code == 400


def test_the_clock_moves_forward_only(control: httpx2.Client, sandbox: Sandbox) -> None:
    before = sandbox.now()

    control.post("/clock", json={"advance_seconds": 3600})

    assert (sandbox.now() - before).total_seconds() >= 3600
    assert control.post("/clock", json={"advance_seconds": -1}).status_code == 400


def test_counters_are_read_and_reset(control: httpx2.Client, sandbox: Sandbox) -> None:
    Caller(sandbox).query("select count(*) from Invoice")

    assert control.get("/counters").json()["metered"] == 1
    assert control.delete("/counters").json()["metered"] == 0


def test_a_company_is_disconnected(control: httpx2.Client, sandbox: Sandbox) -> None:
    caller = Caller(sandbox)

    assert control.post(f"/companies/{REALM}/disconnect", json={}).json() == {"ended": 1}
    assert caller.http.get("/preferences").status_code == 401


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/companies/1/Customer/1/void", 404),
        (f"/companies/{REALM}/Nonsense/1/void", 404),
        (f"/companies/{REALM}/Invoice/99/void", 404),
        (f"/companies/{REALM}/Invoice/1/nonsense", 404),
        (f"/companies/{REALM}/Customer/1/rename", 400),
    ],
)
def test_what_cannot_be_done_is_said(control: httpx2.Client, path: str, status: int) -> None:
    answer = control.post(path, json={})

    assert answer.status_code == status
    assert answer.json()["error"]


def test_a_web_page_cannot_post_here_unasked(control: httpx2.Client) -> None:
    assert control.post("/faults", content="{}", headers={"content-type": "text/plain"}).status_code == 415
