"""What a transaction does to other documents: those it settles, those that pay it, those it was made from (2.5)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from counterfoil.sandbox.wire import Record

PAID: Final = ("Invoice", "Bill", "CreditMemo", "VendorCredit")
"""What payments name in their lines."""


@dataclass(frozen=True, slots=True)
class Settled:
    """So much of a document is paid by the record that links it."""

    entity: str
    id: str
    amount: Decimal


def amount(value: Any) -> Decimal:
    """A number of the wire as an exact one; nothing counts as nought."""
    return Decimal(str(value)) if value not in (None, "") else Decimal(0)


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
    links = record.get("LinkedTxn") or () if entity in PAID else ()
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


def estimates(entity: str, record: Record) -> set[str]:
    """The estimates that an invoice was made from."""
    links = record.get("LinkedTxn") or () if entity == "Invoice" else ()
    return {str(link.get("TxnId")) for link in links if link.get("TxnType") == "Estimate"}


def _lines(record: Record) -> list[Record]:
    lines = record.get("Line")
    return [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []
