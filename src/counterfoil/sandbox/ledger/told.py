"""The postings of a running company one by one, for tests that compare another ledger with this one."""

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from counterfoil.sandbox.ledger.nouns import ZERO

if TYPE_CHECKING:
    from counterfoil.sandbox.books import Books


class Posted(NamedTuple):
    """One posting; amounts are exact, `debit` and `credit` in home currency, `foreign` in the transaction's, signed."""

    entity: str
    id: str
    date: datetime.date
    number: str
    account: str
    debit: Decimal
    credit: Decimal
    foreign: Decimal
    currency: str
    name: tuple[str, str]  # (Customer, Vendor or Employee; id), empty for nobody
    class_id: str
    department_id: str
    memo: str


def posted(books: "Books", basis: str = "Accrual") -> Iterator[Posted]:
    """Give every posting of a company as its records stand now, oldest transaction first.

    An account that the chart lacks is named by a stand-in that begins with a question mark.
    """
    with books.held():
        entries = books.keeper.ledger().on(basis)
    for found in entries:
        for one in found.postings:
            if one.amount:
                yield Posted(
                    found.entity,
                    found.id,
                    found.date,
                    found.number,
                    one.account,
                    max(one.amount, ZERO),
                    max(-one.amount, ZERO),
                    one.foreign,
                    found.currency,
                    one.name if one.name[1] else found.name,
                    one.class_id or found.class_id,
                    one.department_id or found.department_id,
                    one.memo or found.memo,
                )
