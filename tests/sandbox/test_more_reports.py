"""What is owed and by how late, what was sold and to whom, stock and cash: each agrees with the records."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from counterfoil.sandbox.clerk import Clerk
from counterfoil.sandbox.running import Sandbox
from tests.sandbox.acme import Caller
from tests.sandbox.made_up import NOW, made
from tests.sandbox.report_reading import amount, ask, by_account, group, keys, rows

YEAR = {"start_date": "2026-01-01", "end_date": "2026-12-31"}


@pytest.fixture(scope="module")
def shop() -> Iterator[Sandbox]:
    """A company in dollars, which tests only read."""
    with Sandbox(made(1, invoices=120), start=NOW) as running:
        yield running


@pytest.fixture(scope="module")
def caller(shop: Sandbox) -> Caller:
    return Caller(shop)


def rate(record: dict[str, Decimal]) -> Decimal:
    return record.get("ExchangeRate", Decimal(1))


def owed(clerk: Clerk, name: str, sides: dict[str, int]) -> dict[str, Decimal]:
    """What is open on documents by customer or vendor, in home currency."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for entity, sign in sides.items():
        for record in (clerk.get(entity, id_) for id_ in clerk.ids(entity)):
            open_here = record["UnappliedAmt"] if entity == "Payment" else record["Balance"]
            sums[record[f"{name}Ref"]["value"]] += sign * round(open_here * rate(record), 2)
    for record in (clerk.get("JournalEntry", id_) for id_ in clerk.ids("JournalEntry")):
        for line in record["Line"]:
            entity = line.get("JournalEntryLineDetail", {}).get("Entity", {})
            if entity.get("Type") == name:
                sums[entity["EntityRef"]["value"]] += round(line["Amount"] * rate(record), 2)
    return {id_: by for id_, by in sums.items() if by}


SIDES = pytest.mark.parametrize(
    ("report", "name", "sides"),
    [
        ("AgedReceivables", "Customer", {"Invoice": 1, "CreditMemo": -1, "Payment": -1}),
        ("CustomerBalance", "Customer", {"Invoice": 1, "CreditMemo": -1, "Payment": -1}),
        ("AgedPayables", "Vendor", {"Bill": 1, "VendorCredit": -1}),
        ("VendorBalance", "Vendor", {"Bill": 1, "VendorCredit": -1}),
    ],
)


@SIDES
def test_what_is_owed_equals_what_is_open_on_the_documents(
    shop: Sandbox, caller: Caller, report: str, name: str, sides: dict[str, int]
) -> None:
    found = ask(caller, report)

    wanted = owed(shop.books(), name, sides)
    shown = by_account(found)
    assert {id_: by for id_, by in shown.items() if by} == wanted
    assert group(found, "GrandTotal")[-1] == sum(wanted.values())


@pytest.mark.parametrize("report", ["AgedReceivables", "AgedPayables"])
def test_periods_add_up_to_the_total(caller: Caller, report: str) -> None:
    found = ask(caller, report, aging_period="45", num_periods="3", report_date="2026-06-30")

    assert [column["ColTitle"] for column in found["Columns"]["Column"][1:]] == [
        "Current",
        "1 - 45",
        "46 - 90",
        "91 and over",
        "Total",
    ]
    for _, cells, _ in rows(found):
        *parts, total = (amount(cell) for cell in cells[1:])
        assert sum(parts) == total


@pytest.mark.parametrize(
    ("detail", "summary"),
    [("AgedReceivableDetail", "AgedReceivables"), ("AgedPayableDetail", "AgedPayables"),
     ("CustomerBalanceDetail", "CustomerBalance"), ("VendorBalanceDetail", "VendorBalance")],
)  # fmt: skip
def test_details_come_to_the_same_as_their_summaries(caller: Caller, detail: str, summary: str) -> None:
    params = {"report_date": "2026-03-31"}
    shown, summed = ask(caller, detail, **params), ask(caller, summary, **params)

    place = next(n for n, key in enumerate(keys(shown)) if key.endswith("open_bal"))
    opened = sum(amount(cells[place]) for kind, cells, _ in rows(shown) if kind == "data")
    assert opened == group(summed, "GrandTotal")[-1] != 0


def test_a_payment_counts_from_its_own_day(shop: Sandbox, caller: Caller) -> None:
    clerk = shop.books()
    payment = next(
        p
        for p in (clerk.get("Payment", id_) for id_ in clerk.ids("Payment"))
        if p["Line"] and p["TotalAmt"] == p["Line"][0]["Amount"] and "ExchangeRate" not in p
    )
    before = str(int(payment["TxnDate"][:4]) - 1) + payment["TxnDate"][4:]
    found = ask(caller, "AgedReceivableDetail", report_date=payment["TxnDate"])
    ids = [cells[1].get("id") for kind, cells, _ in rows(found) if kind == "data"]

    assert payment["Line"][0]["LinkedTxn"][0]["TxnId"] not in ids
    assert payment["Id"] not in ids
    assert ask(caller, "AgedReceivableDetail", report_date=before)["Header"]["EndPeriod"] == before


