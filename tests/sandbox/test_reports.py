"""Reports balance, agree with the ledger, and follow what clerks do to the books."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from counterfoil.sandbox.clerk import Clerk
from counterfoil.sandbox.running import Sandbox
from tests.sandbox.acme import Caller
from tests.sandbox.made_up import NOW, made
from tests.sandbox.report_reading import amount, ask, by_account, group, rows

SAMPLES = Path(__file__).parents[3] / "shared/samples/reports"
BASES = pytest.mark.parametrize("basis", ["Accrual", "Cash"])


@pytest.fixture(scope="module")
def shops() -> Iterator[Sandbox]:
    """A company of each country, which tests only read."""
    with Sandbox(made(4, invoices=120), start=NOW) as running:
        yield running


@pytest.fixture
def shop() -> Iterator[Sandbox]:
    """A company of one's own."""
    with Sandbox(made(2, invoices=30)[1:], start=NOW) as running:
        yield running


def caller(sandbox: Sandbox, place: int = 0) -> Caller:
    return Caller(sandbox, sandbox.authorize(sandbox.realms[place]))


def moved(
    clerk: Clerk, basis: str = "Accrual", until: date = date.max, since: date = date.min
) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for one in clerk.postings(basis):
        if since <= one.date <= until:
            sums[one.account] += one.debit - one.credit
    return sums


def profit_accounts(clerk: Clerk) -> set[str]:
    every = [clerk.get("Account", id_) for id_ in clerk.ids("Account")]
    return {account["Id"] for account in every if account["Classification"] in ("Revenue", "Expense")}


def edit_at_random(clerk: Clerk, rng: Random, times: int = 60) -> None:
    """Edit, void, pay and delete transactions of every type."""
    for _ in range(times):
        entity = rng.choice(["Invoice", "Bill", "Payment", "SalesReceipt", "Purchase", "CreditMemo", "BillPayment",
                             "JournalEntry", "Deposit", "Transfer", "RefundReceipt", "VendorCredit"])  # fmt: skip
        ids = clerk.ids(entity)
        if not ids:
            continue
        id_ = rng.choice(ids)
        record = clerk.get(entity, id_)
        match rng.randrange(5):
            case 0:
                clerk.delete(entity, id_)
            case 1:
                clerk.void(entity, id_)
            case 2:
                clerk.change(entity, id_, {"TxnDate": f"2026-0{rng.randrange(1, 10)}-17"})
            case 3 if entity == "Invoice" and record["Balance"] > 0:
                clerk.pay(id_)
            case 4 if entity in ("Invoice", "Bill", "Purchase", "SalesReceipt"):
                lines = [line for line in record["Line"] if line["DetailType"] != "SubTotalLineDetail"]
                lines[0]["Amount"] = lines[0].get("Amount", 0) + 7
                clerk.change(entity, id_, {"Line": lines})


@pytest.mark.parametrize("place", range(4), ids=["US", "GB", "CA", "AU"])
@BASES
def test_the_trial_balance_balances_in_every_country(shops: Sandbox, place: int, basis: str) -> None:
    report = ask(caller(shops, place), "TrialBalance", accounting_method=basis)

    debit, credit = group(report, "GrandTotal")
    assert debit == credit > 1000
    assert sum(amount(cells[1]) for kind, cells, _ in rows(report) if kind == "data") == debit


@pytest.mark.parametrize("place", range(4), ids=["US", "GB", "CA", "AU"])
@BASES
def test_assets_equal_liabilities_and_equity(shops: Sandbox, place: int, basis: str) -> None:
    params = {"start_date": "2025-03-05", "end_date": "2026-10-10", "summarize_column_by": "Quarter"}
    report = ask(caller(shops, place), "BalanceSheet", accounting_method=basis, **params)

    assert group(report, "TotalAssets") == group(report, "TotalLiabilitiesAndEquity")
    assert len(group(report, "TotalAssets")) == 8


@BASES
def test_profit_and_loss_by_month_equals_what_the_ledger_moved(shops: Sandbox, basis: str) -> None:
    clerk, months = shops.books(), [(1, 31), (2, 28), (3, 31)]
    params = {"start_date": "2026-01-01", "end_date": "2026-03-31", "summarize_column_by": "Month"}
    report = ask(caller(shops), "ProfitAndLoss", accounting_method=basis, **params)

    mine = profit_accounts(clerk)
    for column, (month, last) in enumerate(months):
        change = moved(clerk, basis, date(2026, month, last), date(2026, month, 1))
        earned = -sum((by for account, by in change.items() if account in mine), Decimal(0))
        assert group(report, "NetIncome")[column] == earned
        shown = by_account(report, column + 1)
        assert {a: abs(by) for a, by in change.items() if a in mine and by} == {
            a: abs(by) for a, by in shown.items() if by
        }
    assert group(report, "NetIncome")[-1] == sum(group(report, "NetIncome")[:-1])


def test_the_balance_sheet_and_the_trial_balance_hold_what_was_posted(shops: Sandbox) -> None:
    clerk, mine = shops.books(), profit_accounts(shops.books())
    sheet = by_account(ask(caller(shops), "BalanceSheet", start_date="2026-05-31", end_date="2026-05-31"))

    ledger = moved(clerk, until=date(2026, 5, 31))
    retained = next(
        i for i in clerk.ids("Account") if clerk.get("Account", i)["AccountSubType"] == "RetainedEarnings"
    )
    for account in set(ledger) - mine - {retained}:
        assert abs(sheet.get(account, Decimal(0))) == abs(ledger[account])


