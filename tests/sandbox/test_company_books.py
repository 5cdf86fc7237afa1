"""The made-up company's books balance, and everything in them refers to something that is there."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from counterfoil.sandbox.company import Company, companies

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
Record = dict[str, Any]
Books = dict[str, list[Record]]
Everything = list[tuple[str, Record]]

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
    return companies(4, seed=3, invoices=600, now=NOW)[place]


@pytest.fixture(scope="module")
def books(company: Company) -> Books:
    result = defaultdict(list)
    for entity, record in company.records():
        result[entity].append(record)
    return result


def of_series(company: Company) -> Iterator[tuple[str, Record]]:
    for series in company.series():
        for place in range(len(series)):
            yield series.entity, json.loads(series.body(place), parse_float=Decimal, parse_int=_number)


def _number(text: str) -> Decimal:
    return Decimal(text)


@pytest.fixture(scope="module")
def everything(company: Company, books: Books) -> Everything:
    """All records and the whole bulk run."""
    written = [(entity, record) for entity, members in books.items() for record in members]
    return [*written, *of_series(company)]


def moved(company: Company, everything: Everything) -> dict[str, Decimal]:
    result: dict[str, Decimal] = defaultdict(Decimal)
    for entity, record in everything:
        for account, debit, credit in company.postings(entity, record):
            result[account] += debit - credit
    return result


def test_debits_equal_credits_in_every_transaction(company: Company, everything: Everything) -> None:
    posted = 0
    for entity, record in everything:
        entries = company.postings(entity, record)
        posted += len(entries)
        assert sum(debit for _, debit, _ in entries) == sum(credit for _, _, credit in entries), (
            entity,
            record,
        )
        assert all(debit >= 0 and credit >= 0 for _, debit, credit in entries)

    assert posted > 4_000


def test_only_cents_of_conversion_go_to_exchange_gain_or_loss(
    company: Company, books: Books, everything: Everything
) -> None:
    exchange = next(a["Id"] for a in books["Account"] if a["AccountSubType"] == "ExchangeGainOrLoss")
    for entity, record in everything:
        for account, debit, credit in company.postings(entity, record):
            if account == exchange:
                assert "ExchangeRate" in record
                assert debit + credit <= Decimal("0.05"), (entity, record)


@pytest.mark.parametrize(
    ("entity", "kind", "sign"),
    [
        ("Invoice", "Accounts Receivable", 1),
        ("CreditMemo", "Accounts Receivable", -1),
        ("Payment", "Accounts Receivable", -1),
        ("Bill", "Accounts Payable", -1),
        ("VendorCredit", "Accounts Payable", 1),
        ("BillPayment", "Accounts Payable", 1),
    ],
)
def test_what_is_owed_moves_by_the_whole_amount(
    company: Company, books: Books, everything: Everything, entity: str, kind: str, sign: int
) -> None:
    controls = {a["Id"] for a in books["Account"] if a["AccountType"] == kind}
    for record in [record for name, record in everything if name == entity]:
        entries = company.postings(entity, record)
        owed = sum((debit - credit for account, debit, credit in entries if account in controls), Decimal(0))
        at_home = record["TotalAmt"] * record.get("ExchangeRate", 1)
        assert abs(owed - sign * at_home) <= Decimal("0.005")


@pytest.mark.parametrize(
    ("entity", "field", "amount", "sign"),
    [
        ("SalesReceipt", "DepositToAccountRef", "TotalAmt", 1),
        ("RefundReceipt", "DepositToAccountRef", "TotalAmt", -1),
        ("Deposit", "DepositToAccountRef", "TotalAmt", 1),
        ("Transfer", "ToAccountRef", "Amount", 1),
        ("Transfer", "FromAccountRef", "Amount", -1),
        ("CreditCardPayment", "CreditCardAccountRef", "Amount", 1),
        ("CreditCardPayment", "BankAccountRef", "Amount", -1),
        ("TaxPayment", "PaymentAccountRef", "PaymentAmount", -1),
        ("Purchase", "AccountRef", "TotalAmt", -1),
    ],
)
def test_money_moves_in_the_account_that_the_record_names(
    company: Company, books: Books, entity: str, field: str, amount: str, sign: int
) -> None:
    for record in books[entity]:
        entries = company.postings(entity, record)
        moved_there = sum(
            (d - c for account, d, c in entries if account == record[field]["value"]), Decimal(0)
        )
        way = -sign if record.get("Refund") or record.get("Credit") else sign
        at_home = record[amount] * record.get("ExchangeRate", 1)
        assert abs(moved_there - way * at_home) <= Decimal("0.005")


def test_income_is_credited_and_stock_leaves_at_cost_with_a_sale(company: Company, books: Books) -> None:
    kinds = {a["Id"]: a["AccountType"] for a in books["Account"]}
    for record in books["SalesReceipt"]:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for account, debit, credit in company.postings("SalesReceipt", record):
            sums[kinds[account]] += debit - credit
        assert sums["Income"] <= 0
        assert sums["Cost of Goods Sold"] >= 0


def test_account_balances_tie_to_what_was_posted(
    company: Company, books: Books, everything: Everything
) -> None:
    ledger = moved(company, everything)
    home = books["Preferences"][0]["CurrencyPrefs"]["HomeCurrency"]["value"]
    for account in books["Account"]:
        if account["Classification"] in ("Revenue", "Expense"):
            assert account["CurrentBalance"] == 0
        elif account["CurrencyRef"]["value"] == home:
            assert account["CurrentBalance"] == ledger[account["Id"]], account["Name"]


def test_receivables_equal_what_customers_owe_and_payables_what_vendors_are_owed(books: Books) -> None:
    for kind, entity, sign in (("Accounts Receivable", "Customer", 1), ("Accounts Payable", "Vendor", -1)):
        controls = [a for a in books["Account"] if a["AccountType"] == kind]
        assert len(controls) == 4
        for account in controls:
            names = [n for n in books[entity] if n["CurrencyRef"] == account["CurrencyRef"]]
            assert sum(n["Balance"] for n in names) * sign == account["CurrentBalance"], account["Name"]


def test_customers_owe_what_is_open_on_their_forms(books: Books, everything: Everything) -> None:
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for entity, record in everything:
        if entity in ("Invoice", "CreditMemo"):
            owed[record["CustomerRef"]["value"]] += record["Balance"] * (1 if entity == "Invoice" else -1)
        if entity == "Payment":
            owed[record["CustomerRef"]["value"]] -= record["UnappliedAmt"]
    for entry in books["JournalEntry"]:
        for line in entry["Line"]:
            name = line.get("JournalEntryLineDetail", {}).get("Entity", {})
            if name.get("Type") == "Customer":
                owed[name["EntityRef"]["value"]] += line["Amount"]

    assert {c["Id"]: c["Balance"] for c in books["Customer"]} == {
        c["Id"]: owed[c["Id"]] for c in books["Customer"]
    }


def test_a_parent_s_balance_with_jobs_adds_its_jobs(books: Books) -> None:
    parent = books["Customer"][0]
    family = [
        c for c in books["Customer"] if c["FullyQualifiedName"].startswith(parent["FullyQualifiedName"])
    ]

    assert len(family) > 2
    assert parent["BalanceWithJobs"] == sum(c["Balance"] for c in family)


def test_stock_times_cost_equals_the_inventory_account(books: Books) -> None:
    stock = [i for i in books["Item"] if i["Type"] == "Inventory"]
    account = next(a for a in books["Account"] if a["AccountSubType"] == "Inventory")

    assert all(i["QtyOnHand"] > 0 for i in stock)
    assert sum(i["QtyOnHand"] * i["PurchaseCost"] for i in stock) == account["CurrentBalance"]


def test_a_form_s_total_is_its_lines_less_discounts_plus_tax(everything: Everything) -> None:
    checked = 0
    for entity, record in everything:
        if entity not in ("Invoice", "SalesReceipt", "Estimate", "CreditMemo", "RefundReceipt"):
            continue
        total = Decimal(record.get("TxnTaxDetail", {}).get("TotalTax", 0))
        for line in record["Line"]:
            match line["DetailType"]:
                case "SalesItemLineDetail":
                    total += line["Amount"]
                case "GroupLineDetail":
                    children = line["GroupLineDetail"]["Line"]
                    assert line["Amount"] == sum(child["Amount"] for child in children)
                    total += line["Amount"]
                case "DiscountLineDetail":
                    total -= line["Amount"]
        assert record["TotalAmt"] == total, (entity, record["Id"])
        checked += 1

    assert checked > 700


def test_home_amounts_are_the_foreign_ones_at_the_rate(books: Books) -> None:
    pairs = {"HomeTotalAmt": "TotalAmt", "HomeBalance": "Balance"}
    found = set()
    for entity in ("Invoice", "SalesReceipt", "Estimate", "CreditMemo", "Bill"):
        for record in books[entity]:
            for home, foreign in pairs.items():
                if home in record:
                    found.add((record["CurrencyRef"]["value"], home))
                    assert abs(record[home] - record[foreign] * record["ExchangeRate"]) <= Decimal("0.005")

    assert len(found) == 6


def test_an_open_balance_is_the_total_less_what_was_linked(everything: Everything) -> None:
    settled: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for entity, record in everything:
        if entity in ("Payment", "BillPayment"):
            for line in record["Line"]:
                link = line["LinkedTxn"][0]
                settled[link["TxnType"], link["TxnId"]] += line["Amount"]
    for entity, record in everything:
        if entity in ("Invoice", "Bill", "CreditMemo"):
            assert record["Balance"] == record["TotalAmt"] - settled[entity, record["Id"]]
            assert record["Balance"] >= 0


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


def test_a_paid_invoice_was_last_updated_by_its_payment(books: Books) -> None:
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