@pytest.mark.parametrize("report", ["CustomerSales", "ClassSales", "DepartmentSales"])
def test_sales_come_to_the_same_however_they_are_told(shop: Sandbox, caller: Caller, report: str) -> None:
    found = ask(caller, report, summarize_column_by="Quarter", **YEAR)

    forms = ("Invoice", "SalesReceipt", "CreditMemo", "RefundReceipt")
    clerk = shop.books()
    kinds = {id_: clerk.get("Account", id_)["AccountType"] for id_ in clerk.ids("Account")}
    sold = sum(
        one.credit - one.debit
        for one in clerk.postings()
        if one.date.year == 2026 and one.entity in forms and kinds[one.account] == "Income"
    )
    *quarters, total = group(found, "GrandTotal")
    assert total == sum(quarters) == sold > 0
    assert sum(1 for kind, *_ in rows(found) if kind == "data") > 1


def test_items_sold_have_nested_columns_and_percentages(caller: Caller) -> None:
    found = ask(caller, "ItemSales", **YEAR)

    inner = found["Columns"]["Column"][1]["Columns"]["Column"]
    assert [column["ColTitle"] for column in inner][:3] == ["Quantity", "Amount", "% of Sales"]
    assert {len(cells) for _, cells, _ in rows(found)} == {8}
    assert list(rows(found))[-1][1][3]["value"] == "100.00 %"


def test_stock_is_worth_what_its_account_holds(caller: Caller) -> None:
    summary, detail = ask(caller, "InventoryValuationSummary"), ask(caller, "InventoryValuationDetail")

    account = next(
        amount(cells[1])
        for _, cells, _ in rows(ask(caller, "TrialBalance"))
        if cells[0]["value"] == "Inventory Asset"
    )
    worth = amount(list(rows(summary))[-1][1][3])
    assert worth == account
    assert sum(amount(cells[-1]) for kind, cells, _ in rows(detail) if kind == "sum") == worth


def test_cash_at_the_end_is_what_banks_and_undeposited_funds_hold(caller: Caller) -> None:
    months = {"start_date": "2026-02-01", "end_date": "2026-05-31", "summarize_column_by": "Month"}
    flow, sheet = ask(caller, "CashFlow", **months), ask(caller, "BalanceSheet", **months)

    undeposited = next(cells for _, cells, _ in rows(sheet) if cells[0]["value"] == "Undeposited Funds")
    held = [
        bank + amount(cell) for bank, cell in zip(group(sheet, "BankAccounts"), undeposited[1:], strict=True)
    ]
    assert group(flow, "EndingCash") == held
    assert group(flow, "BeginningCash")[1:] == held[:-1]
    parts = ("OperatingActivities", "InvestingActivities", "FinancingActivities")
    shown = [group(flow, part) for part in parts if part in {row.get("group") for *_, row in rows(flow)}]
    assert group(flow, "CashIncrease") == [sum(column) for column in zip(*shown, strict=True)]


def test_income_by_customer_comes_to_what_profit_and_loss_says_by_customer(caller: Caller) -> None:
    income = ask(caller, "CustomerIncome", **YEAR)
    profit = ask(caller, "ProfitAndLoss", summarize_column_by="Customers", **YEAR)

    named = dict(zip(keys(profit)[1:], group(profit, "NetIncome"), strict=True))
    shown = by_account(income)
    assert {id_: by for id_, by in named.items() if id_.isdecimal() and by} == {
        id_: by for id_, by in shown.items() if by
    }


def test_spending_by_vendor_leaves_nobody_out(shop: Sandbox, caller: Caller) -> None:
    clerk = shop.books()
    vendors = {
        record["EntityRef"]["value"]
        for record in (clerk.get("Purchase", id_) for id_ in clerk.ids("Purchase"))
        if record["TxnDate"] >= "2026" and record["TotalAmt"]
    }

    assert vendors <= set(by_account(ask(caller, "VendorExpenses", **YEAR)))


def test_lateness_counts_from_the_day_a_document_is_due(shop: Sandbox, caller: Caller) -> None:
    clerk = shop.books()
    bill = next(
        b
        for b in (clerk.get("Bill", id_) for id_ in clerk.ids("Bill"))
        if b["Balance"] and b["DueDate"] < "2026"
    )
    due = date.fromisoformat(bill["DueDate"])
    sections = {}
    for days in (0, 1, 30, 31, 91):
        found = ask(caller, "AgedPayableDetail", report_date=(due + timedelta(days=days)).isoformat())
        title = ""
        for kind, cells, _ in rows(found):
            title = cells[0]["value"] if kind == "head" else title
            if kind == "data" and cells[1].get("id") == bill["Id"]:
                sections[days] = (title, cells[keys(found).index("past_due")]["value"])

    assert sections == {
        0: ("Current", "0"),
        1: ("1 - 30 days past due", "1"),
        30: ("1 - 30 days past due", "30"),
        31: ("31 - 60 days past due", "31"),
        91: ("91 or more days past due", "91"),
    }
