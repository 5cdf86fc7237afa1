"""What each kind of transaction moves between accounts, in the transaction's own currency.

A move is (account id, amount), debits positive. Stock and conversion to home currency are the business of postings.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from counterfoil.sandbox.company.books import Books
from counterfoil.sandbox.company.chart import receivable_of
from counterfoil.sandbox.company.wire import Record

Moves = Iterator[tuple[str, Decimal]]
SHIPPING_ITEM: Final = "SHIPPING_ITEM_ID"  # the pseudo item by which QuickBooks writes a shipping charge


def lines_of(record: Record) -> Iterator[Record]:
    """Give the lines that count: a bundle's children instead of the bundle."""
    for line in record.get("Line", ()):
        if group := line.get("GroupLineDetail"):
            yield from group["Line"]
        else:
            yield line


def account(books: Books, key: str) -> str:
    """Give the id of the account that the chart knows as `key`."""
    return str(books.named("Account", key)["Id"])


def _sale(books: Books, record: Record, against: str) -> Moves:
    """What is owed or paid, against income and tax."""
    yield against, record["TotalAmt"]
    for line in lines_of(record):
        if detail := line.get("SalesItemLineDetail"):
            yield _income(books, detail["ItemRef"]["value"]), -line["Amount"]
        if detail := line.get("DiscountLineDetail"):
            yield detail["DiscountAccountRef"]["value"], line["Amount"]
    yield account(books, "tax"), -_tax(record)


def _purchase(books: Books, record: Record, against: str) -> Moves:
    """Expense, stock and tax, against what is owed or paid."""
    yield against, -record["TotalAmt"]
    for line in lines_of(record):
        if detail := line.get("AccountBasedExpenseLineDetail"):
            yield detail["AccountRef"]["value"], line["Amount"]
        if detail := line.get("ItemBasedExpenseLineDetail"):
            yield _bought(books, detail["ItemRef"]["value"]), line["Amount"]
    yield account(books, "tax"), _tax(record)


def _invoice(books: Books, record: Record) -> Moves:
    return _sale(books, record, _receivable(books, record))


def _credit_memo(books: Books, record: Record) -> Moves:
    return _reversed(_invoice(books, record))


def _sales_receipt(books: Books, record: Record) -> Moves:
    return _sale(books, record, record["DepositToAccountRef"]["value"])


def _refund(books: Books, record: Record) -> Moves:
    return _reversed(_sales_receipt(books, record))


def _payment(books: Books, record: Record) -> Moves:
    yield (
        record.get("DepositToAccountRef", {}).get("value") or account(books, "undeposited"),
        record["TotalAmt"],
    )
    yield _receivable(books, record), -record["TotalAmt"]


def _bill(books: Books, record: Record) -> Moves:
    return _purchase(books, record, record["APAccountRef"]["value"])


def _vendor_credit(books: Books, record: Record) -> Moves:
    return _reversed(_bill(books, record))


def _bill_payment(_: Books, record: Record) -> Moves:
    yield record["APAccountRef"]["value"], record["TotalAmt"]
    if check := record.get("CheckPayment"):
        yield check["BankAccountRef"]["value"], -record["TotalAmt"]
    else:
        yield record["CreditCardPayment"]["CCAccountRef"]["value"], -record["TotalAmt"]


def _spend(books: Books, record: Record) -> Moves:
    moves = _purchase(books, record, record["AccountRef"]["value"])
    return _reversed(moves) if record.get("Credit") else moves


def _journal(_: Books, record: Record) -> Moves:
    for line in lines_of(record):
        if detail := line.get("JournalEntryLineDetail"):
            sign = 1 if detail["PostingType"] == "Debit" else -1
            yield detail["AccountRef"]["value"], sign * line["Amount"]


def _deposit(books: Books, record: Record) -> Moves:
    yield record["DepositToAccountRef"]["value"], record["TotalAmt"]
    if back := record.get("CashBack"):
        yield back["AccountRef"]["value"], back["Amount"]
    for line in lines_of(record):
        direct = line.get("DepositLineDetail", {}).get("AccountRef")
        yield direct["value"] if direct else account(books, "undeposited"), -line["Amount"]


def _transfer(_: Books, record: Record) -> Moves:
    yield record["ToAccountRef"]["value"], record["Amount"]
    yield record["FromAccountRef"]["value"], -record["Amount"]


def _card_payment(_: Books, record: Record) -> Moves:
    yield record["CreditCardAccountRef"]["value"], record["Amount"]
    yield record["BankAccountRef"]["value"], -record["Amount"]


def _tax_payment(books: Books, record: Record) -> Moves:
    sign = -1 if record["Refund"] else 1
    yield account(books, "tax"), sign * record["PaymentAmount"]
    yield record["PaymentAccountRef"]["value"], -sign * record["PaymentAmount"]


def _count(*_: object) -> Moves:
    """A stock count moves only stock."""
    return iter(())


def _tax(record: Record) -> Decimal:
    return Decimal(record.get("TxnTaxDetail", {}).get("TotalTax", 0))


def _income(books: Books, item_id: str) -> str:
    if item_id == SHIPPING_ITEM:
        return account(books, "shipping")
    return str(books.records["Item"][item_id]["IncomeAccountRef"]["value"])


def _bought(books: Books, item_id: str) -> str:
    item = books.records["Item"][item_id]
    return str((item.get("AssetAccountRef") or item["ExpenseAccountRef"])["value"])


def _receivable(books: Books, record: Record) -> str:
    return receivable_of(books, books.records["Customer"][record["CustomerRef"]["value"]])["value"]


def _reversed(moves: Moves) -> Moves:
    return ((against, -amount) for against, amount in moves)


RULES: Final[dict[str, Callable[[Books, Record], Moves]]] = {
    "Invoice": _invoice,
    "CreditMemo": _credit_memo,
    "SalesReceipt": _sales_receipt,
    "RefundReceipt": _refund,
    "Payment": _payment,
    "Bill": _bill,
    "VendorCredit": _vendor_credit,
    "BillPayment": _bill_payment,
    "Purchase": _spend,
    "JournalEntry": _journal,
    "Deposit": _deposit,
    "Transfer": _transfer,
    "CreditCardPayment": _card_payment,
    "TaxPayment": _tax_payment,
    "InventoryAdjustment": _count,
}
