"""Ours: what the tables of one warehouse say, asked in its own SQL, and the ledger that follows from them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from counterfoil.books.parts import parts
from counterfoil.books.words import worded
from counterfoil.sync.verify.shelf import Shelf, bare
from counterfoil.sync.verify.theirs import fiscal_start
from counterfoil.sync.verify.words import NOT_POSTING

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
PROFIT = frozenset({"Income", "Cost of Goods Sold", "Expense", "Other Income", "Other Expense"})
"""Types of accounts that begin anew with each fiscal year."""
RECEIVABLE, PAYABLE = "Accounts Receivable", "Accounts Payable"
SQL_TABLES = {
    "Estimate": "estimate",
    "PurchaseOrder": "purchase_order",
    "ReimburseCharge": "reimburse_charge",
}
NOTHING = Decimal(0)

Key = tuple[str, str]
"""A stream and an id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A transaction as it stands in its own table; `copies` of it stand there."""

    stream: str
    id: str
    day: date | None
    number: str
    total: Decimal | None
    rate: Decimal
    copies: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account of the chart."""

    id: str
    name: str
    type: str
    sub_type: str
    active: bool

    @property
    def in_profit(self) -> bool:
        """Whether it begins anew with each fiscal year."""
        return self.type in PROFIT


@dataclass(slots=True, kw_only=True)
class Ours:
    """What the tables say. `moved` is by account and day, in home currency, debits positive.

    `converted` tells by a name's id how many amounts that it owes or is owed came from another currency.
    """

    heads: dict[Key, Head] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    moved: dict[str, dict[date, Decimal]] = field(default_factory=dict)
    receivable: dict[str, Decimal] = field(default_factory=dict)
    payable: dict[str, Decimal] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    converted: dict[str, int] = field(default_factory=dict)
    home: str = ""
    fiscal_month: int = 1

    def balances(self, day: date, *, ever: bool = False) -> dict[str, Decimal]:
        """Each account's balance at the end of a day. Profit accounts begin with the fiscal year, unless `ever`.

        What was earned before stands in retained earnings, "" where the chart has no such account.
        """
        first = fiscal_start(day, self.fiscal_month)
        held: dict[str, Decimal] = {}
        earned = NOTHING
        for id_, days in self.moved.items():
            account = self.accounts.get(id_)
            yearly = account is not None and account.in_profit and not ever
            held[id_] = sum(
                (by for on, by in days.items() if on <= day and not (yearly and on < first)), NOTHING
            )
            if yearly:
                earned += sum((by for on, by in days.items() if on < first), NOTHING)
        if earned:
            kept = self.retained
            held[kept] = held.get(kept, NOTHING) + earned
        return held

    @property
    def retained(self) -> str:
        """The account that takes what was earned in former years, "" where there is none."""
        found = [one for one in self.accounts.values() if one.sub_type == "RetainedEarnings"]
        return min(found, key=lambda one: (not one.active, len(one.id), one.id)).id if found else ""


def read_start(shelf: Shelf) -> Ours:
    """The heads of all transactions, the chart of accounts and the beginning of the fiscal year."""
    ours = Ours()
    for row in _part(shelf, "accounts", ("id", "full_name", "type", "sub_type", "active")):
        ours.accounts[str(row[0])] = Account(
            id=str(row[0]), name=row[1] or "", type=row[2] or "", sub_type=row[3] or "", active=bool(row[4])
        )
    for home, month in _part(shelf, "preferred", ("home", "fiscal_month")):
        ours.home, ours.fiscal_month = home or "", _month(month)
    for row in _part(shelf, "heads", ("type", "id", "day", "number", "total", "rate")):
        _add(ours, row)
    for row in _not_posting(shelf):
        _add(ours, row)
    return ours


