"""The catalog: all that can be read is offered, with its traits."""

import json
from collections.abc import Callable

import pytest

from counterfoil.errors import Defect, NotFound
from counterfoil.model.stream import Family, InCdc, Reading, Stream
from counterfoil.quickbooks.catalog import catalog, read_entity, stream, tables

OFFERED = {
    Family.TRANSACTION: (
        "Bill BillPayment CreditCardPayment CreditMemo Deposit Estimate InventoryAdjustment Invoice "
        "JournalEntry Payment Purchase PurchaseOrder RecurringTransaction RefundReceipt ReimburseCharge "
        "SalesReceipt TaxPayment TimeActivity Transfer VendorCredit"
    ),
    Family.LIST: (
        "Account Class CompanyCurrency Customer CustomerType Department Employee Item JournalCode "
        "PaymentMethod TaxAgency TaxCode TaxRate Term Vendor"
    ),
    Family.SUPPORTING: "Attachable Budget ExchangeRate TaxClassification",
    Family.SINGLETON: "CompanyInfo Entitlements Preferences",
}


def test_it_offers_every_entity_that_can_be_read() -> None:
    offered: dict[Family, list[str]] = {}
    for name, entry in catalog().items():
        offered.setdefault(entry.family, []).append(name)

    assert {family: " ".join(names) for family, names in offered.items()} == OFFERED


def test_an_unknown_entity_is_refused_with_those_to_choose_from() -> None:
    with pytest.raises(NotFound) as refused:
        stream("SalesOrder")

    assert "'SalesOrder'" in refused.value.what
    assert "Invoice" in refused.value.do


def test_nobody_can_change_the_catalog_for_others() -> None:
    with pytest.raises(TypeError):
        catalog()["Invoice"] = stream("Bill")  # type: ignore[index]


def test_the_tables_of_streams_come_parents_before_children() -> None:
    names = [table.name for table in tables([stream("Invoice"), stream("Term")])]

    assert names == [
        "invoice",
        "invoice_line",
        "invoice_line_linked_txn",
        "invoice_line_bundle",
        "invoice_linked_txn",
        "invoice_tax_line",
        "invoice_custom_field",
        "term",
        "term_custom_field",
    ]


def test_the_entities_that_hide_what_is_inactive_are_marked() -> None:
    hiding = _names(lambda entry: entry.has_inactive)

    assert hiding == (
        "Account Budget Class Customer Department Employee Item PaymentMethod TaxCode TaxRate Term Vendor"
    )


def test_change_data_capture_is_not_asked_for_what_it_leaves_out() -> None:
    without = _names(lambda entry: entry.in_cdc is InCdc.NO)

    assert without == "Entitlements ExchangeRate JournalCode TaxAgency TaxCode TaxRate TimeActivity"


def test_the_entities_that_are_read_in_an_unusual_way_say_so() -> None:
    readings = {name: entry.reading for name, entry in catalog().items()}
    unusual = {name: reading for name, reading in readings.items() if reading is not Reading.KEYSET}

    assert unusual == {
        "CompanyInfo": Reading.SINGLE,
        "Entitlements": Reading.SINGLE,
        "ExchangeRate": Reading.ONCE,
        "InventoryAdjustment": Reading.CHANGES,
        "Preferences": Reading.SINGLE,
        "RecurringTransaction": Reading.OFFSET,
        "TaxClassification": Reading.ONCE,
    }


def test_a_card_payment_answers_under_another_name_than_it_is_asked_by() -> None:
    assert stream("CreditCardPayment").answer_key == "CreditCardPaymentTxn"
    assert stream("Invoice").answer_key == "Invoice"


def test_an_exchange_rate_is_asked_by_currency_and_named_by_three_values() -> None:
    rate = stream("ExchangeRate")

    assert rate.where == "SourceCurrencyCode = '{currency}'"
    assert rate.id_path == (("SourceCurrencyCode",), ("TargetCurrencyCode",), ("AsOfDate",))
    assert rate.table.columns[0].path == ()


def test_a_template_of_a_recurring_transaction_tells_which_type_it_makes() -> None:
    recurring = stream("RecurringTransaction")

    assert recurring.wrapped
    assert {column.name: column.path for column in recurring.table.columns}["transaction_type"] == ("@type",)


def test_addresses_that_differ_at_every_read_are_not_kept() -> None:
    assert stream("Attachable").ignored == (
        ("domain",),
        ("sparse",),
        ("TempDownloadUri",),
        ("ThumbnailTempDownloadUri",),
    )


def test_a_bill_paid_by_check_or_by_card_names_its_payment_in_one_column() -> None:
    links = next(table for table in tables([stream("Bill")]) if table.name == "bill_linked_txn")
    payment = next(column for column in links.columns if column.name == "bill_payment_id")

    assert payment.path == ("TxnId",)
    assert payment.when == (("TxnType",), ("BillPaymentCheck", "BillPaymentCreditCard", "BillPayment"))


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b'{"entity": "Odd"}',
        json.dumps(
            {
                "entity": "Odd",
                "resource": "odd",
                "family": "list",
                "reading": "keyset",
                "in_cdc": "no",
                "id_path": ["Id"],
                "ignored": [],
                "table": {"name": "odd", "columns": {"id": ["Id", "string"]}},
            }
        ).encode(),
    ],
    ids=["cut", "traits missing", "unknown type"],
)
def test_a_file_that_is_not_as_described_is_a_defect_and_is_named(content: bytes) -> None:
    with pytest.raises(Defect, match=r"odd\.json"):
        read_entity("odd.json", content)


def _names(fits: Callable[[Stream], bool]) -> str:
    return " ".join(name for name, entry in catalog().items() if fits(entry))
