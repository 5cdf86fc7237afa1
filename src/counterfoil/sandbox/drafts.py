"""Making a whole record of what someone sent: totals, names, line numbers, and what a void leaves over."""

from decimal import Decimal
from typing import Any

from counterfoil.sandbox.ledger.rules import links_of
from counterfoil.sandbox.moves import amount
from counterfoil.sandbox.traits import Kind, Trait
from counterfoil.sandbox.wire import Record

SUFFIX = " (deleted)"
NAMES = ("Name", "DisplayName", "FullyQualifiedName")
_subtotalled = {"Invoice", "SalesReceipt", "Estimate", "CreditMemo", "RefundReceipt"}
_with_balance = {"Invoice", "Bill", "CreditMemo", "VendorCredit"}
_not_summed = {"SubTotalLineDetail", "DescriptionOnly"}
_voided = {"Amount", "TotalAmt", "Balance", "Qty", "UnitPrice", "TotalTax", "NetAmountTaxable", "UnappliedAmt",
           "HomeTotalAmt", "HomeBalance", "RemainingCredit"}  # fmt: skip


def complete(trait: Trait, record: Record, *, today: str, parent: Record | None) -> None:
    """Fill in what QuickBooks works out by itself; `parent` is the record that ParentRef names."""
    record.setdefault("domain", "QBO")
    record["sparse"] = False
    if trait.kind is Kind.TRANSACTION:
        _complete_transaction(trait, record, today)
    elif trait.kind is Kind.LIST:
        _complete_list(trait, record, parent)


def _complete_transaction(trait: Trait, record: Record, today: str) -> None:
    if "PaymentDate" not in trait.filters:  # a tax payment has that in its place
        record.setdefault("TxnDate", today)
    lines = record.get("Line")
    if isinstance(lines, list):
        record["Line"] = lines = _numbered(trait, lines)
    if trait.name in ("Payment", "BillPayment"):
        linked = sum((by for _, by in links_of(record)), Decimal(0))
        if trait.name == "Payment":
            record["UnappliedAmt"] = amount(record.get("TotalAmt")) - linked
    elif trait.name == "JournalEntry":
        record["TotalAmt"] = 0
    elif isinstance(lines, list):
        record["TotalAmt"] = total(record)
    if trait.name in _with_balance:
        record.setdefault("Balance", record.get("TotalAmt", 0))


def _numbered(trait: Trait, lines: list[Any]) -> list[Record]:
    own = [
        dict(line)
        for line in lines
        if isinstance(line, dict) and line.get("DetailType") != "SubTotalLineDetail"
    ]
    for number, line in enumerate(own, 1):
        if line.get("DetailType"):
            line.setdefault("Id", str(number))
            line.setdefault("LineNum", number)
    if trait.name in _subtotalled:
        subtotal = sum(
            (amount(line.get("Amount")) for line in own if line.get("DetailType") not in _not_summed),
            Decimal(0),
        )
        own.append({"Amount": subtotal, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}})
    return own


def total(record: Record) -> Decimal:
    """The lines and the tax; a discount and cash taken back take away, a subtotal counts for nothing."""
    added = Decimal(0)
    for line in record.get("Line") or ():
        if line.get("DetailType") not in _not_summed:
            by = amount(line.get("Amount"))
            added += -by if line.get("DetailType") == "DiscountLineDetail" else by
    tax = record.get("TxnTaxDetail") or {}
    back = record.get("CashBack") or {}
    return added + amount(tax.get("TotalTax")) - amount(back.get("Amount"))


def _complete_list(trait: Trait, record: Record, parent: Record | None) -> None:
    if "Active" in trait.filters:
        record.setdefault("Active", True)
    if trait.name in ("Vendor", "Employee", "Customer"):
        record.setdefault(
            "DisplayName", " ".join(filter(None, (record.get("GivenName"), record.get("FamilyName"))))
        )
        record.setdefault("PrintOnCheckName", record["DisplayName"])
    if "FullyQualifiedName" in trait.filters:
        own = str(record.get("DisplayName") or record.get("Name") or "")
        record["FullyQualifiedName"] = f"{parent['FullyQualifiedName']}:{own}" if parent else own
    if trait.name in ("Customer", "Vendor"):
        record.setdefault("Balance", 0)
    if trait.name == "Account":
        record.setdefault("CurrentBalance", 0)
        record.setdefault("CurrentBalanceWithSubAccounts", 0)


def deactivated(record: Record) -> Record:
    """The record made inactive: its names gain a suffix (section 2.4)."""
    names = {
        name: f"{record[name]}{SUFFIX}"
        for name in NAMES
        if name in record and not record[name].endswith(SUFFIX)
    }
    return {**record, **names, "Active": False}


def reactivated(record: Record) -> Record:
    """The record made active again."""
    names = {name: str(record[name]).removesuffix(SUFFIX) for name in NAMES if name in record}
    return {**record, **names, "Active": True}


def voided(record: Record) -> Record:
    """What a void leaves: nothing but noughts, and a note that says so; there is no status field (section 2.4)."""
    left: Record = _zeroed(record)
    note = record.get("PrivateNote")
    left["PrivateNote"] = f"Voided - {note}" if note else "Voided"
    if "PayType" in record or "UnappliedAmt" in record:
        left["Line"] = []
    elif "LinkedTxn" in left:
        left["LinkedTxn"] = []
    return left


def _zeroed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: 0 if name in _voided else _zeroed(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_zeroed(inner) for inner in value]
    return value
