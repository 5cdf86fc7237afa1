"""The rules that only live records show: other rates, voids, part payments, what is paid before there is a document."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from counterfoil.sandbox.clerk import Clerk
from counterfoil.sandbox.opening import open_world
from tests.sandbox.made_up import NOW, made

Fields = dict[str, Any]


@pytest.fixture
def clerk() -> Clerk:
    """The clerk of a company in dollars with no bulk run."""
    world = open_world(made(1, invoices=0), start=NOW)
    return Clerk(next(iter(world.books.values())), world.clock.now)


def account(clerk: Clerk, sub_kind: str, currency: str = "USD") -> str:
    every = (clerk.get("Account", id_) for id_ in clerk.ids("Account"))
    return next(
        str(one["Id"])
        for one in every
        if one["AccountSubType"] == sub_kind and one["CurrencyRef"]["value"] == currency
    )


def customer(clerk: Clerk, currency: str) -> Fields:
    every = (clerk.get("Customer", id_) for id_ in clerk.ids("Customer"))
    return {"value": next(one["Id"] for one in every if one["CurrencyRef"]["value"] == currency)}


def item(clerk: Clerk, name: str) -> Fields:
    every = (clerk.get("Item", id_) for id_ in clerk.ids("Item"))
    return {"value": next(one["Id"] for one in every if one["Name"] == name)}


def invoice(clerk: Clerk, amount: str, *, currency: str = "USD", **fields: Any) -> Fields:
    """An invoice over one workshop hour at this price."""
    detail = {"ItemRef": item(clerk, "Workshop hour"), "Qty": 1, "UnitPrice": Decimal(amount)}
    line = {"Amount": Decimal(amount), "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    return clerk.create("Invoice", {"CustomerRef": customer(clerk, currency), "Line": [line], **fields})


def pay(clerk: Clerk, total: str, *paid: tuple[Fields, str], **fields: Any) -> Fields:
    lines = [
        {"Amount": Decimal(by), "LinkedTxn": [{"TxnId": one["Id"], "TxnType": "Invoice"}]} for one, by in paid
    ]
    whose = paid[0][0]["CustomerRef"] if paid else customer(clerk, "USD")
    return clerk.create(
        "Payment", {"CustomerRef": whose, "TotalAmt": Decimal(total), "Line": lines, **fields}
    )


def posted(clerk: Clerk, record: Fields, basis: str = "Accrual") -> dict[str, Decimal]:
    """What a transaction posts, by account, debits positive; nought is left out."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for one in clerk.postings(basis):
        if one.id == record["Id"]:
            sums[one.account] += one.debit - one.credit
    return {id_: by for id_, by in sums.items() if by}


def test_a_payment_at_another_rate_makes_a_realised_gain(clerk: Clerk) -> None:
    owed = invoice(clerk, "100.00", currency="EUR", ExchangeRate=Decimal("1.10"))
    paid = pay(clerk, "100.00", (owed, "100.00"), ExchangeRate=Decimal("1.25"))

    debts, bank = account(clerk, "AccountsReceivable", "EUR"), account(clerk, "UndepositedFunds")
    assert posted(clerk, owed)[debts] == Decimal("110.00")
    assert posted(clerk, paid) == {
        bank: Decimal("125.00"),
        debts: Decimal("-110.00"),
        account(clerk, "ExchangeGainOrLoss"): Decimal("-15.00"),
    }


def test_what_a_payment_leaves_unapplied_stands_at_its_own_rate(clerk: Clerk) -> None:
    owed = invoice(clerk, "100.00", currency="EUR", ExchangeRate=Decimal("1.10"))
    paid = pay(clerk, "150.00", (owed, "100.00"), ExchangeRate=Decimal("1.25"))

    assert posted(clerk, paid)[account(clerk, "AccountsReceivable", "EUR")] == Decimal("-172.50")
    assert paid["UnappliedAmt"] == 50


