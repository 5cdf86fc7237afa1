"""What was open at the end of a day: documents less what paid them by then, payments less what they paid."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from counterfoil.sandbox.ledger.nouns import ZERO, Document, Entry, Name, Posting, cents
from counterfoil.sandbox.reports.asked import Asked, name_on


@dataclass(frozen=True)
class Side:
    """Receivables or payables: the type of account, whose debts, and which sign makes them larger."""

    account_kind: str
    name_kind: str
    sign: int


RECEIVABLES: Final = Side("Accounts Receivable", "Customer", 1)
PAYABLES: Final = Side("Accounts Payable", "Vendor", -1)


@dataclass
class OpenItem:
    """A transaction and what is open of it; amounts in its currency, positive where it makes a debt larger."""

    found: Entry
    one: Posting  # the first on the account of debts
    name: Name
    amount: Decimal
    open: Decimal

    @property
    def open_at_home(self) -> Decimal:
        """In home currency, at the transaction's own rate."""
        return cents(self.open * self.found.rate)

    @property
    def amount_at_home(self) -> Decimal:
        """The whole, in home currency, at the transaction's own rate."""
        return cents(self.amount * self.found.rate)

    @property
    def due(self) -> date:
        """When it is due; credits and payments from their own day on."""
        return self.found.due or self.found.date


def open_items(asked: Asked, side: Side, day: date, *, paid_too: bool = False) -> list[OpenItem]:
    """Everything open at the end of a day, oldest first; with `paid_too` also what was paid by then."""
    entries = [found for found in asked.ledger.entries if found.date <= day]
    kinds = {id_: one.kind for id_, one in asked.ledger.chart.accounts.items()}
    debts = {id_ for id_, kind in kinds.items() if kind == side.account_kind}
    debts.add(asked.ledger.chart.account("receivable" if side is RECEIVABLES else "payable"))
    items = list(_items(entries, debts, side))
    first: dict[Document, OpenItem] = {}
    for item in items:
        first.setdefault((item.found.entity, item.found.id), item)
    for item in items:
        for document, by in item.found.links:
            paid = first.get(document)
            if paid and paid is not item:
                paid.open -= by
                item.open += by
    keeps = asked.keeps()
    return [
        item for item in items if (item.open or paid_too) and (keeps is None or keeps(item.found, item.one))
    ]


def _items(entries: Iterable[Entry], debts: set[str], side: Side) -> Iterator[OpenItem]:
    for found in entries:
        by_name: dict[Name, OpenItem] = {}
        for one in found.postings:
            if one.account in debts:
                name = name_on(found, one)
                item = by_name.setdefault(name, OpenItem(found, one, name, ZERO, ZERO))
                item.amount += side.sign * one.foreign
                item.open += side.sign * one.foreign
        if found.links and not by_name:  # a payment of nought that sets a credit against a debt
            nothing = Posting("", ZERO, ZERO)
            by_name[found.name] = OpenItem(found, nothing, found.name, ZERO, ZERO)
        yield from by_name.values()
