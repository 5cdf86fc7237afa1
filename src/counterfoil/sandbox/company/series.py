"""The bulk run: any number of invoices, and the payments of every third, each computed from its place.

Nothing is stored per record. A place is mixed into a customer and one of a few hundred prepared sets of lines; the
JSON is those prepared bytes with ids, days and amounts set in. Creation times never fall from one place to the next.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterfoil.sandbox.company.books import YEARS
from counterfoil.sandbox.company.clock import DAY, pacific_date, pacific_time
from counterfoil.sandbox.company.wire import encode
from counterfoil.sandbox.ledger.nouns import Likeness

FIRST_ID = 100_001  # above the ids of all records that are written one by one
TERM_DAYS = 30
_PAID_EVERY = 3
_PAID_AFTER = 12 * DAY
_BLOCK, _BURST_FROM, _BURST_TO = 2_000, 300, 700  # of each block, these share one second, as after an import
_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15  # 2**64 divided by the golden ratio: neighbours end up far apart


@dataclass(frozen=True, slots=True)
class LineSet:
    """Lines that invoices share: their JSON from `Line` on, and what they come to with tax."""

    body: bytes
    total: Decimal


@dataclass(frozen=True, slots=True)
class Payer:
    """A customer as its invoices and payments write it."""

    record_id: str
    on_invoice: bytes
    on_payment: bytes


@dataclass(frozen=True, slots=True)
class Plan:
    """What the run is made of; `now` in epoch seconds is later than every record."""

    seed: int
    count: int
    now: int
    payers: Sequence[Payer]
    line_sets: Sequence[LineSet]

    def choice(self, place: int) -> tuple[int, int]:
        """Give the place of the payer and of the line set of the invoice at `place`."""
        draw = ((place + self.seed) * _GOLDEN) & _MASK
        draw ^= draw >> 31
        return (draw >> 20) % len(self.payers), draw % len(self.line_sets)

    def created(self, place: int) -> int:
        """Give the epoch second in which the invoice at `place` was created."""
        within = place % _BLOCK
        slot = place - within + (_BURST_FROM if _BURST_FROM <= within < _BURST_TO else within)
        span = YEARS * 365 * DAY
        return self.now - span + slot * (span - DAY) // self.count

    def paid(self, group: int) -> int:
        """Give the epoch second in which the first invoice of a group of three was paid."""
        return self.created(group * _PAID_EVERY) + _PAID_AFTER

    def payments(self) -> int:
        """Count the payments made up to now: the last invoices are still open."""
        low, high = 0, -(-self.count // _PAID_EVERY)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self.paid(middle) < self.now else (low, middle)
        return low


@dataclass(frozen=True)
class Series:
    """A run of one entity: `len()` of them, each known by its place.

    `created` and `updated` are epoch seconds; `body` is the full record as JSON, about 5 KB for an invoice; `likeness`
    tells by what it differs from others of the same customer and with the same lines.
    """

    entity: str
    id: Callable[[int], str]
    index_of: Callable[[str], int | None]
    created: Callable[[int], int]
    updated: Callable[[int], int]
    body: Callable[[int], bytes]
    likeness: Callable[[int], Likeness]
    count: int

    def __len__(self) -> int:
        return self.count


def invoice_series(plan: Plan) -> Series:
    """Give the run of invoices; one that has been paid links its payment and was last updated then."""
    payments = plan.payments()

    def settled(place: int) -> bool:
        return place % _PAID_EVERY == 0 and place // _PAID_EVERY < payments

    def updated(place: int) -> int:
        return plan.paid(place // _PAID_EVERY) if settled(place) else plan.created(place)

    return Series(
        entity="Invoice",
        id=lambda place: str(_invoice_id(place)),
        index_of=lambda text: _place(text, plan.count, _invoice_id, _invoice_place),
        created=plan.created,
        updated=updated,
        body=_invoice_writer(plan, settled, updated),
        likeness=lambda place: _invoice_likeness(plan, place),
        count=plan.count,
    )


def _invoice_writer(
    plan: Plan, settled: Callable[[int], bool], updated: Callable[[int], int]
) -> Callable[[int], bytes]:
    payers = [payer.on_invoice for payer in plan.payers]
    sets = [(lines.body, str(lines.total).encode()) for lines in plan.line_sets]

    def body(place: int) -> bytes:
        payer, lines = plan.choice(place)
        created = plan.created(place)
        text, total = sets[lines]
        is_settled = settled(place)
        link = _LINK % _payment_id(place // _PAID_EVERY) if is_settled else b""
        return _INVOICE % (
            _invoice_id(place),
            is_settled,
            pacific_time(created).encode(),
            pacific_time(updated(place)).encode(),
            place + 1,
            pacific_date(created).encode(),
            pacific_date(created + TERM_DAYS * DAY).encode(),
            link,
            total,
            b"0" if is_settled else total,
            payers[payer],
            text,
        )

    return body


def payment_series(plan: Plan) -> Series:
    """Give the run of payments; the one at place n paid the invoice at place 3n in full."""
    payers = [payer.on_payment for payer in plan.payers]
    totals = [str(lines.total).encode() for lines in plan.line_sets]

    def body(group: int) -> bytes:
        payer, lines = plan.choice(group * _PAID_EVERY)
        invoice = _invoice_id(group * _PAID_EVERY)
        paid = plan.paid(group)
        time, total = pacific_time(paid).encode(), totals[lines]
        number = group * _PAID_EVERY + 1
        return _PAYMENT % (
            _payment_id(group), time, time, pacific_date(paid).encode(), total, group, payers[payer],
            total, invoice, invoice, total, number,
        )  # fmt: skip

    count = plan.payments()
    return Series(
        entity="Payment",
        id=lambda group: str(_payment_id(group)),
        index_of=lambda text: _place(text, count, _payment_id, _payment_place),
        created=plan.paid,
        updated=plan.paid,
        body=body,
        likeness=lambda group: _payment_likeness(plan, group),
        count=count,
    )


def _invoice_likeness(plan: Plan, place: int) -> Likeness:
    payer, lines = plan.choice(place)
    day = date.fromisoformat(pacific_date(plan.created(place)))
    due = date.fromisoformat(pacific_date(plan.created(place) + TERM_DAYS * DAY))
    return Likeness(payer, lines, str(_invoice_id(place)), day, _number(place), due, ())


def _payment_likeness(plan: Plan, group: int) -> Likeness:
    payer, lines = plan.choice(group * _PAID_EVERY)
    paid = (("Invoice", str(_invoice_id(group * _PAID_EVERY))), plan.line_sets[lines].total)
    day = date.fromisoformat(pacific_date(plan.paid(group)))
    return Likeness(payer, lines, str(_payment_id(group)), day, f"00{group}", None, (paid,))


def _number(place: int) -> str:
    return f"B-{place + 1:07d}"


def _invoice_id(place: int) -> int:
    """Ids run on through both runs: three invoices, then the payment of the first of them."""
    return FIRST_ID + place + place // _PAID_EVERY


def _payment_id(group: int) -> int:
    return FIRST_ID + group * (_PAID_EVERY + 1) + _PAID_EVERY


def _invoice_place(number: int) -> int:
    group, within = divmod(number - FIRST_ID, _PAID_EVERY + 1)
    return group * _PAID_EVERY + within


def _payment_place(number: int) -> int:
    return (number - FIRST_ID) // (_PAID_EVERY + 1)


def _place(text: str, count: int, id_of: Callable[[int], int], place_of: Callable[[int], int]) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        return None
    place = place_of(int(text))
    return place if 0 <= place < count and str(id_of(place)) == text else None


def _open_value(name: str, value: bytes) -> bytes:
    element = {
        "name": "{http://schema.intuit.com/finance/v3}NameValue",
        "declaredType": "com.intuit.schema.finance.v3.NameValue",
        "scope": "javax.xml.bind.JAXBElement$GlobalScope",
        "value": {"Name": name, "Value": "@"},
        "nil": False,
        "globalScope": True,
        "typeSubstituted": False,
    }
    return encode(element).replace(b"@", value)


_LINK = b'{"TxnId":"%d","TxnType":"Payment"}'
_HEAD = (
    b'{"domain":"QBO","sparse":false,"Id":"%d","SyncToken":"%d",'
    b'"MetaData":{"CreateTime":"%b","LastUpdatedTime":"%b"},'
)
_INVOICE = _HEAD + (
    b'"DocNumber":"B-%07d","TxnDate":"%b","DueDate":"%b","LinkedTxn":[%b],"TotalAmt":%b,"Balance":%b,%b,%b}'
)
_PAYMENT = _HEAD.replace(b'"SyncToken":"%d"', b'"SyncToken":"0"') + (
    b'"TxnDate":"%b","TotalAmt":%b,"UnappliedAmt":0,"ProcessPayment":false,"PaymentRefNum":"00%d",%b,'
    b'"Line":[{"Amount":%b,"LinkedTxn":[{"TxnId":"%d","TxnType":"Invoice"}],"LineEx":{"any":['
    + _open_value("txnId", b"%d")
    + b","
    + _open_value("txnOpenBalance", b"%b")
    + b","
    + _open_value("txnReferenceNumber", b"B-%07d")
    + b"]}}]}"
)
