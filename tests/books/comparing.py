"""The sandbox's own double entry beside our ledger."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from counterfoil.sandbox.running import Sandbox
from tests.books.conftest import UNREAD, Shelf

Sums = Mapping[tuple[Any, ...], Decimal]


def theirs(sandbox: Sandbox) -> Sums:
    """What the sandbox posts: by company, type, id, day and account."""
    sums: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for realm in sandbox.realms:
        for one in sandbox.books(realm).postings():
            if one.entity not in UNREAD:
                sums[realm, one.entity, one.id, one.date, one.account] += one.debit - one.credit
    return {key: amount for key, amount in sums.items() if amount}


def ours(shelf: Shelf) -> Sums:
    """The same of our general ledger."""
    rows = shelf.ask(
        "SELECT _realm_id, transaction_type, transaction_id, transaction_date, account_id, SUM(amount) "
        "FROM {general_ledger} GROUP BY 1, 2, 3, 4, 5"
    )
    return {tuple(key): amount for *key, amount in rows if amount}


def by_month(sums: Sums) -> Sums:
    """By company, account and month."""
    months: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for (realm, _, _, day, account), amount in sums.items():
        months[realm, account, date(day.year, day.month, 1)] += amount
    return {key: amount for key, amount in months.items() if amount}


def differences(one: Sums, other: Sums) -> dict[tuple[Any, ...], tuple[Decimal | None, Decimal | None]]:
    """Where two differ, and what each says."""
    return {
        key: (one.get(key), other.get(key))
        for key in sorted(one.keys() | other.keys(), key=str)
        if one.get(key) != other.get(key)
    }
