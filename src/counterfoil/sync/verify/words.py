"""What reports call transactions, and which streams those are.

A report names a type for people ("Bill Payment (Check)"); the API reads it as an entity (BillPayment). The words
are those of QuickBooks' pages in English; what is not known is looked up by its id.
"""

from typing import Final

POSTING: Final = (
    "Invoice",
    "SalesReceipt",
    "CreditMemo",
    "RefundReceipt",
    "Payment",
    "Bill",
    "BillPayment",
    "VendorCredit",
    "Purchase",
    "JournalEntry",
    "Deposit",
    "Transfer",
    "CreditCardPayment",
    "TaxPayment",
    "InventoryAdjustment",
)
"""Streams whose records move accounts."""

NOT_POSTING: Final = ("Estimate", "PurchaseOrder", "ReimburseCharge")
"""Streams that a list of transactions may tell of as well."""

NEEDED: Final = tuple(
    name for name in POSTING if name not in ("CreditCardPayment", "TaxPayment", "InventoryAdjustment")
)
"""Without these no balance can be told; the others are rare, and their lack shows as theirs alone."""

_WORDS: Final = {
    "refund": "RefundReceipt",
    "check": "Purchase",
    "cheque": "Purchase",
    "expense": "Purchase",
    "cashexpense": "Purchase",
    "cashpurchase": "Purchase",
    "creditcardexpense": "Purchase",
    "creditcardcharge": "Purchase",
    "creditcardcredit": "Purchase",
    "billpayment(check)": "BillPayment",
    "billpayment(cheque)": "BillPayment",
    "billpayment(creditcard)": "BillPayment",
    "billpaymentcheck": "BillPayment",
    "billpaymentcreditcard": "BillPayment",
    "suppliercredit": "VendorCredit",
    "journal": "JournalEntry",
    "salestaxpayment": "TaxPayment",
    "taxpayment": "TaxPayment",
    "gstpayment": "TaxPayment",
    "vatpayment": "TaxPayment",
    "inventoryqtyadjust": "InventoryAdjustment",
    "inventoryadjustment": "InventoryAdjustment",
    "billableexpensecharge": "ReimburseCharge",
}


def stream_of(word: str) -> str:
    """The stream that a report's word for a type means; "" for a type that the API does not offer, or not so."""
    folded = "".join(word.split()).lower()
    return _WORDS.get(folded) or _NAMES.get(folded, "")


_NAMES: Final = {name.lower(): name for name in (*POSTING, *NOT_POSTING)}
