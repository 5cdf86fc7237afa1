"""Carry out what `moves` says: rewrite the records that another record's change touches (section 2.5)."""

from decimal import Decimal

from counterfoil.sandbox import moves
from counterfoil.sandbox.books import CREATED, Books
from counterfoil.sandbox.clock import stamp
from counterfoil.sandbox.ledger.effects import effects
from counterfoil.sandbox.ledger.nouns import ZERO, cents
from counterfoil.sandbox.ledger.rules import links_of, rate_of
from counterfoil.sandbox.places import Bounds
from counterfoil.sandbox.records import core
from counterfoil.sandbox.wire import Record, decode

_fields = {
    "Customer": ("Balance", "BalanceWithJobs"),
    "Vendor": ("Balance",),
    "Account": ("CurrentBalance", "CurrentBalanceWithSubAccounts"),
    "Item": ("QtyOnHand",),
}


def store(
    books: Books, entity: str, record: Record, *, at: int, new_token: bool, verb: str = "Update"
) -> None:
    """Write a version: LastUpdatedTime moves; the SyncToken only where the record itself was edited.

    Of those webhooks tell, as of the verb; whether of the others is not established.
    """
    own = core(record)
    own["MetaData"] = {**own.get("MetaData", {}), "LastUpdatedTime": stamp(at)}
    if new_token:
        own["SyncToken"] = str(int(own.get("SyncToken") or 0) + 1)
    books.put(entity, record)
    if new_token:
        books.changes.tell(entity, str(own["Id"]), verb)


def follow(books: Books, entity: str, old: Record | None, new: Record | None, *, at: int) -> None:
    """Bring everything else in line with a record's change from `old` to `new` (None: not there)."""
    _move_balances(books, entity, old, new, at)
    _settle(books, entity, old, new, at)
    _free_payments(books, entity, old, new, at)
    if new and not old:
        for id_ in moves.estimates(entity, new):
            estimate = books.get("Estimate", id_)
            if estimate:
                store(books, "Estimate", {**estimate, "TxnStatus": "Closed"}, at=at, new_token=False)


def _move_balances(books: Books, entity: str, old: Record | None, new: Record | None, at: int) -> None:
    """Accounts and names keep their SyncToken; an item whose count moves is rewritten."""
    chart = books.keeper.chart()
    before = effects(chart, entity, old) if old else {}
    after = effects(chart, entity, new) if new else {}
    for key in before.keys() | after.keys():
        by = after.get(key, ZERO) - before.get(key, ZERO)
        record = books.get(*key) if by else None
        if record:
            for field in _fields[key[0]]:
                if field in record:
                    record[field] = moves.amount(record[field]) + by
            store(books, key[0], record, at=at, new_token=key[0] == "Item")


def _settle(books: Books, entity: str, old: Record | None, new: Record | None, at: int) -> None:
    """Paying a document rewrites it, with a new SyncToken and the payment's own time."""
    payment = new or old or {}
    kind = moves.link_type(entity, payment)
    before = moves.settled(entity, old) if old else []
    after = moves.settled(entity, new) if new else []
    for target, id_ in dict.fromkeys((item.entity, item.id) for item in (*before, *after)):
        document = books.get(target, id_)
        if document is None or (before == after):
            continue
        paid_before = sum(
            (item.amount for item in before if (item.entity, item.id) == (target, id_)), Decimal(0)
        )
        paid_after = sum(
            (item.amount for item in after if (item.entity, item.id) == (target, id_)), Decimal(0)
        )
        links = [link for link in document.get("LinkedTxn") or () if link.get("TxnId") != payment["Id"]]
        if any((item.entity, item.id) == (target, id_) for item in after):
            links.append({"TxnId": payment["Id"], "TxnType": kind})
        balance = moves.amount(document.get("Balance")) + paid_before - paid_after
        store(
            books, target, {**document, "LinkedTxn": links, **_open(document, balance)}, at=at, new_token=True
        )


def _open(document: Record, balance: Decimal) -> Record:
    """What is open on a document, in each of the fields in which it says so."""
    said: Record = {"Balance": balance}
    if "HomeBalance" in document:
        said["HomeBalance"] = cents(balance * rate_of(document))
    if "RemainingCredit" in document:
        said["RemainingCredit"] = balance
    return said


def _free_payments(books: Books, entity: str, old: Record | None, new: Record | None, at: int) -> None:
    """A document that is gone or void gives back what paid it: the payment stays, less applied."""
    kept = moves.payments(entity, new) if new else set()
    for payer, id_ in (moves.payments(entity, old) if old else set()) - kept:
        payment = books.get(payer, id_)
        if payment is None:
            continue
        freed = [
            line for line in payment.get("Line") or () if moves.pays(line, entity, str((old or {}).get("Id")))
        ]
        payment["Line"] = [line for line in payment["Line"] if line not in freed]
        if "UnappliedAmt" in payment:
            applied = sum((by for _, by in links_of(payment)), ZERO)
            payment["UnappliedAmt"] = moves.amount(payment.get("TotalAmt")) - applied
        store(books, payer, payment, at=at, new_token=True)


def repoint(books: Books, entity: str, loser: str, winner: Record, *, at: int) -> None:
    """Make every record that refers to a name speak of another; the whole company is looked through."""
    field = f"{entity}Ref"
    looked_for = f'"value":"{loser}"'.encode()
    for name in books.entities():
        merged = books.select(name, CREATED, Bounds())
        for start in range(0, len(merged), 1000):
            for body in books.bodies(name, merged.page(start, start + 1000)):
                if field.encode() in body and looked_for in body:
                    record: Record = decode(body)
                    if _repointed(record, field, loser, winner):
                        store(books, name, record, at=at, new_token=True)


def _repointed(value: object, field: str, loser: str, winner: Record) -> bool:
    """Change the references in place; tell whether there were any."""
    found = False
    if isinstance(value, list):
        for inner in value:
            found |= _repointed(inner, field, loser, winner)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name == field and isinstance(inner, dict) and inner.get("value") == loser:
                value[name] = {"value": winner["Id"], "name": winner.get("DisplayName") or winner.get("Name")}
                found = True
            else:
                found |= _repointed(inner, field, loser, winner)
    return found