def test_balances_follow_random_edits(shop: Sandbox) -> None:
    for seed in range(2):
        edit_at_random(shop.books(), Random(seed))
        agrees_with_itself(shop)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("place", range(4), ids=["US", "GB", "CA", "AU"])
def test_balances_follow_long_histories(place: int, seed: int) -> None:
    with Sandbox(made(4, invoices=60, seed=seed)[place : place + 1], start=NOW) as sandbox:
        for part in range(4):
            edit_at_random(sandbox.books(), Random(10 * seed + part))
            agrees_with_itself(sandbox)


def agrees_with_itself(sandbox: Sandbox) -> None:
    """Both statements balance, and accounts, names and stock hold what the ledger says."""
    clerk, asker = sandbox.books(), caller(sandbox)
    debit, credit = group(ask(asker, "TrialBalance"), "GrandTotal")
    assert debit == credit
    for basis in ("Accrual", "Cash"):
        report = ask(asker, "BalanceSheet", accounting_method=basis)
        assert group(report, "TotalAssets") == group(report, "TotalLiabilitiesAndEquity")
    accounts = {id_: clerk.get("Account", id_) for id_ in clerk.ids("Account")}
    home = clerk.get("Preferences", "1")["CurrencyPrefs"]["HomeCurrency"]["value"]
    sums: dict[str, Decimal] = defaultdict(Decimal)
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for one in clerk.postings():
        at_home = accounts[one.account]["CurrencyRef"]["value"] == home
        sums[one.account] += one.debit - one.credit if at_home else one.foreign
        if accounts[one.account]["AccountType"] == "Accounts Receivable":
            owed[one.name[1]] += one.foreign
    for id_ in set(accounts) - profit_accounts(clerk):
        assert accounts[id_]["CurrentBalance"] == sums[id_], accounts[id_]["Name"]
    for id_ in clerk.ids("Customer"):
        assert clerk.get("Customer", id_)["Balance"] == owed[id_]
    worth = {cells[0]["id"]: amount(cells[2]) for _, cells, _ in rows(ask(asker, "InventoryValuationSummary"))
             if "id" in cells[0]}  # fmt: skip
    assert worth == {id_: clerk.get("Item", id_)["QtyOnHand"] for id_ in worth}


def test_what_a_clerk_does_shows_in_the_next_report(shop: Sandbox) -> None:
    clerk, asker = shop.books(), caller(shop)
    params = {"start_date": "2020-01-01", "end_date": "2026-12-31"}
    before = group(ask(asker, "ProfitAndLoss", **params), "NetIncome")[0]
    fields = {"TotalAmt": 5, "Line": [{"Amount": Decimal("5.00"), "DetailType": "AccountBasedExpenseLineDetail",
              "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "33"}}}]}  # fmt: skip
    bill = clerk.create("Bill", {"VendorRef": {"value": clerk.ids("Vendor")[0]}, **fields})

    assert group(ask(asker, "ProfitAndLoss", **params), "NetIncome")[0] == before - 5
    clerk.void("Bill", bill["Id"])
    assert group(ask(asker, "ProfitAndLoss", **params), "NetIncome")[0] == before
    listed = ask(asker, "TransactionList", **params)
    assert [cells[-1]["value"] for _, cells, _ in rows(listed) if cells[1].get("id") == bill["Id"]] == [".00"]
    clerk.delete("Bill", bill["Id"])
    assert bill["Id"] not in [
        cells[1].get("id") for _, cells, _ in rows(ask(asker, "TransactionList", **params))
    ]


@BASES
def test_the_general_ledger_runs_from_its_beginning_to_the_balance(shops: Sandbox, basis: str) -> None:
    params = {"start_date": "2026-04-01", "end_date": "2026-06-30", "accounting_method": basis}
    report = ask(caller(shops, 1), "GeneralLedger", **params)

    end = moved(shops.books(shops.realms[1]), basis, date(2026, 6, 30))
    mine, account, checked = profit_accounts(shops.books(shops.realms[1])), "", 0
    running = Decimal(0)
    for kind, cells, _ in rows(report):
        if kind == "head":
            account = cells[0]["id"]
        elif kind == "data" and cells[0]["value"] == "Beginning Balance":
            running = amount(cells[-1])
        elif kind == "data":
            running += amount(cells[-2])
            assert amount(cells[-1]) == running
        elif "with sub-accounts" not in cells[0]["value"] and account not in mine:
            name = shops.books(shops.realms[1]).get("Account", account)["AccountSubType"]
            if name != "RetainedEarnings":
                assert abs(running) == abs(end[account])
                checked += 1
    assert checked > 8


def test_the_transaction_list_names_every_transaction_of_its_days_once(shops: Sandbox) -> None:
    clerk = shops.books()
    report = ask(caller(shops), "TransactionList", start_date="2026-01-01", end_date="2026-12-31")

    listed = [cells[1]["id"] for _, cells, _ in rows(report)]
    wanted = [
        id_
        for entity in (
            "Invoice",
            "Payment",
            "Bill",
            "Deposit",
            "JournalEntry",
            "Transfer",
            "Purchase",
            "Estimate",
        )
        for id_ in clerk.ids(entity)
        if clerk.get(entity, id_)["TxnDate"] >= "2026-01-01"
    ]
    assert len(listed) == len(set(listed))
    assert set(wanted) <= set(listed)
