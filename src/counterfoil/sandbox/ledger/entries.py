"""An entry for a record: its moves and its stock, in home currency, balanced.

Modelled as QuickBooks does it: every posting is rounded to cents by itself; what conversion leaves over, and what a
payment gains or loses on the rate of the document it pays, goes to exchange gain or loss. A voided record has noughts
and posts nothing. Not modelled: revaluation of foreign balances that are still open, and cost layers: stock moves at
its item's PurchaseCost as it stands now, at which made-up companies always buy, so that first-in-first-out costing
gives the same numbers there.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from counterfoil.sandbox.ledger.nouns import (
    NOBODY,
    ONE,
    ZERO,
    Chart,
    Entry,
    Move,
    Name,
    Posting,
    cents,
    number,
    ref,
)
from counterfoil.sandbox.ledger.rules import RULES, SHIPPING_ITEM, lines_of, links_of, rate_of
from counterfoil.sandbox.wire import Record

# Which way stock goes. What is bought posts to the asset line by line; the rest is posted here, at cost.
_SOLD: Final = {"Invoice": -1, "SalesReceipt": -1, "CreditMemo": 1, "RefundReceipt": 1}
_BOUGHT: Final = {"Bill": 1, "Purchase": 1, "VendorCredit": -1}
_DETAILS: Final = (
    "SalesItemLineDetail",
    "ItemBasedExpenseLineDetail",
    "AccountBasedExpenseLineDetail",
    "JournalEntryLineDetail",
    "DepositLineDetail",
    "DiscountLineDetail",
    "ItemAdjustmentLineDetail",
)


def entry(chart: Chart, entity: str, record: Record) -> Entry | None:
    """Give what a record posts; None for an entity that does not post."""
    rule = RULES.get(entity)
    if rule is None:
        return None
    rate = rate_of(record)
    moves = list(rule(chart, record))
    postings = [_posting(move, rate) for move in moves]
    postings.extend(_stock(chart, entity, record, rate))
    rest = sum((posting.amount for posting in postings), ZERO)
    if rest:  # cents lost by converting each line by itself, and what a payment gained or lost
        postings.append(Posting(chart.account("exchange"), -rest, ZERO))
    return Entry(
        entity=entity,
        id=str(record.get("Id", "")),
        date=_day(record),
        number=str(record.get("DocNumber") or record.get("PaymentRefNum") or ""),
        name=name_of(record),
        memo=str(record.get("PrivateNote") or record.get("Description") or ""),
        class_id=ref(record, "ClassRef"),
        department_id=ref(record, "DepartmentRef"),
        currency=chart.currency(record),
        rate=rate,
        account=moves[0].account if moves else ref(record, "AdjustAccountRef"),
        total=number(record.get("TotalAmt") or record.get("Amount") or record.get("PaymentAmount")),
        due=_date(record.get("DueDate")),
        links=links_of(record) if entity in ("Payment", "BillPayment") else (),
        kind=_kind(record),
        postings=tuple(posting for posting in postings if posting.amount or posting.foreign),
    )


def stock_moves(chart: Chart, entity: str, record: Record) -> Iterator[tuple[Record, str, Decimal]]:
    """Give (line, item id, quantity) for all that entered stock; what left is negative."""
    direction = _SOLD.get(entity) or _BOUGHT.get(entity, 0)
    if record.get("Credit"):
        direction = -direction
    for line in lines_of(record):
        if detail := line.get("ItemAdjustmentLineDetail"):
            yield line, ref(detail, "ItemRef"), number(detail.get("QtyDiff"))
        detail = line.get("SalesItemLineDetail") or line.get("ItemBasedExpenseLineDetail")
        if direction and detail:
            item = chart.item(ref(detail, "ItemRef"))
            if item and item.kind == "Inventory":
                yield line, ref(detail, "ItemRef"), direction * number(detail.get("Qty"))


def name_of(record: Record) -> Name:
    """Whom a transaction is with; nobody, for many."""
    for field, kind in (("CustomerRef", "Customer"), ("VendorRef", "Vendor")):
        if id_ := ref(record, field):
            return kind, id_
    found = record.get("EntityRef") or {}
    return _named(found.get("type") or "Vendor", found) if found else NOBODY


def _posting(move: Move, rate: Decimal) -> Posting:
    line = move.line or {}
    detail: Record = next((line[name] for name in _DETAILS if line.get(name)), {})
    quantity, item = detail.get("Qty"), ref(detail, "ItemRef")
    return Posting(
        account=move.account,
        amount=cents(move.amount * (rate if move.rate is None else move.rate)),
        foreign=move.amount,
        line=str(line.get("Id", "")),
        memo=str(line.get("Description") or ""),
        name=_entity_of(detail),
        class_id=ref(detail, "ClassRef"),
        department_id=ref(detail, "DepartmentRef"),
        item="" if item == SHIPPING_ITEM else item,
        quantity=None if quantity is None else number(quantity),
        customer=ref(detail, "CustomerRef"),
    )


def _stock(chart: Chart, entity: str, record: Record, rate: Decimal) -> Iterator[Posting]:
    if entity in _BOUGHT:
        return
    for line, item_id, quantity in stock_moves(chart, entity, record):
        item = chart.item(item_id)
        value = cents(quantity * item.cost) if item else ZERO
        asset = (item.asset if item else "") or chart.account("inventory")
        cost = ref(record, "AdjustAccountRef") or (item.expense if item else "") or chart.account("cogs")
        into = _posting(Move(asset, value, line), ONE)
        foreign = value if rate == 1 else cents(value / rate)
        into = into._replace(foreign=foreign, quantity=quantity, item=item_id, is_cost=True)
        yield into
        yield into._replace(account=cost, amount=-value, foreign=-foreign, quantity=-quantity)


def _entity_of(detail: Record) -> Name:
    """The name on a line of a journal entry or a deposit."""
    found = detail.get("Entity")
    if not isinstance(found, dict):
        return NOBODY
    inner = found.get("EntityRef")
    return _named(found.get("Type") or found.get("type"), inner if isinstance(inner, dict) else found)


def _named(kind: object, found: Record) -> Name:
    return str(kind or "").capitalize(), str(found.get("value") or "")


def _kind(record: Record) -> str:
    if record.get("Credit"):
        return "Credit"
    return str(record.get("PayType") or record.get("PaymentType") or "")


def _day(record: Record) -> date:
    told = record.get("TxnDate") or record.get("PaymentDate")
    made = (record.get("MetaData") or {}).get("CreateTime")
    return _date(told) or _date(made) or date.min


def _date(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10]) if text else None
    except ValueError:
        return None
