"""What each kind of transaction moves between accounts, in the transaction's own currency.

The same rules serve a company that is being made up and the live records of a running sandbox; each brings a chart that
finds the accounts which a record does not name. Stock and conversion to home currency are the business of entries.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from counterfoil.sandbox.ledger.nouns import ONE, Chart, Document, Move, number, ref
from counterfoil.sandbox.wire import Record

Moves = Iterator[Move]
SHIPPING_ITEM: Final = "SHIPPING_ITEM_ID"  # the pseudo item by which QuickBooks writes a shipping charge
_TAKES_BACK: Final = ("CreditMemo", "VendorCredit")  # set against other documents in a payment


def lines_of(record: Record) -> Iterator[Record]:
    """Give the lines that count: a bundle's children instead of the bundle."""
    for line in record.get("Line") or ():
        if group := line.get("GroupLineDetail"):
            yield from group.get("Line") or ()
        else:
            yield line


def rate_of(record: Record | None) -> Decimal:
    """Home currency for one of the transaction's; 1 where none is told."""
    return number((record or {}).get("ExchangeRate")) or ONE


def receivable(chart: Chart, record: Record) -> str:
    """The account that a customer's debt stands in."""
    return ref(record, "ARAccountRef") or chart.account("receivable", chart.currency(record))


def payable(chart: Chart, record: Record) -> str:
    """The account that a debt to a vendor stands in."""
    return ref(record, "APAccountRef") or chart.account("payable", chart.currency(record))


def links_of(record: Record) -> tuple[tuple[Document, Decimal], ...]:
    """What a payment pays, and how much of each; what it takes back counts as less than nought."""
    found = []
    for line in record.get("Line") or ():
        for link in (line.get("LinkedTxn") or ())[:1]:
            kind = str(link.get("TxnType"))
            by = number(line.get("Amount"))
            found.append(((kind, str(link.get("TxnId"))), -by if kind in _TAKES_BACK else by))
    return tuple(found)


def _sale(chart: Chart, record: Record, against: str) -> Moves:
    """What is owed or paid, against income and tax."""
    yield Move(against, number(record.get("TotalAmt")))
    for line in lines_of(record):
        if "SalesItemLineDetail" in line:
            yield Move(_income(chart, line["SalesItemLineDetail"]), -number(line.get("Amount")), line)
        elif "DiscountLineDetail" in line:
            given = ref(line["DiscountLineDetail"], "DiscountAccountRef") or chart.account("discounts")
            yield Move(given, number(line.get("Amount")), line)
    yield Move(chart.account("tax"), -_tax(record))


def _purchase(chart: Chart, record: Record, against: str) -> Moves:
    """Expense, stock and tax, against what is owed or paid."""
    yield Move(against, -number(record.get("TotalAmt")))
    for line in lines_of(record):
        if "AccountBasedExpenseLineDetail" in line:
            spent_on = ref(line["AccountBasedExpenseLineDetail"], "AccountRef") or chart.account("expense")
            yield Move(spent_on, number(line.get("Amount")), line)
        elif "ItemBasedExpenseLineDetail" in line:
            yield Move(_bought(chart, line["ItemBasedExpenseLineDetail"]), number(line.get("Amount")), line)
    yield Move(chart.account("tax"), _tax(record))


def _invoice(chart: Chart, record: Record) -> Moves:
    return _sale(chart, record, receivable(chart, record))


def _credit_memo(chart: Chart, record: Record) -> Moves:
    return _reversed(_invoice(chart, record))


def _sales_receipt(chart: Chart, record: Record) -> Moves:
    return _sale(chart, record, _banked_in(chart, record))


def _refund(chart: Chart, record: Record) -> Moves:
    return _reversed(_sales_receipt(chart, record))


def _payment(chart: Chart, record: Record) -> Moves:
    yield Move(_banked_in(chart, record), number(record.get("TotalAmt")))
    for rate, paid in _by_rate(chart, record):
        yield Move(receivable(chart, record), -paid, rate=rate)


def _bill(chart: Chart, record: Record) -> Moves:
    return _purchase(chart, record, payable(chart, record))


def _vendor_credit(chart: Chart, record: Record) -> Moves:
    return _reversed(_bill(chart, record))


