"""Reports balance, agree with the ledger, and follow what clerks do to the books."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from counterfoil.sandbox.clerk import Clerk
from counterfoil.sandbox.reports.page import CUT
from counterfoil.sandbox.running import Sandbox
from tests.sandbox.acme import Caller, TinyCompany
from tests.sandbox.made_up import NOW, made
from tests.sandbox.report_reading import amount, ask, by_account, group, keys, rows

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


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples of real reports are not here")
@pytest.mark.parametrize(
    "name", ["ProfitAndLoss_report1__quickbooks-types", "TrialBalance__intuit-doc-via-go-test"]
)
def test_shapes_agree_with_the_samples(shops: Sandbox, name: str) -> None:
    sample = json.loads((SAMPLES / f"{name}.json").read_text(), parse_float=Decimal)
    mine = ask(caller(shops), name.split("_", maxsplit=1)[0])

    assert set(mine["Header"]) == set(sample["Header"])
    assert {_shape(row) for *_, row in rows(sample)} <= {_shape(row) for *_, row in rows(mine)}
    assert _shape(mine["Columns"]["Column"][0]) == _shape(sample["Columns"]["Column"][0])
    assert all(isinstance(cell["value"], str) for _, cells, _ in rows(mine) for cell in cells)


def _shape(row: dict[str, Any]) -> frozenset[str]:
    return frozenset(row)


def test_a_report_beyond_the_cap_is_cut_with_a_row_that_says_so(shops: Sandbox) -> None:
    shops.world.most_cells = 200
    try:
        params = {"start_date": "2026-01-01", "end_date": "2026-12-31"}
        cut = ask(caller(shops), "GeneralLedger", **params)
        day = ask(caller(shops), "GeneralLedger", start_date="2026-05-05", end_date="2026-05-05", account="1")
    finally:
        shops.world.most_cells = 400_000

    assert list(rows(cut))[-1][1] == [{"value": CUT}]
    assert sum(len(cells) for _, cells, _ in rows(cut)) <= 260
    assert CUT not in json.dumps(day)


def test_an_empty_report_takes_both_shapes(shops: Sandbox) -> None:
    params = {"start_date": "2001-01-01", "end_date": "2001-02-28"}
    whole = ask(caller(shops), "ProfitAndLoss", **params)
    months = ask(caller(shops), "ProfitAndLoss", summarize_column_by="Month", **params)

    assert months["Rows"] == {}
    assert [row.get("group") for *_, row in rows(whole) if "Rows" not in row][-1] == "NetIncome"
    for report in (whole, months):
        assert {"Name": "NoReportData", "Value": "true"} in report["Header"]["Option"]


def test_an_unknown_column_is_silently_blank_and_old_versions_name_columns_by_type(shops: Sandbox) -> None:
    params = {
        "start_date": "2026-06-01",
        "end_date": "2026-07-31",
        "columns": "tx_date,no_such_thing,debt_amt",
    }
    new = ask(caller(shops), "JournalReport", minorversion="75", **params)
    old = ask(caller(shops), "JournalReport", minorversion="52", **params)

    assert keys(new) == keys(old) == ["tx_date", "no_such_thing", "debt_amt"]
    assert {cells[1]["value"] for _, cells, _ in rows(new)} == {""}


def test_reports_count_as_metered_calls_and_meet_faults(shops: Sandbox) -> None:
    asker = caller(shops)
    shops.reset_counters()
    shops.fault(path="reports/BalanceSheet", status=504)

    assert asker.http.get("/reports/BalanceSheet").status_code == 504
    assert asker.http.get("/reports/BalanceSheet").status_code == 200
    assert asker.http.get("/reports/NoSuchReport").status_code == 400
    assert asker.http.get("/reports/TrialBalance", params={"end_date": "yesterday"}).status_code == 400
    assert shops.counters()["metered"] == 1


def test_books_without_a_chart_to_speak_of_balance_too() -> None:
    with Sandbox([TinyCompany()], start=NOW) as sandbox:
        sandbox.books().pay("1", 30)
        sandbox.advance(timedelta(days=1))
        for basis in ("Accrual", "Cash"):
            report = ask(Caller(sandbox), "TrialBalance", accounting_method=basis)
            debit, credit = group(report, "GrandTotal")
            assert debit == credit > 0
