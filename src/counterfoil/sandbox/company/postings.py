"""The general ledger: what each transaction posts, in home currency, balanced.

Balances, stock and reports of the made-up company all follow from these entries. Stock moves at its item's
PurchaseCost, at which it is always bought too, so that first-in-first-out costing gives the same numbers.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from counterfoil.sandbox.company.books import ZERO, Books, cents
from counterfoil.sandbox.company.rules import RULES, SHIPPING_ITEM, Moves, account, lines_of
from counterfoil.sandbox.company.wire import Record

Posting = tuple[str, Decimal, Decimal]  # account id, debit, credit

# Which way stock goes. What is bought posts to the asset line by line; the rest is posted here, at cost.
_SOLD: Final = {"Invoice": -1, "SalesReceipt": -1, "CreditMemo": 1, "RefundReceipt": 1}
_BOUGHT: Final = {"Bill": 1, "Purchase": 1, "VendorCredit": -1}


def postings(books: Books, entity: str, record: Record) -> list[Posting]:
    """Give the entries of one record: (account id, debit, credit); none for what does not post."""
    rule = RULES.get(entity)
    if rule is None:
        return []
    rate = record.get("ExchangeRate", Decimal(1))
    entries = [(against, cents(amount * rate)) for against, amount in rule(books, record)]
    entries.extend(_stock(books, entity, record))
    rest = sum((amount for _, amount in entries), ZERO)
    if rest:  # cents lost by converting each line by itself
        entries.append((account(books, "exchange"), -rest))
    return [(against, max(amount, ZERO), max(-amount, ZERO)) for against, amount in entries if amount]


def stock_moves(books: Books, entity: str, record: Record) -> Iterator[tuple[str, Decimal]]:
    """Give (item id, quantity) for all that entered stock; what left is negative."""
    direction = _SOLD.get(entity) or _BOUGHT.get(entity, 0)
    if record.get("Credit"):
        direction = -direction
    for line in lines_of(record):
        if detail := line.get("ItemAdjustmentLineDetail"):
            yield detail["ItemRef"]["value"], detail["QtyDiff"]
        detail = line.get("SalesItemLineDetail") or line.get("ItemBasedExpenseLineDetail")
        if direction and detail and _is_stock(books, detail["ItemRef"]["value"]):
            yield detail["ItemRef"]["value"], direction * detail["Qty"]


def _stock(books: Books, entity: str, record: Record) -> Moves:
    if entity in _BOUGHT:
        return
    for item_id, quantity in stock_moves(books, entity, record):
        item = books.records["Item"][item_id]
        value = cents(quantity * item["PurchaseCost"])
        against = record.get("AdjustAccountRef") or item["ExpenseAccountRef"]
        yield item["AssetAccountRef"]["value"], value
        yield against["value"], -value


def _is_stock(books: Books, item_id: str) -> bool:
    return item_id != SHIPPING_ITEM and books.records["Item"][item_id]["Type"] == "Inventory"
