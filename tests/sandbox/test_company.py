"""The made-up company: the same every time, whole, and as the API writes it."""

import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from counterfoil.sandbox.company import Company
from counterfoil.sandbox.company.wire import encode
from tests.sandbox.made_up import by_entity, made, open_body

SERVED = {
    "Invoice", "SalesReceipt", "Estimate", "CreditMemo", "RefundReceipt", "Payment", "Bill", "BillPayment",
    "VendorCredit", "Purchase", "PurchaseOrder", "JournalEntry", "Deposit", "Transfer", "TimeActivity",
    "CreditCardPayment", "InventoryAdjustment", "ReimburseCharge", "RecurringTransaction", "TaxPayment",
    "Account", "Customer", "Vendor", "Employee", "Item", "Class", "Department", "Term", "PaymentMethod",
    "CustomerType", "CompanyCurrency", "JournalCode", "TaxCode", "TaxRate", "TaxAgency", "TaxClassification",
    "Budget", "Attachable", "ExchangeRate", "CompanyInfo", "Preferences",
}  # fmt: skip
LINE_KINDS = {
    "Invoice": {"SalesItem", "Group", "Discount", "SubTotal", "DescriptionOnly"},
    "SalesReceipt": {"SalesItem", "Group", "Discount", "SubTotal", "DescriptionOnly"},
    "Estimate": {"SalesItem", "Group", "Discount", "SubTotal", "DescriptionOnly"},
    "CreditMemo": {"SalesItem", "Group", "Discount", "SubTotal", "DescriptionOnly"},
    "RefundReceipt": {"SalesItem", "Group", "Discount", "SubTotal", "DescriptionOnly"},
    "Payment": {"LinkedTxn"},
    "BillPayment": {"LinkedTxn"},
    "Bill": {"AccountBasedExpense", "ItemBasedExpense"},
    "VendorCredit": {"AccountBasedExpense", "ItemBasedExpense"},
    "Purchase": {"AccountBasedExpense", "ItemBasedExpense"},
    "PurchaseOrder": {"AccountBasedExpense", "ItemBasedExpense"},
    "JournalEntry": {"JournalEntry", "DescriptionOnly"},
    "Deposit": {"Deposit", "LinkedTxn"},
    "InventoryAdjustment": {"ItemAdjustment"},
    "ReimburseCharge": {"Reimburse"},
}


@pytest.fixture(scope="module")
def company() -> Company:
    return made()[0]


def values(node: Any) -> Iterator[Any]:
    """Walk a record down to everything that is neither an object nor an array."""
    if isinstance(node, dict):
        for member in node.values():
            yield from values(member)
    elif isinstance(node, list):
        for member in node:
            yield from values(member)
    else:
        yield node


def bytes_of(company: Company) -> list[bytes]:
    written = [encode({entity: record}) for entity, record in company.records()]
    return written + [
        series.body(place) for series in company.series() for place in range(0, len(series), 37)
    ]


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert [bytes_of(c) for c in made(2)] == [bytes_of(c) for c in made(2)]


def test_another_seed_gives_other_bytes() -> None:
    first, second = made(seed=7)[0], made(seed=8)[0]

    addresses = [[c["BillAddr"] for c in by_entity(company)["Customer"]] for company in (first, second)]
    assert addresses[0] != addresses[1]
    assert first.series()[0].body(0) != second.series()[0].body(0)


def test_a_caller_may_change_its_records_without_harm(company: Company) -> None:
    before = [encode(record) for _, record in company.records()]
    for _, record in company.records():
        for member in record.values():
            if isinstance(member, dict | list):
                member.clear()
        record.clear()

    assert [encode(record) for _, record in company.records()] == before


def test_companies_differ_in_realm_name_and_home_currency() -> None:
    nine = made(9)

    assert len({c.realm_id for c in nine}) == 9
    assert len({c.name for c in nine}) == 9
    homes = {by_entity(c)["Preferences"][0]["CurrencyPrefs"]["HomeCurrency"]["value"] for c in nine[:4]}
    assert homes == {"USD", "GBP", "CAD", "AUD"}


def test_the_same_id_means_another_record_in_another_realm() -> None:
    first, second = ({r["Id"]: r for r in by_entity(c)["Invoice"]} for c in made(2))

    shared = first.keys() & second.keys()
    assert len(shared) > 50
    assert all(first[i] != second[i] for i in shared)


@pytest.mark.parametrize("place", range(4))
def test_every_entity_that_is_served_appears(place: int) -> None:
    counts = Counter(entity for entity, _ in made(4)[place].records())

    assert set(counts) == SERVED
    once = {entity for entity, number in counts.items() if number == 1}
    assert once == {"CompanyInfo", "Preferences"}