def _bill_payment(chart: Chart, record: Record) -> Moves:
    bank = ref(record.get("CheckPayment"), "BankAccountRef")
    card = ref(record.get("CreditCardPayment"), "CCAccountRef")
    yield Move(bank or card or chart.account("bank"), -number(record.get("TotalAmt")))
    for rate, paid in _by_rate(chart, record):
        yield Move(payable(chart, record), paid, rate=rate)


def _spend(chart: Chart, record: Record) -> Moves:
    moves = _purchase(chart, record, ref(record, "AccountRef") or chart.account("bank"))
    return _reversed(moves) if record.get("Credit") else moves


def _journal(chart: Chart, record: Record) -> Moves:
    for line in lines_of(record):
        if detail := line.get("JournalEntryLineDetail"):
            sign = 1 if detail.get("PostingType") == "Debit" else -1
            against = ref(detail, "AccountRef") or chart.account("unsorted")
            yield Move(against, sign * number(line.get("Amount")), line)


def _deposit(chart: Chart, record: Record) -> Moves:
    yield Move(ref(record, "DepositToAccountRef") or chart.account("bank"), number(record.get("TotalAmt")))
    if back := record.get("CashBack"):
        yield Move(ref(back, "AccountRef") or chart.account("bank"), number(back.get("Amount")))
    for line in lines_of(record):
        direct = ref(line.get("DepositLineDetail"), "AccountRef")
        yield Move(direct or chart.account("undeposited"), -number(line.get("Amount")), line)


def _transfer(chart: Chart, record: Record) -> Moves:
    amount = number(record.get("Amount"))
    yield Move(ref(record, "FromAccountRef") or chart.account("bank"), -amount)
    yield Move(ref(record, "ToAccountRef") or chart.account("bank"), amount)


def _card_payment(chart: Chart, record: Record) -> Moves:
    amount = number(record.get("Amount"))
    yield Move(ref(record, "BankAccountRef") or chart.account("bank"), -amount)
    yield Move(ref(record, "CreditCardAccountRef") or chart.account("card"), amount)


def _tax_payment(chart: Chart, record: Record) -> Moves:
    amount = number(record.get("PaymentAmount")) * (-1 if record.get("Refund") else 1)
    yield Move(ref(record, "PaymentAccountRef") or chart.account("bank"), -amount)
    yield Move(chart.account("tax"), amount)


def _count(*_: object) -> Moves:
    """A stock count moves only stock."""
    return iter(())


def _tax(record: Record) -> Decimal:
    return number((record.get("TxnTaxDetail") or {}).get("TotalTax"))


def _income(chart: Chart, detail: Record) -> str:
    if ref(detail, "ItemRef") == SHIPPING_ITEM:
        return chart.account("shipping")
    item = chart.item(ref(detail, "ItemRef"))
    return ref(detail, "ItemAccountRef") or (item.income if item else "") or chart.account("income")


def _bought(chart: Chart, detail: Record) -> str:
    item = chart.item(ref(detail, "ItemRef"))
    return ((item.asset or item.expense) if item else "") or chart.account("expense")


def _banked_in(chart: Chart, record: Record) -> str:
    return ref(record, "DepositToAccountRef") or chart.account("undeposited")


def _by_rate(chart: Chart, record: Record) -> list[tuple[Decimal | None, Decimal]]:
    """What a payment takes off a debt: each document at its own rate, what is left unapplied at the payment's.

    The difference to the money that moved is the realised exchange gain or loss, as QuickBooks books it.
    """
    total = number(record.get("TotalAmt"))
    if "ExchangeRate" not in record and chart.currency(record) == chart.currency({}):
        return [(None, total)]
    paid: dict[Decimal, Decimal] = defaultdict(Decimal)
    paid[rate_of(record)] += total
    for (entity, id_), by in links_of(record):
        document = chart.record(entity, id_)
        rate = rate_of(document) if document else rate_of(record)
        paid[rate_of(record)] -= by
        paid[rate] += by
    return list(paid.items())


def _reversed(moves: Moves) -> Moves:
    return (move._replace(amount=-move.amount) for move in moves)


RULES: Final[dict[str, Callable[[Chart, Record], Moves]]] = {
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
