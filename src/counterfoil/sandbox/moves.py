"""What a transaction does to other records: balances it moves, documents it settles, goods it takes (section 2.5)."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from counterfoil.sandbox.records import value_at
from counterfoil.sandbox.wire import Record

RECEIVABLE = "Accounts Receivable"
PAYABLE = "Accounts Payable"

Balances = dict[
    tuple[str, str], Decimal
]  # (entity, id) -> by how much; ("AccountType", name) stands for an account

_party = {"Invoice": 1, "CreditMemo": -1, "Payment": -1, "Bill": 1, "VendorCredit": -1, "BillPayment": -1}
_customer_side = {"Invoice", "CreditMemo", "Payment"}
_into = {"Payment": 1, "SalesReceipt": 1, "Deposit": 1, "RefundReceipt": -1}  # money into DepositToAccountRef


@dataclass(frozen=True, slots=True)
class Settled:
    """So much of a document is paid by the record that links it."""

    entity: str
    id: str
    amount: Decimal


def amount(value: Any) -> Decimal:
    """A number of the wire as an exact one; nothing counts as nought."""
    return Decimal(str(value)) if value not in (None, "") else Decimal(0)


def balances(entity: str, record: Record) -> Balances:
    """By how much a record moves which balances; debits are positive, as accounts carry them."""
    moved: Balances = defaultdict(Decimal)
    for key, by in _moves(entity, record):
        if key[1]:
            moved[key] += by
    return {key: by for key, by in moved.items() if by}


def _moves(entity: str, record: Record) -> Iterator[tuple[tuple[str, str], Decimal]]:
    total = amount(record.get("TotalAmt"))
    if entity in _party:
        customer = entity in _customer_side
        yield (
            ("Customer" if customer else "Vendor", _ref(record, "CustomerRef" if customer else "VendorRef")),
            (_party[entity] * total),
        )
        control = _ref(record, "ARAccountRef" if customer else "APAccountRef")
        key = ("Account", control) if control else ("AccountType", RECEIVABLE if customer else PAYABLE)
        yield key, _party[entity] * total * (1 if customer else -1)
    if entity in _into:
        yield ("Account", _ref(record, "DepositToAccountRef")), _into[entity] * total
    match entity:
        case "BillPayment":
            yield ("Account", _ref(record, "CheckPayment.BankAccountRef")), -total
            yield ("Account", _ref(record, "CreditCardPayment.CCAccountRef")), -total
        case "Purchase":
            yield ("Account", _ref(record, "AccountRef")), total if record.get("Credit") else -total
        case "Transfer":
            yield ("Account", _ref(record, "FromAccountRef")), -amount(record.get("Amount"))
            yield ("Account", _ref(record, "ToAccountRef")), amount(record.get("Amount"))
        case "JournalEntry":
            for line in _lines(record):
                debit = value_at(line, "JournalEntryLineDetail.PostingType") == "Debit"
                by = amount(line.get("Amount"))
                yield ("Account", _ref(line, "JournalEntryLineDetail.AccountRef")), by if debit else -by


def settled(entity: str, record: Record) -> list[Settled]:
    """Which documents a payment pays, and how much of each."""
    if entity not in ("Payment", "BillPayment"):
        return []
    return [
        Settled(str(link.get("TxnType")), str(link.get("TxnId")), amount(line.get("Amount")))
        for line in _lines(record)
        for link in line.get("LinkedTxn") or ()
    ]


def link_type(entity: str, record: Record) -> str:
    """How a paid document names what paid it; a bill does not say BillPayment (section 2.5)."""
    if entity == "BillPayment":
        return "BillPaymentCreditCard" if record.get("PayType") == "CreditCard" else "BillPaymentCheck"
    return entity


def payments(entity: str, record: Record) -> set[tuple[str, str]]:
    """What paid a document: (entity, id)."""
    links = record.get("LinkedTxn") or () if entity in ("Invoice", "Bill", "CreditMemo") else ()
    payers = {"Payment": "Payment", "BillPaymentCheck": "BillPayment", "BillPaymentCreditCard": "BillPayment"}
    return {
        (payers[kind], str(link.get("TxnId")))
        for link in links
        if (kind := str(link.get("TxnType"))) in payers
    }


def pays(line: Record, entity: str, id_: str) -> bool:
    """Tell whether a line of a payment pays that document."""
    return any(
        (link.get("TxnType"), str(link.get("TxnId"))) == (entity, id_) for link in line.get("LinkedTxn") or ()
    )


def goods(entity: str, record: Record) -> dict[str, Decimal]:
    """How many of which item a sale takes out of stock."""
    taken: dict[str, Decimal] = defaultdict(Decimal)
    if entity in ("Invoice", "SalesReceipt"):
        for line in _lines(record):
            item = _ref(line, "SalesItemLineDetail.ItemRef")
            if item:
                taken[item] += amount(value_at(line, "SalesItemLineDetail.Qty"))
    return dict(taken)


def estimates(entity: str, record: Record) -> set[str]:
    """The estimates that an invoice was made from."""
    links = record.get("LinkedTxn") or () if entity == "Invoice" else ()
    return {str(link.get("TxnId")) for link in links if link.get("TxnType") == "Estimate"}


def _lines(record: Record) -> list[Record]:
    lines = record.get("Line")
    return [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []


def _ref(record: Record, path: str) -> str:
    found = value_at(record, path)
    return str(found.get("value", "")) if isinstance(found, dict) else ""
