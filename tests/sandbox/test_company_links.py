"""Everything in the made-up company's books refers to something that is there."""

from collections.abc import Iterator
from typing import Any

import pytest

from counterfoil.sandbox.company import Company
from tests.sandbox.made_up import Books, Everything, Record, by_entity, made, with_bulk

# Which entity a reference points at, by the name of its field.
POINTS_AT = {
    "CustomerRef": "Customer", "RootCustomerRef": "Customer", "ShipTo": "Customer", "ProjectRef": "Customer",
    "VendorRef": "Vendor", "EmployeeRef": "Employee", "ItemRef": "Item", "GroupItemRef": "Item",
    "ClassRef": "Class", "DepartmentRef": "Department", "SalesTermRef": "Term", "TermRef": "Term",
    "DefaultTerms": "Term", "PaymentMethodRef": "PaymentMethod", "CustomerTypeRef": "CustomerType",
    "JournalCodeRef": "JournalCode", "TaxCodeRef": "TaxCode", "TxnTaxCodeRef": "TaxCode", "InvoiceRef": "Invoice",
    "SalesTaxCodeRef": "TaxCode", "PurchaseTaxCodeRef": "TaxCode", "DefaultTaxCodeRef": "TaxCode",
    "TaxGroupCodeRef": "TaxCode", "TaxRateRef": "TaxRate", "OriginalTaxRate": "TaxRate", "AgencyRef": "TaxAgency",
    "TaxClassificationRef": "TaxClassification", "AccountRef": "Account", "APAccountRef": "Account",
    "DepositToAccountRef": "Account", "IncomeAccountRef": "Account", "ExpenseAccountRef": "Account",
    "AssetAccountRef": "Account", "ItemAccountRef": "Account", "DiscountAccountRef": "Account",
    "BankAccountRef": "Account", "CCAccountRef": "Account", "CreditCardAccountRef": "Account",
    "FromAccountRef": "Account", "ToAccountRef": "Account", "AdjustAccountRef": "Account",
    "PaymentAccountRef": "Account", "ARAccountRef": "Account", "MarkUpIncomeAccountRef": "Account",
    "DropShipToEntity": "Customer", "PrefVendorRef": "Vendor",
    "DefaultARAccount": "Account", "DefaultAPAccount": "Account",
}  # fmt: skip
# Not records: codes, and lists that the API keeps to itself.
POINTS_NOWHERE = {
    "CurrencyRef", "HomeCurrency", "ShipMethodRef", "SalesRepRef", "AccountPurposes", "TaxReturnLineRef",
    "RecurDataRef", "LastModifiedByRef", "CustomerMemo", "TemplateRef",
}  # fmt: skip
LINKS = {"BillPaymentCheck": "BillPayment", "BillPaymentCreditCard": "BillPayment"}


@pytest.fixture(scope="module", params=range(4), ids=["US", "GB", "CA", "AU"])
def company(request: pytest.FixtureRequest) -> Company:
    place: int = request.param
    return made(4, invoices=600)[place]


@pytest.fixture(scope="module")
def books(company: Company) -> Books:
    return by_entity(company)


@pytest.fixture(scope="module")
def everything(company: Company, books: Books) -> Everything:
    return with_bulk(company, books)


def references(node: Any, field: str = "") -> Iterator[tuple[str, Record]]:
    if isinstance(node, dict):
        if "value" in node and isinstance(node["value"], str) and field != "any":
            yield field, node
        for name, member in node.items():
            yield from references(member, name)
    elif isinstance(node, list):
        for member in node:
            yield from references(member, field)


def test_every_reference_points_at_a_record(books: Books, everything: Everything) -> None:
    known = {(entity, r["Id"]) for entity, members in books.items() for r in members if "Id" in r}
    followed = set()
    for entity, record in everything:
        for field, target in references(record):
            if field in POINTS_NOWHERE or target["value"] == "SHIPPING_ITEM_ID":
                continue
            kind = POINTS_AT.get(field) or entity
            if field in ("EntityRef", "Entity"):
                kind = target.get(
                    "type", "Customer" if ("Customer", target["value"]) in known else "Vendor"
                ).title()
            assert field in POINTS_AT or field in ("ParentRef", "EntityRef", "Entity"), field
            assert (kind, target["value"]) in known, (entity, field, target)
            followed.add(field)

    assert len(followed) > 40


def test_links_between_transactions_point_both_ways(everything: Everything) -> None:
    links = set()
    kinds = {}
    for entity, record in everything:
        if "Id" in record:
            kinds[record["Id"], entity] = record
        for link in linked(record):
            links.add((record["Id"], entity, link["TxnId"], LINKS.get(link["TxnType"], link["TxnType"])))

    assert {(entity, kind) for _, entity, _, kind in links} >= {
        ("Estimate", "Invoice"), ("Invoice", "Estimate"), ("Invoice", "Payment"), ("Payment", "Invoice"),
        ("Payment", "Deposit"), ("Deposit", "Payment"), ("Bill", "BillPayment"), ("BillPayment", "Bill"),
        ("CreditMemo", "Payment"), ("Payment", "CreditMemo"), ("PurchaseOrder", "Bill"), ("Bill", "PurchaseOrder"),
        ("SalesReceipt", "Deposit"), ("Deposit", "SalesReceipt"),
    }  # fmt: skip
    for place, entity, other, kind in links:
        assert (other, kind) in kinds
        assert (other, kind, place, entity) in links


def linked(record: Record) -> Iterator[Record]:
    yield from record.get("LinkedTxn", [])
    for line in record.get("Line", []):
        yield from line.get("LinkedTxn", [])


def test_transactions_share_one_number_sequence(everything: Everything) -> None:
    lists = {
        "Account",
        "Customer",
        "Vendor",
        "Item",
        "Class",
        "Department",
        "Term",
        "Employee",
        "PaymentMethod",
    }
    ids = [r["Id"] for e, r in everything if "TxnDate" in r and e not in lists]

    assert len(ids) == len(set(ids))
