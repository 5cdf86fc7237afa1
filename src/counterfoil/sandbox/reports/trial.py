"""TrialBalance, whose leaf rows carry no type, and AccountList."""

from decimal import Decimal
from typing import Final

from counterfoil.sandbox.ledger.live import in_order
from counterfoil.sandbox.ledger.nouns import ZERO
from counterfoil.sandbox.reports.asked import Asked, fiscal_start
from counterfoil.sandbox.reports.balance import balances
from counterfoil.sandbox.reports.page import Sheet, cell, column, money
from counterfoil.sandbox.reports.spans import spans
from counterfoil.sandbox.reports.sums import by_span, entries_within

KINDS: Final = (
    "Bank",
    "Accounts Receivable",
    "Other Current Asset",
    "Fixed Asset",
    "Other Asset",
    "Accounts Payable",
    "Credit Card",
    "Other Current Liability",
    "Long Term Liability",
    "Equity",
    "Income",
    "Cost of Goods Sold",
    "Expense",
    "Other Income",
    "Other Expense",
)


def kind_order(kind: str) -> int:
    """Where accounts of a type stand among the others."""
    return KINDS.index(kind) if kind in KINDS else len(KINDS)


def closing_balances(asked: Asked) -> dict[str, Decimal]:
    """What each account holds at the period's end, debits positive.

    Income and expense count from the beginning of the fiscal year; what was earned before is in retained earnings.
    """
    _, end = asked.period()
    whole = spans(end, end, "Total")
    held, _ = balances(asked, whole)
    year = entries_within(asked, fiscal_start(end, asked.ledger.chart.fiscal_month), end)
    moved = by_span(asked, whole, year)
    held |= {id_: row for id_, row in moved.items() if asked.ledger.chart.show(id_).in_profit}
    return {id_: row[0] for id_, row in held.items()}


def trial_balance(asked: Asked, sheet: Sheet) -> None:
    """Draw the balance of each account as a debit or a credit."""
    sheet.columns = [column("", "Account"), column("Debit", "Money"), column("Credit", "Money")]
    held = closing_balances(asked)
    debits = credits_ = ZERO
    shown = in_order(asked.ledger.chart.show(id_) for id_ in held)
    for account in sorted(shown, key=lambda one: kind_order(one.kind)):
        by = held[account.id]
        debits, credits_ = debits + max(by, ZERO), credits_ + max(-by, ZERO)
        sides = [money(by), cell()] if by > 0 else [cell(), money(-by)] if by else [cell("0.00"), cell()]
        sheet.data(sheet.rows, [cell(account.full_name, account.id), *sides])
    if held:
        sheet.total(sheet.rows, [cell("TOTAL"), money(debits, ".00"), money(credits_, ".00")], "GrandTotal")


_LISTED: Final = (
    ("Account", "account_name"),
    ("Type", "account_type"),
    ("Detail type", "detail_acc_type"),
    ("Description", "account_desc"),
    ("Balance", "account_bal"),
)


def account_list(asked: Asked, sheet: Sheet) -> None:
    """Draw the chart of accounts with what each holds today."""
    sheet.columns = [
        column(title, "Money" if key == "account_bal" else "String", key) for title, key in _LISTED
    ]
    held: dict[str, Decimal] = {}
    for found in asked.ledger.entries:
        for one in found.postings:
            held[one.account] = held.get(one.account, ZERO) + one.amount
    accounts = in_order(one for one in asked.ledger.chart.accounts.values() if one.active)
    for account in sorted(accounts, key=lambda one: kind_order(one.kind)):
        by = held.get(account.id, ZERO) * (-1 if account.credit_side else 1)
        about = [cell(account.kind), cell(account.sub_kind), cell(account.description)]
        balance = cell() if account.in_profit else money(by, ".00")
        sheet.data(sheet.rows, [cell(account.full_name, account.id), *about, balance], type="Data")