@pytest.mark.parametrize("entity", LINE_KINDS)
def test_every_kind_of_line_appears(company: Company, entity: str) -> None:
    found = set()
    for record in by_entity(company)[entity]:
        for line in record["Line"]:
            found.add(line.get("DetailType", "LinkedTxn").removesuffix("LineDetail"))

    assert found == LINE_KINDS[entity]


def test_every_record_carries_what_the_api_puts_on_all(company: Company) -> None:
    for entity, record in company.records():
        body = open_body(entity, record)
        assert body["domain"] == "QBO"
        assert body["sparse"] is False
        if entity != "ExchangeRate":
            assert isinstance(body["Id"], str)
            assert body["SyncToken"].isdigit()


def test_no_value_is_a_float_or_null(company: Company) -> None:
    kinds = {type(value) for _, record in company.records() for value in values(record)}

    assert kinds == {str, int, bool, Decimal}


def test_inactive_names_carry_the_suffix(company: Company) -> None:
    records = by_entity(company)
    for entity in (
        "Account",
        "Customer",
        "Vendor",
        "Employee",
        "Item",
        "Class",
        "Department",
        "Term",
        "PaymentMethod",
    ):
        inactive = [r for r in records[entity] if not r["Active"]]
        assert inactive
        assert all(str(r.get("DisplayName") or r["Name"]).endswith(" (deleted)") for r in inactive)


def test_the_pseudo_tax_codes_carry_no_active_flag(company: Company) -> None:
    pseudo = {r["Id"]: r for r in by_entity(company)["TaxCode"] if r["Id"] in ("TAX", "NON")}

    assert len(pseudo) == 2
    assert not any("Active" in record for record in pseudo.values())


def test_hostile_text_and_extreme_amounts_are_in_the_books(company: Company) -> None:
    found = [value for _, record in company.records() for value in values(record)]
    texts = "\0".join(value for value in found if isinstance(value, str))
    numbers = {value for value in found if isinstance(value, Decimal)}

    for hostile in (
        "DROP TABLE",
        "<script>",
        "\\",
        '"',
        "\n",
        "\t",
        "\u202e",
        "o\u0308",
        "🚴",
        "مقهى",
        "漢字",
        "00742",
    ):
        assert hostile in texts
    assert max(len(value) for value in texts.split("\0")) > 3_000
    assert {Decimal("99999999999.99"), Decimal("0.005"), Decimal("0.9166667"), Decimal(0)} <= numbers


def test_an_invoice_carries_up_to_twelve_custom_fields_of_every_type(company: Company) -> None:
    widest = max((r["CustomField"] for r in by_entity(company)["Invoice"]), key=len)

    assert len(widest) == 12
    assert {field["Type"] for field in widest} == {"StringType", "NumberType", "DateType", "BooleanType"}
    assert {"DefinitionId", "Name", "Type"} in [set(field) for field in widest]


def test_voided_transactions_have_nought_everywhere(company: Company) -> None:
    records = by_entity(company)
    for entity in ("Invoice", "SalesReceipt", "Payment", "Purchase", "Transfer"):
        voided = [r for r in records[entity] if str(r.get("PrivateNote", "")).startswith("Voided")]
        assert voided
        for record in voided:
            assert record.get("TotalAmt", record.get("Amount")) == 0
            assert all(line["Amount"] == 0 for line in record.get("Line", []))
            assert company.postings(entity, record) == []


def test_attachable_ids_are_longer_than_a_float_can_hold(company: Company) -> None:
    assert {len(r["Id"]) for r in by_entity(company)["Attachable"]} == {17, 18, 19}


def test_recurring_transactions_are_wrapped_in_what_they_make(company: Company) -> None:
    wrapped = by_entity(company)["RecurringTransaction"]

    assert {kind for record in wrapped for kind in record} == {"Invoice", "Bill"}
    assert all("RecurringInfo" in body for record in wrapped for body in record.values())


def test_the_books_are_a_few_hundred_records_written_within_a_second() -> None:
    company = made()[0]
    company.series()  # planning the bulk run is not what is timed
    begun = time.process_time()
    number = sum(1 for _ in company.records())

    assert 300 < number < 1_500
    assert time.process_time() - begun < 1


def test_adding_up_the_bulk_run_takes_seconds_even_for_a_million() -> None:
    begun = time.process_time()
    made(invoices=100_000)[0].series()

    assert time.process_time() - begun < 2
