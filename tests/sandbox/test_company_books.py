"""The made-up company's balances tie to its transactions, and its forms to their lines."""

from collections import defaultdict
from decimal import Decimal

import pytest

from counterfoil.sandbox.company import Company
from tests.sandbox.made_up import Books, Everything, by_entity, made, with_bulk


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


def moved(company: Company, everything: Everything) -> dict[str, Decimal]:
    result: dict[str, Decimal] = defaultdict(Decimal)
    for entity, record in everything:
        for account, debit, credit in company.postings(entity, record):
            result[account] += debit - credit
    return result


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
