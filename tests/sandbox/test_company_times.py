"""When the made-up company's records were written and changed, as the API tells it."""

import json
import re
from datetime import datetime

import pytest

from counterfoil.sandbox.company import Company
from counterfoil.sandbox.company.clock import pacific_time
from tests.sandbox.made_up import NOW, by_entity, made, open_body


@pytest.fixture(scope="module")
def company() -> Company:
    return made()[0]


def test_times_are_pacific_to_the_second_and_in_order(company: Company) -> None:
    shape = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-0[78]:00")
    for entity, record in company.records():
        body = open_body(entity, record)
        times = body["MetaData"]
        if entity == "InventoryAdjustment":
            assert re.fullmatch(r"\d{4}-\d\d-\d\d", times["LastUpdatedTime"])
            continue
        created, updated = times["CreateTime"], times["LastUpdatedTime"]
        assert shape.fullmatch(created)
        assert datetime.fromisoformat(created) <= datetime.fromisoformat(updated) <= NOW


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        ("2026-03-08T09:59:59Z", "2026-03-08T01:59:59-08:00"),
        ("2026-03-08T10:00:00Z", "2026-03-08T03:00:00-07:00"),
        ("2026-11-01T08:59:59Z", "2026-11-01T01:59:59-07:00"),
        ("2026-11-01T09:00:00Z", "2026-11-01T01:00:00-08:00"),
        ("2024-03-10T10:00:00Z", "2024-03-10T03:00:00-07:00"),
        ("2025-01-01T00:00:00Z", "2024-12-31T16:00:00-08:00"),
    ],
)
def test_the_offset_follows_summer_time(moment: str, written: str) -> None:
    assert pacific_time(int(datetime.fromisoformat(moment).timestamp())) == written


def test_a_payment_moves_the_version_of_a_bill_but_an_invoice_only_the_time_of_its_estimate(
    company: Company,
) -> None:
    records = by_entity(company)
    bills = [
        bill for bill in records["Bill"] if any("BillPayment" in x["TxnType"] for x in bill["LinkedTxn"])
    ]
    estimates = [e for e in records["Estimate"] if any(x["TxnType"] == "Invoice" for x in e["LinkedTxn"])]

    assert bills
    assert all(bill["SyncToken"] == "1" for bill in bills)
    assert estimates
    assert all(e["SyncToken"] == "0" for e in estimates)
    assert all(e["MetaData"]["LastUpdatedTime"] > e["MetaData"]["CreateTime"] for e in estimates)


def test_a_customer_is_last_updated_with_its_latest_bulk_invoice(company: Company) -> None:
    series = company.series()[0]
    latest = {}
    for place in range(len(series)):
        latest[json.loads(series.body(place))["CustomerRef"]["value"]] = series.created(place)
    moved = {
        c["Id"]: datetime.fromisoformat(c["MetaData"]["LastUpdatedTime"]).timestamp()
        for c in by_entity(company)["Customer"]
    }

    assert len(latest) > 10
    assert all(moved[customer] >= moment for customer, moment in latest.items())


def test_a_paid_invoice_was_last_updated_by_its_payment(company: Company) -> None:
    books = by_entity(company)
    payments = {r["Id"]: r for r in books["Payment"]}
    checked = 0
    for invoice in books["Invoice"]:
        theirs = [payments[link["TxnId"]] for link in invoice["LinkedTxn"] if link["TxnType"] == "Payment"]
        if theirs and "Voided" not in str(invoice.get("PrivateNote")):
            last = max(p["MetaData"]["CreateTime"] for p in theirs)
            assert datetime.fromisoformat(invoice["MetaData"]["LastUpdatedTime"]) == datetime.fromisoformat(
                last
            )
            assert int(invoice["SyncToken"]) >= len(theirs)
            checked += 1

    assert checked > 20
