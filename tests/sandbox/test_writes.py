"""Writes over the wire, as sections 2.1 and 5 of the API reference describe them."""

import httpx2
import pytest

from counterfoil.sandbox.running import Sandbox
from tests.sandbox.acme import Caller


def code_of(answer: httpx2.Response) -> str:
    assert answer.status_code == 400, answer.text
    return str(answer.json()["Fault"]["Error"][0]["code"])


def test_a_record_is_created_with_id_token_and_times(caller: Caller) -> None:
    body = {"CustomerRef": {"value": "2"}, "Line": [{"Amount": 5, "DetailType": "SalesItemLineDetail"}]}

    created = caller.post("/invoice", body).json()["Invoice"]

    assert (created["Id"], created["SyncToken"], created["TotalAmt"]) == ("6", "0", 5)
    assert caller.ids("select * from Invoice")[0] == "6"


def test_a_full_update_clears_what_is_not_sent_and_a_sparse_one_leaves_it(caller: Caller) -> None:
    first = {"Id": "2", "SyncToken": "0", "sparse": True, "Notes": "a", "CompanyName": "Birch & Co"}
    sparse = caller.post("/customer", first).json()["Customer"]
    assert (sparse["DisplayName"], sparse["Notes"]) == ("Birch", "a")

    full = caller.post(
        "/customer", {"Id": "2", "SyncToken": "1", "DisplayName": "Birch", "Notes": "b"}
    ).json()

    assert full["Customer"]["Notes"] == "b"
    assert "CompanyName" not in full["Customer"]
    assert full["Customer"]["SyncToken"] == "2"


def test_an_update_with_an_old_token_is_stale(caller: Caller) -> None:
    assert code_of(caller.post("/customer", {"Id": "2", "SyncToken": "7", "DisplayName": "B"})) == "5010"


def test_a_delete_answers_a_stub_and_the_record_is_gone(caller: Caller) -> None:
    body = {"Id": "4", "SyncToken": "0"}

    answer = caller.post("/invoice", body, operation="delete").json()["Invoice"]

    assert answer == {"domain": "QBO", "status": "Deleted", "Id": "4"}
    assert code_of(caller.http.get("/invoice/4")) == "610"
    assert code_of(caller.post("/invoice", body, operation="delete")) == "610"


def test_names_are_never_deleted(caller: Caller) -> None:
    assert code_of(caller.post("/customer", {"Id": "2", "SyncToken": "0"}, operation="delete")) == "500"


@pytest.mark.parametrize("params", [{"operation": "void"}, {"operation": "update", "include": "void"}])
def test_an_invoice_is_voided_either_way(caller: Caller, params: dict[str, str]) -> None:
    voided = caller.post("/invoice", {"Id": "4", "SyncToken": "0", "sparse": True}, **params).json()[
        "Invoice"
    ]

    assert (voided["TotalAmt"], voided["SyncToken"]) == (0, "1")


def test_what_is_required_is_required(caller: Caller) -> None:
    assert code_of(caller.post("/invoice", {"Line": []})) == "2020"


def test_a_reference_to_nobody_is_refused(caller: Caller) -> None:
    body = {"CustomerRef": {"value": "77"}, "Line": [{"Amount": 5}]}

    assert code_of(caller.post("/invoice", body)) == "2500"


def test_a_display_name_is_taken_across_customers_and_vendors(caller: Caller) -> None:
    assert code_of(caller.post("/customer", {"DisplayName": "elm"})) == "6240"


@pytest.mark.parametrize("body", [b"{", b"[]", b"[" * 100_000, b'{"a": NaN}'])
def test_a_body_that_is_no_object_is_refused(caller: Caller, body: bytes) -> None:
    assert code_of(caller.http.post("/invoice", content=body)) == "2010"


def test_a_repeated_request_id_replays_the_first_answer_and_takes_no_other_body(caller: Caller) -> None:
    body = {"DisplayName": "Once"}

    first = caller.post("/customer", body, requestid="r1").json()
    again = caller.post("/customer", body, requestid="r1").json()

    assert again == first
    assert code_of(caller.post("/customer", {"DisplayName": "Twice"}, requestid="r1")) == "600"


def test_a_batch_answers_each_item_by_itself(caller: Caller) -> None:
    items = [
        {"bId": "a", "operation": "create", "Customer": {"DisplayName": "Fir"}},
        {"bId": "b", "Query": "select * from Vendor"},
        {"bId": "c", "operation": "update", "optionsData": "void", "Invoice": {"Id": "5", "SyncToken": "0"}},
        {"bId": "d", "operation": "delete", "Invoice": {"Id": "99", "SyncToken": "0"}},
    ]

    answers = caller.post("/batch", {"BatchItemRequest": items}).json()["BatchItemResponse"]

    assert [answer["bId"] for answer in answers] == ["a", "b", "c", "d"]
    assert answers[0]["Customer"]["DisplayName"] == "Fir"
    assert answers[1]["QueryResponse"]["Vendor"][0]["Id"] == "1"
    assert answers[2]["Invoice"]["TotalAmt"] == 0
    assert answers[3]["Fault"]["Error"][0]["code"] == "610"


def test_a_batch_of_more_than_thirty_is_too_large(caller: Caller) -> None:
    items = [{"bId": str(n), "Query": "select * from Term"} for n in range(31)]

    assert code_of(caller.post("/batch", {"BatchItemRequest": items})) == "1040"


def test_three_text_fields_are_served_and_all_when_asked_for(sandbox: Sandbox, caller: Caller) -> None:
    text = [
        {"DefinitionId": str(n), "Name": f"f{n}", "Type": "StringType", "StringValue": "x"}
        for n in range(1, 6)
    ]
    typed = [{"DefinitionId": "9", "Name": "when", "Type": "DateType", "DateValue": "2026-01-01"}]
    sandbox.books().change("Invoice", "1", {"CustomField": typed + text})

    legacy = caller.http.get("/invoice/1").json()["Invoice"]["CustomField"]
    every = caller.http.get("/invoice/1", params={"include": "enhancedAllCustomFields"}).json()["Invoice"]

    assert [field["DefinitionId"] for field in legacy] == ["1", "2", "3"]
    assert len(every["CustomField"]) == 6
    assert len(caller.query("select * from Invoice where Id = '1'")["Invoice"][0]["CustomField"]) == 3
