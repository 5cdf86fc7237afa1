"""The nouns of the double entry: a move, a posting, an entry of postings, and what must be known to write them."""

import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple, Protocol

from counterfoil.sandbox.wire import Record

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
ONE = Decimal(1)

Name = tuple[str, str]  # (Customer, Vendor or Employee; id)
NOBODY: Name = ("", "")
Document = tuple[str, str]  # (entity, id)


class Item(NamedTuple):
    """What the double entry must know of an item; `cost` is its PurchaseCost."""

    kind: str
    income: str
    expense: str
    asset: str
    cost: Decimal


class Chart(Protocol):
    """Where the accounts are found that a record does not name."""

    def account(self, role: str, currency: str = "") -> str:
        """The id of the account for `receivable`, `undeposited`, `tax` and so on, in a currency where it matters."""

    def item(self, id_: str) -> Item | None:
        """An item that a line names."""

    def currency(self, record: Record) -> str:
        """The currency that a transaction is in."""

    def record(self, entity: str, id_: str) -> Record | None:
        """A document that a payment pays."""


class Move(NamedTuple):
    """So much goes to an account, debits positive, in the transaction's currency, at its rate unless told otherwise."""

    account: str
    amount: Decimal
    line: Record | None = None
    rate: Decimal | None = None


class Posting(NamedTuple):
    """One line of an entry. What is empty here is as the entry's head says."""

    account: str
    amount: Decimal  # in home currency, debits positive
    foreign: Decimal  # in the transaction's currency
    line: str = ""  # id of the record's line
    memo: str = ""
    name: Name = NOBODY
    class_id: str = ""
    department_id: str = ""
    item: str = ""
    quantity: Decimal | None = None
    customer: str = ""  # whom an expense was made for
    is_cost: bool = False  # stock that left or came back at cost


class Entry(NamedTuple):
    """What one transaction posts, in the order of its lines; the postings add up to nought."""

    entity: str
    id: str
    date: datetime.date
    number: str
    name: Name
    memo: str
    class_id: str
    department_id: str
    currency: str
    rate: Decimal  # home currency for one of the transaction's
    account: str  # the one that the transaction is listed under
    total: Decimal  # in the transaction's currency
    due: datetime.date | None
    links: tuple[tuple[Document, Decimal], ...]  # what it pays, and how much of each
    kind: str  # Check, CreditCard, Cash, Credit: what payments and purchases are
    postings: tuple[Posting, ...]


class Likeness(NamedTuple):
    """How one record of a series differs from others that share its head and its lines."""

    head: int
    lines: int
    id: str
    date: datetime.date
    number: str
    due: datetime.date | None
    links: tuple[tuple[Document, Decimal], ...]


def cents(amount: Decimal) -> Decimal:
    """Round to the two decimals in which money moves."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def number(value: object) -> Decimal:
    """A number of the wire as an exact one; nothing counts as nought."""
    if isinstance(value, Decimal):
        return value
    return Decimal(str(value)) if value not in (None, "") else Decimal(0)


def ref(record: Record | None, field: str) -> str:
    """The id that a reference names; empty where there is none."""
    found = (record or {}).get(field)
    return str(found.get("value") or "") if isinstance(found, dict) else ""


def item_of(record: Record) -> Item:
    """What the ledger must know of an item's record."""
    return Item(
        kind=str(record.get("Type", "")),
        income=ref(record, "IncomeAccountRef"),
        expense=ref(record, "ExpenseAccountRef"),
        asset=ref(record, "AssetAccountRef"),
        cost=number(record.get("PurchaseCost")),
    )
