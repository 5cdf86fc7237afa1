"""The made-up company's transactions post what they say, and every entry balances."""

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
