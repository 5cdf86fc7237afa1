"""Change data capture as section 4 of the API reference describes it."""

from datetime import timedelta

import pytest

from counterfoil.sandbox.running import Sandbox
from tests.sandbox.acme import DAY, START, Caller, at


def test_changed_records_come_whole_and_deleted_ones_as_stubs(sandbox: Sandbox, caller: Caller) -> None:
    since = sandbox.now()
    sandbox.advance(timedelta(minutes=1))
    sandbox.books().change("Customer", "2", {"Notes": "Calls on Mondays"})
    sandbox.books().delete("Invoice", "3")

    changes = caller.changes("Customer,Invoice", since)

    assert next(row for row in changes["Customer"] if row["Id"] == "2")["Notes"] == "Calls on Mondays"
    (stub,) = [row for row in changes["Invoice"] if row["Id"] == "3"]
    assert stub == {
        "domain": "QBO",
        "status": "Deleted",
        "Id": "3",
        "MetaData": {"LastUpdatedTime": at(sandbox.now())},
    }


def test_an_unchanged_entity_gives_an_empty_block(caller: Caller) -> None:
    params = {"entities": "Transfer,Invoice", "changedSince": at(START)}

    answer = caller.http.get("/cdc", params=params).json()

    assert answer["CDCResponse"][0]["QueryResponse"] == [{}, {}]
    assert answer["time"]


def test_blocks_do_not_keep_the_order_of_the_request(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.advance(timedelta(minutes=1))
    for entity in ("Customer", "Vendor", "Account", "Item"):
        sandbox.books().change(entity, "1", {"Notes": "x"})

    asked = ["Customer", "Vendor", "Account", "Item"]
    orders = {tuple(caller.changes(",".join(asked), START + timedelta(seconds=30))) for _ in range(12)}

    assert all(sorted(order) == sorted(asked) for order in orders)
    assert len(orders) > 1


def test_no_more_than_thirty_days_can_be_looked_back(sandbox: Sandbox, caller: Caller) -> None:
    for since, status in ((sandbox.now() - 31 * DAY, 400), (sandbox.now() - 29 * DAY, 200)):
        params = {"entities": "Invoice", "changedSince": at(since)}
        answer = caller.http.get("/cdc", params=params)
        assert answer.status_code == status
        if status == 400:
            assert "older than fixed days is not supported" in answer.json()["Fault"]["Error"][0]["Detail"]


def test_an_unreadable_date_is_refused_in_the_same_words(caller: Caller) -> None:
    answer = caller.http.get(
        "/cdc", params={"entities": "Invoice", "changedSince": "2026-05-01T00:00:00 07:00"}
    )

    assert "older than fixed days" in answer.json()["Fault"]["Error"][0]["Detail"]


def test_the_whole_answer_holds_a_thousand_objects(many: Sandbox) -> None:
    many.advance(timedelta(minutes=1))
    many.books().change("Customer", "1", {"Notes": "x"})

    changes = Caller(many).changes("Invoice,Customer", many.now() - 29 * DAY)

    assert sum(map(len, changes.values())) <= 1000


@pytest.mark.parametrize("entity", ["TimeActivity", "TaxCode", "TaxRate", "TaxAgency", "JournalCode"])
def test_some_entities_are_not_covered(caller: Caller, entity: str) -> None:
    answer = caller.http.get("/cdc", params={"entities": entity, "changedSince": at(START)})

    assert answer.status_code == 400


def test_a_poisoned_record_fails_the_whole_answer(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.advance(timedelta(minutes=1))
    sandbox.books().change("Invoice", "2", {"PrivateNote": "x"})
    sandbox.poison("Invoice", "2")

    answer = caller.http.get("/cdc", params={"entities": "Customer,Invoice", "changedSince": at(START)})

    assert answer.json()["Fault"]["Error"][0]["code"] == "4002"