def read_books(shelf: Shelf, ours: Ours, today: date) -> None:
    """Add what each account moved day by day, and what customers and vendors owe and are owed."""
    who = f"CASE WHEN p.account_type IN ('{RECEIVABLE}', '{PAYABLE}') THEN p.name_id END"
    for id_, on, type_, owed_by, by, times in shelf.ask_ledger(
        f"SELECT p.account_id, p.transaction_date, p.account_type, {who} AS who, SUM(p.amount) AS amount, "  # noqa: S608
        "SUM(CASE WHEN p.exchange_rate <> 1 THEN 1 ELSE 0 END) AS converted FROM ledger AS p "
        f"WHERE p._realm_id = ? GROUP BY p.account_id, p.transaction_date, p.account_type, {who}",
        shelf.realm_id,
    ):
        days = ours.moved.setdefault(str(id_ or ""), {})
        days[on] = days.get(on, NOTHING) + by
        if type_ in (RECEIVABLE, PAYABLE) and on <= today:
            owed, sign = (ours.receivable, 1) if type_ == RECEIVABLE else (ours.payable, -1)
            name = str(owed_by or "")
            owed[name] = owed.get(name, NOTHING) + sign * by
            ours.converted[name] = ours.converted.get(name, 0) + int(times)


def postings(shelf: Shelf, accounts: Sequence[str]) -> Iterator[tuple[str, Key, date, Decimal]]:
    """What each transaction moves in some accounts: account, transaction, day, amount."""
    listed = "p.account_id, p.transaction_type, p.transaction_id, p.transaction_date"
    marks = ", ".join("?" for _ in accounts)
    for account, stream, id_, day, amount in shelf.ask_ledger(
        f"SELECT {listed}, SUM(p.amount) AS amount FROM ledger AS p "  # noqa: S608
        f"WHERE p._realm_id = ? AND p.account_id IN ({marks}) GROUP BY {listed}",
        shelf.realm_id,
        *accounts,
    ):
        yield str(account), (str(stream), str(id_)), day, amount


def ids_of(shelf: Shelf, table: str) -> set[str]:
    """The ids of living records of one table."""
    return {
        str(row[0])
        for row in shelf.ask(
            f"SELECT {shelf.name('id')} FROM {shelf.full(table)} "  # noqa: S608
            f"WHERE {shelf.living}",
            shelf.realm_id,
        )
    }


def counts(shelf: Shelf, lists: Mapping[str, str]) -> dict[str, int]:
    """How many living records each of these tables has, by what stands for it."""
    if not lists:
        return {}
    each = [
        f"SELECT '{name}' AS {shelf.name('name')}, COUNT(*) AS {shelf.name('number')} "  # noqa: S608
        f"FROM {shelf.full(table)} WHERE {shelf.living}"
        for name, table in lists.items()
    ]
    return {
        str(name): int(number)
        for name, number in shelf.ask(" UNION ALL ".join(each), *[shelf.realm_id] * len(each))
    }


def _part(shelf: Shelf, part: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    listed = ", ".join(f't."{column}"' for column in columns)
    told = parts(shelf.ground.names)[part]
    sql = bare(worded(f'SELECT t."realm" AS realm, {listed} FROM ({told}) AS t', shelf.ground))  # noqa: S608
    rows = shelf.ask(
        f"SELECT * FROM ({sql}) AS t WHERE t.{shelf.name('realm')} = ?",  # noqa: S608
        shelf.realm_id,
    )
    return [row[1:] for row in rows]


def _not_posting(shelf: Shelf) -> Iterator[tuple[Any, ...]]:
    there = shelf.ground.names
    for stream in NOT_POSTING:
        table = SQL_TABLES[stream]
        if table not in there:
            continue
        amount = "amount" if stream == "ReimburseCharge" else "total_amount"
        columns = ", ".join(
            shelf.name(name) for name in ("id", "transaction_date", "doc_number", amount, "exchange_rate")
        )
        for row in shelf.ask(
            f"SELECT {columns} FROM {shelf.full(table)} "  # noqa: S608
            f"WHERE {shelf.living}",
            shelf.realm_id,
        ):
            yield (stream, *row)


def _add(ours: Ours, row: Sequence[Any]) -> None:
    stream, id_, day, number, total, rate = row
    key = (str(stream), str(id_))
    known = ours.heads.get(key)
    ours.heads[key] = Head(
        stream=str(stream),
        id=str(id_),
        day=day,
        number=number or "",
        total=total,
        rate=rate or Decimal(1),
        copies=known.copies + 1 if known else 1,
    )


def _month(name: str | None) -> int:
    folded = (name or "").lower()[:3]
    return MONTHS.index(folded) + 1 if folded in MONTHS else 1
