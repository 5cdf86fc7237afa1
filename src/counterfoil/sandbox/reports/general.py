"""GeneralLedger, JournalReport and ProfitAndLossDetail: every posting of a period, by account or by transaction."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Final

from counterfoil.sandbox.ledger.live import Account, in_order
from counterfoil.sandbox.ledger.nouns import ZERO, Entry, Posting
from counterfoil.sandbox.reports.asked import FILTERS, Asked
from counterfoil.sandbox.reports.detail import Line, Table
from counterfoil.sandbox.reports.page import Rows, Sheet, blanks, cell
from counterfoil.sandbox.reports.sums import entries_within
from counterfoil.sandbox.reports.trial import closing_balances, kind_order

_LEDGER: Final = "tx_date txn_type doc_num name memo split_acc subt_nat_amount rbal_nat_amount"
_JOURNAL: Final = "tx_date txn_type doc_num name memo account_name debt_amt credit_amt"
_PROFIT: Final = "tx_date txn_type doc_num name klass_name memo split_acc subt_nat_amount rbal_nat_amount"
_NO_DATE: Final = "0-00-00"  # how a journal leaves a date out

Moved = dict[str, list[tuple[Entry, Posting]]]


def general_ledger(asked: Asked, sheet: Sheet) -> None:
    """Draw each account with what it held before and every posting since."""
    table = Table(asked, _LEDGER)
    sheet.columns = table.columns()
    moved = postings_by_account(asked)
    filtered = any(asked.one_of(name) for name in FILTERS if name != "account")
    before = {} if filtered else closing_balances(_until(asked))
    wanted = asked.one_of("account")
    shown = {*moved, *(id_ for id_, by in before.items() if by and (not wanted or id_ in wanted))}
    _Book(asked, sheet, table, moved, before).draw_all(shown)


def postings_by_account(asked: Asked) -> Moved:
    """Every posting of the period that the filters let through, by account, oldest first."""
    keeps = asked.keeps()
    moved: Moved = defaultdict(list)
    for found in entries_within(asked, *asked.period()):
        for one in found.postings:
            if keeps is None or keeps(found, one):
                moved[one.account].append((found, one))
    return moved


def _until(asked: Asked) -> Asked:
    """The same question as of the day before its period."""
    day = (asked.period()[0] - timedelta(days=1)).isoformat()
    return Asked(
        asked.name,
        {"start_date": day, "end_date": day, "accounting_method": asked.basis},
        asked.ledger,
        asked.names,
        asked.books,
        asked.today,
    )


class _Book:
    def __init__(
        self, asked: Asked, sheet: Sheet, table: Table, moved: Moved, before: dict[str, Decimal]
    ) -> None:
        self._asked = asked
        self._sheet = sheet
        self._table = table
        self._moved = moved
        self._before = before
        self._shown: dict[str, Account] = {}

    def draw_all(self, ids: set[str]) -> None:
        """Draw the accounts of these ids and the parents in whose sections they stand."""
        chart = self._asked.ledger.chart
        for id_ in ids:
            account = chart.show(id_)
            self._shown[id_] = account
            while account.parent in chart.accounts:
                account = chart.accounts[account.parent]
                self._shown[account.id] = account
        tops = in_order(one for one in self._shown.values() if one.parent not in self._shown)
        for account in sorted(tops, key=lambda one: kind_order(one.kind)):
            self._draw(self._sheet.rows, account)

    def _draw(self, into: Rows, account: Account) -> Decimal:
        below = in_order(one for one in self._shown.values() if one.parent == account.id)
        head = [cell(account.name, account.id), *blanks(len(self._table.keys) - 1)]
        section, rows = self._sheet.section(into, head)
        moved = self._draw_postings(rows, account)
        total = moved + sum((self._draw(rows, one) for one in below), ZERO)
        title = f"Total for {account.name}{' with sub-accounts' if below else ''}"
        self._sheet.close(section, self._table.told(title, amount=total))
        return total

    def _draw_postings(self, rows: Rows, account: Account) -> Decimal:
        sign = -1 if account.credit_side else 1
        balance = begun = sign * self._before.get(account.id, ZERO)
        if self._moved.get(account.id) or account.id in self._before:
            told = self._table.told("Beginning Balance", balance=balance)
            self._sheet.data(rows, told, type="Data")
        for found, one in self._moved.get(account.id, ()):
            balance += sign * one.amount
            line = Line(found, one, self._asked, sign * one.amount, balance)
            self._sheet.data(rows, self._table.row(line), type="Data")
        return balance - begun


def journal(asked: Asked, sheet: Sheet) -> None:
    """Draw each transaction with all it posts; its date and type stand on its first line only."""
    table = Table(asked, _JOURNAL)
    sheet.columns = table.columns()
    for found in entries_within(asked, *asked.period()):
        if not found.postings:
            continue
        section, rows = sheet.section(sheet.rows, None)
        for place, one in enumerate(found.postings):
            row = table.row(Line(found, one, asked, one.amount))
            if place:
                left_out = {"tx_date": _NO_DATE, "txn_type": "", "doc_num": ""}
                row = [
                    cell(left_out[key]) if key in left_out else value
                    for key, value in zip(table.keys, row, strict=True)
                ]
            sheet.data(rows, row, type="Data")
        debit = sum((max(one.amount, ZERO) for one in found.postings), ZERO)
        sheet.close(section, table.told("", debit=debit, credit=debit))


_GROUPS: Final = (
    ("Income", "Income", "Income"),
    ("Cost of Goods Sold", "Cost of Goods Sold", "COGS"),
    ("Expenses", "Expense", "Expenses"),
    ("Other Income", "Other Income", "OtherIncome"),
    ("Other Expenses", "Other Expense", "OtherExpenses"),
)


def profit_detail(asked: Asked, sheet: Sheet) -> None:
    """Draw every posting to income and expense, by account."""
    table = Table(asked, _PROFIT)
    sheet.columns = table.columns()
    moved = postings_by_account(asked)
    profit = ZERO
    for title, kind, group in _GROUPS:
        theirs = [one for id_ in moved if (one := asked.ledger.chart.show(id_)).kind == kind]
        if not theirs:
            continue
        section, rows = sheet.section(sheet.rows, [cell(title), *blanks(len(table.keys) - 1)], group)
        total = ZERO
        for account in in_order(theirs):
            total += _draw_account(table, sheet, rows, account, moved[account.id])
        sheet.close(section, table.told(f"Total for {title}", amount=total))
        profit += total if theirs[0].credit_side else -total
    if moved:
        sheet.total(sheet.rows, table.told("Net Income", amount=profit), "NetIncome")


def _draw_account(
    table: Table, sheet: Sheet, into: Rows, account: Account, moved: list[tuple[Entry, Posting]]
) -> Decimal:
    sign = -1 if account.credit_side else 1
    section, rows = sheet.section(into, [cell(account.full_name, account.id), *blanks(len(table.keys) - 1)])
    balance = ZERO
    for found, one in moved:
        balance += sign * one.amount
        sheet.data(rows, table.row(Line(found, one, table.asked, sign * one.amount, balance)), type="Data")
    sheet.close(section, table.told(f"Total for {account.full_name}", amount=balance))
    return balance
