"""What a record of the made-up company posts: the rules of the sandbox's ledger over books that are being written.

Balances, stock and reports of the made-up company all follow from these entries.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from counterfoil.sandbox.company.books import ZERO, Books
from counterfoil.sandbox.company.wire import Record
from counterfoil.sandbox.ledger import entries
from counterfoil.sandbox.ledger.nouns import Item, item_of, ref

Posting = tuple[str, Decimal, Decimal]  # account id, debit, credit

# How the made-up chart names what the ledger asks for by its role, where it has another name for it.
_KEYS: Final = {
    "cogs": "goods",
    "income": "sales",
    "expense": "unsorted",
    "bank": "checking",
}


def postings(books: Books, entity: str, record: Record) -> list[Posting]:
    """Give the entries of one record: (account id, debit, credit) in home currency; none for what does not post."""
    entry = entries.entry(_Chart(books), entity, record)
    found = entry.postings if entry else ()
    return [
        (posting.account, max(posting.amount, ZERO), max(-posting.amount, ZERO))
        for posting in found
        if posting.amount
    ]


def stock_moves(books: Books, entity: str, record: Record) -> Iterator[tuple[str, Decimal]]:
    """Give (item id, quantity) for all that entered stock; what left is negative."""
    for _, item_id, quantity in entries.stock_moves(_Chart(books), entity, record):
        yield item_id, quantity


class _Chart:
    """The accounts of books that are being written, found by the keys under which they were filed."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def account(self, role: str, currency: str = "") -> str:
        key = _KEYS.get(role, role)
        if role in ("receivable", "payable") and currency != self._books.home.currency.code:
            key = f"{role} {currency}"
        return str(self._books.named("Account", key)["Id"])

    def item(self, id_: str) -> Item | None:
        found = self._books.records["Item"].get(id_)
        return item_of(found) if found else None

    def currency(self, record: Record) -> str:
        return ref(record, "CurrencyRef") or self._books.home.currency.code

    def record(self, entity: str, id_: str) -> Record | None:
        return self._books.records.get(entity, {}).get(id_)
