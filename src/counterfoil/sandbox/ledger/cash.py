"""Cash basis: an invoice or a bill counts on the day it is paid, by the share that was paid of each of its lines.

That is Intuit's rule, and what is paid without a document counts as "Unapplied Cash Payment Income" or "Unapplied Cash
Bill Payment Expense" until there is one. Tax and stock on a document follow its lines here, so receivables and payables
hold nothing on this basis but what journal entries put there.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from counterfoil.sandbox.ledger.live import LiveChart
from counterfoil.sandbox.ledger.nouns import ZERO, Document, Entry, Posting, cents

_OWED: Final = ("Invoice", "CreditMemo", "Bill", "VendorCredit")
_SIDES: Final = {
    "Payment": ("receivable", "unapplied income", -1),
    "BillPayment": ("payable", "unapplied expense", 1),
}
Postings = tuple[Posting, ...]
_Alike = dict[
    tuple[int, str, str], Postings
]  # what whole documents with the same postings, class and place count as


def cash_entries(entries: list[Entry], chart: LiveChart) -> Iterator[Entry]:
    """Give the entries of cash basis for those of accrual basis, which come oldest first."""
    alike: _Alike = {}
    documents = {(found.entity, found.id): _Open(found, alike) for found in entries if found.entity in _OWED}
    for found in entries:
        if found.entity in _SIDES:
            yield from _paid(found, documents, chart)
        elif found.entity not in _OWED or not found.total:
            yield found


class _Open:
    """A document that is paid bit by bit."""

    def __init__(self, found: Entry, alike: _Alike) -> None:
        self.entry = found
        self._alike = alike
        self._paid = ZERO
        self._counted: dict[int, Decimal] = defaultdict(lambda: ZERO)

    def pay(self, by: Decimal) -> tuple[Decimal, Postings]:
        """Count so much more as paid, at most what is open; give how much of it counted, and of what."""
        total = self.entry.total
        taken = max(min(by, total - self._paid), ZERO)
        if taken == total and not self._paid:
            self._paid = taken
            return taken, self._whole()
        lines = [one for one in self.entry.postings if one.account != self.entry.account]
        self._paid += taken
        part, whole = [], sum((one.amount for one in lines), ZERO)
        shares = [cents(one.amount * self._paid / total) for one in lines]
        if lines:  # cents that rounding loses go with the largest line
            largest = max(range(len(lines)), key=lambda place: abs(lines[place].amount))
            shares[largest] += cents(whole * self._paid / total) - sum(shares, ZERO)
        for place, (one, share) in enumerate(zip(lines, shares, strict=True)):
            if by_now := share - self._counted[place]:
                foreign = cents(one.foreign * taken / total)
                part.append(_told(one, self.entry)._replace(amount=by_now, foreign=foreign))
            self._counted[place] = share
        return taken, tuple(part)

    def _whole(self) -> Postings:
        head = self.entry
        key = (id(head.postings), head.class_id, head.department_id)
        if key not in self._alike:
            lines = [one for one in head.postings if one.account != head.account]
            self._alike[key] = tuple(_told(one, head) for one in lines)
        return self._alike[key]


def _told(one: Posting, head: Entry) -> Posting:
    """A document's line as it stands in a payment: with its own class and place."""
    return one._replace(
        class_id=one.class_id or head.class_id,
        department_id=one.department_id or head.department_id,
    )


def _paid(found: Entry, documents: dict[Document, _Open], chart: LiveChart) -> Iterator[Entry]:
    control, unapplied, sign = _SIDES[found.entity]
    waiting = chart.account(unapplied)
    postings = [one for one in found.postings if one.account == found.account]
    left = found.total
    for key, linked in found.links:
        document = documents.get(key)
        by = abs(linked)
        if document is None:  # such as a journal entry: the debt itself stands in the books
            against = chart.account(control, found.currency)
            postings.append(_posting(against, sign * linked, found))
            left -= linked
            continue
        taken, part = document.pay(by)
        left -= taken if linked > 0 else -taken
        if document.entry.date <= found.date:
            postings.extend(part)
        else:  # paid before there was a document: it counts as unapplied until then
            held = sum((one.amount for one in part), ZERO)
            postings.append(Posting(waiting, held, taken if held > 0 else -taken))
            moved = Posting(waiting, -held, -taken if held > 0 else taken)
            yield document.entry._replace(postings=(*part, moved), links=())
    if left:
        postings.append(_posting(waiting, sign * left, found))
    rest = sum((one.amount for one in postings), ZERO)
    if rest:  # what the rate gained or lost between the document and its payment
        postings.append(Posting(chart.account("exchange"), -rest, ZERO))
    yield found._replace(postings=tuple(postings))


def _posting(account: str, foreign: Decimal, head: Entry) -> Posting:
    return Posting(account, cents(foreign * head.rate), foreign)