def test_changing_the_rate_of_an_invoice_changes_what_its_payment_gained(clerk: Clerk) -> None:
    owed = invoice(clerk, "100.00", currency="EUR", ExchangeRate=Decimal("1.10"))
    paid = pay(clerk, "100.00", (owed, "100.00"), ExchangeRate=Decimal("1.25"))
    gain = account(clerk, "ExchangeGainOrLoss")
    before = posted(clerk, paid)[gain]

    clerk.change("Invoice", owed["Id"], {"ExchangeRate": Decimal("1.20")})

    assert (before, posted(clerk, paid)[gain]) == (Decimal("-15.00"), Decimal("-5.00"))


def test_a_voided_transaction_posts_nothing_and_a_deleted_one_is_gone(clerk: Clerk) -> None:
    for entity in ("Invoice", "SalesReceipt", "Purchase", "JournalEntry", "Deposit", "Transfer", "Bill"):
        record = next(r for r in (clerk.get(entity, i) for i in clerk.ids(entity)) if posted(clerk, r))
        clerk.void(entity, record["Id"])
        assert posted(clerk, record) == {}
        clerk.delete(entity, record["Id"])
        assert posted(clerk, record) == {}


def test_stock_leaves_at_cost(clerk: Clerk) -> None:
    tube = item(clerk, "Inner tube")
    detail = {"ItemRef": tube, "Qty": 3, "UnitPrice": 8}
    line = {"Amount": 24, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    before = clerk.get("Item", tube["value"])["QtyOnHand"]
    sold = clerk.create("Invoice", {"CustomerRef": customer(clerk, "USD"), "Line": [line]})

    assert posted(clerk, sold)[account(clerk, "Inventory")] == Decimal("-6.30")
    assert clerk.get("Item", tube["value"])["QtyOnHand"] == before - 3


def test_on_cash_basis_an_invoice_counts_by_the_share_that_was_paid(clerk: Clerk) -> None:
    owed = invoice(clerk, "100.00", TxnTaxDetail={"TotalTax": Decimal("8.00")}, TxnDate="2026-01-05")
    first = pay(clerk, "36.00", (owed, "36.00"), TxnDate="2026-02-05")
    second = pay(clerk, "72.00", (owed, "72.00"), TxnDate="2026-03-05")

    income = clerk.get("Item", item(clerk, "Workshop hour")["value"])["IncomeAccountRef"]["value"]
    bank, tax = account(clerk, "UndepositedFunds"), account(clerk, "SalesTaxPayable")
    assert posted(clerk, owed, "Cash") == {}
    assert posted(clerk, first, "Cash") == {bank: 36, income: Decimal("-33.33"), tax: Decimal("-2.67")}
    assert posted(clerk, second, "Cash") == {bank: 72, income: Decimal("-66.67"), tax: Decimal("-5.33")}


def test_on_cash_basis_what_is_paid_without_an_invoice_is_unapplied_income(clerk: Clerk) -> None:
    free = pay(clerk, "40.00", TxnDate="2026-02-05")

    assert posted(clerk, free, "Cash") == {
        account(clerk, "UndepositedFunds"): 40,
        account(clerk, "UnappliedCashPaymentIncome"): -40,
    }


def test_on_cash_basis_a_payment_before_its_invoice_waits_as_unapplied(clerk: Clerk) -> None:
    owed = invoice(clerk, "40.00", TxnDate="2026-03-05")
    early = pay(clerk, "40.00", (owed, "40.00"), TxnDate="2026-02-05")

    income = clerk.get("Item", item(clerk, "Workshop hour")["value"])["IncomeAccountRef"]["value"]
    waiting = account(clerk, "UnappliedCashPaymentIncome")
    assert posted(clerk, early, "Cash")[waiting] == -40
    assert posted(clerk, owed, "Cash") == {waiting: 40, income: -40}


def test_on_cash_basis_a_bill_counts_when_it_is_paid(clerk: Clerk) -> None:
    rent, bank = account(clerk, "RentOrLeaseOfBuildings"), account(clerk, "Checking")
    detail = {"AccountRef": {"value": rent}}
    line = {
        "Amount": 90,
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": detail,
    }
    vendor = {"value": clerk.ids("Vendor")[0]}
    owed = clerk.create("Bill", {"VendorRef": vendor, "Line": [line]})
    link = {"Amount": 90, "LinkedTxn": [{"TxnId": owed["Id"], "TxnType": "Bill"}]}
    fields = {"PayType": "Check", "CheckPayment": {"BankAccountRef": {"value": bank}}, "TotalAmt": 100}
    paid = clerk.create("BillPayment", {"VendorRef": vendor, "Line": [link], **fields})

    assert posted(clerk, owed, "Cash") == {}
    assert posted(clerk, paid, "Cash") == {
        bank: -100,
        rent: 90,
        account(clerk, "UnappliedCashBillPaymentExpense"): 10,
    }


@pytest.mark.parametrize("basis", ["Accrual", "Cash"])
def test_every_transaction_balances_on_either_basis(clerk: Clerk, basis: str) -> None:
    sums: dict[tuple[str, str, object], Decimal] = defaultdict(Decimal)
    for one in clerk.postings(basis):
        sums[one.entity, one.id, one.date] += one.debit - one.credit

    assert len(sums) > 100
    assert set(sums.values()) == {Decimal(0)}


def test_a_new_transaction_takes_its_customers_currency_and_the_newest_rate(clerk: Clerk) -> None:
    made_here = invoice(clerk, "10.00", currency="EUR")

    rates = [clerk.get("ExchangeRate", id_) for id_ in clerk.ids("ExchangeRate")]
    newest = max((r for r in rates if r["SourceCurrencyCode"] == "EUR"), key=lambda r: r["AsOfDate"])
    assert (made_here["CurrencyRef"]["value"], made_here["ExchangeRate"]) == ("EUR", newest["Rate"])


def test_ids_of_new_transactions_come_after_those_of_a_bulk_run() -> None:
    world = open_world(made(1, invoices=30), start=NOW)
    clerk = Clerk(next(iter(world.books.values())), world.clock.now)
    used = {id_ for entity in ("Invoice", "Payment", "Bill", "Deposit") for id_ in clerk.ids(entity)}

    assert invoice(clerk, "1.00")["Id"] not in used


def test_a_tax_payment_counts_on_the_day_it_was_paid(clerk: Clerk) -> None:
    paid = clerk.ids("TaxPayment")[0]

    moved = clerk.change("TaxPayment", paid, {"PaymentDate": "2026-01-05"})

    assert "TxnDate" not in moved
    assert {str(one.date) for one in clerk.postings() if one.id == paid and one.entity == "TaxPayment"} == {
        "2026-01-05"
    }


def test_a_credit_that_is_gone_is_no_longer_in_what_was_paid_with_it(clerk: Clerk) -> None:
    owed = invoice(clerk, "100.00")
    line = {"Amount": Decimal("30.00"), "DetailType": "SalesItemLineDetail"}
    detail = {"ItemRef": item(clerk, "Workshop hour"), "Qty": 1}
    credit = clerk.create(
        "CreditMemo", {"CustomerRef": owed["CustomerRef"], "Line": [line | {"SalesItemLineDetail": detail}]}
    )
    lines = [(owed, "Invoice", "100.00"), (credit, "CreditMemo", "30.00")]
    paid = clerk.create(
        "Payment",
        {
            "CustomerRef": owed["CustomerRef"],
            "TotalAmt": Decimal("70.00"),
            "Line": [
                {"Amount": Decimal(by), "LinkedTxn": [{"TxnId": one["Id"], "TxnType": kind}]}
                for one, kind, by in lines
            ],
        },
    )
    before = paid["UnappliedAmt"]

    clerk.delete("CreditMemo", credit["Id"])

    assert (before, clerk.get("Payment", paid["Id"])["UnappliedAmt"]) == (0, -30)
