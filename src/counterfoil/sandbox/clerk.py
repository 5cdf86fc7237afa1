"""The one who changes a company's books, moving versions and balances as QuickBooks does (section 2.5)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from counterfoil.errors import NotFound
from counterfoil.sandbox import moves, traits
from counterfoil.sandbox.books import CREATED, Books
from counterfoil.sandbox.clock import PACIFIC, stamp
from counterfoil.sandbox.consequences import follow, repoint, store
from counterfoil.sandbox.currencies import give_currency
from counterfoil.sandbox.drafts import complete, deactivated, reactivated, voided
from counterfoil.sandbox.ledger.told import Posted, posted
from counterfoil.sandbox.numbering import next_id
from counterfoil.sandbox.places import Bounds
from counterfoil.sandbox.records import core
from counterfoil.sandbox.traits import Kind, Trait
from counterfoil.sandbox.wire import Record, decode, encode

ATTACHABLE_IDS = 5_000_000_000_000_000_000  # ids of attachables have up to 19 digits (section 8.1)


class Clerk:
    """Every verb is done whole: nobody reads the books in the middle of it."""

    def __init__(self, books: Books, now: Callable[[], datetime]) -> None:
        self.books = books
        self._now = now

    def get(self, entity: str, id_: str) -> Record:
        """The record as it stands.

        Raises NotFound.
        """
        record = self.books.get(_trait(entity).name, str(id_))
        if record is None:
            raise NotFound(f"There is no {entity} {id_} in company {self.books.realm_id}.")
        return record

    def ids(self, entity: str) -> list[str]:
        """The ids of an entity, inactive ones too, oldest record first."""
        name = _trait(entity).name
        merged = self.books.select(name, CREATED, Bounds())
        return [self.books.id_at(name, place) for place in merged.page(0, len(merged))]

    def create(self, entity: str, fields: Record) -> Record:
        """Add a record; ids, totals, names and MetaData are worked out."""
        trait = _trait(entity)
        with self.books.held():
            record: Record = decode(encode(fields))
            self._complete(trait, record)
            at = _epoch(self._now)
            record |= {"Id": _next_id(self.books, trait), "SyncToken": "0"}
            record["MetaData"] = {"CreateTime": stamp(at), "LastUpdatedTime": stamp(at)}
            self.books.put(trait.name, record)
            self.books.changes.tell(trait.name, record["Id"], "Create")
            follow(self.books, trait.name, None, record, at=at)
            return record

    def change(self, entity: str, id_: str, fields: Record) -> Record:
        """Set some properties; None takes one away. `Active` false and true do what QuickBooks does to names."""
        trait = _trait(entity)
        with self.books.held():
            old = self.get(entity, id_)
            new = {
                name: value
                for name, value in (core(old) | decode(encode(fields))).items()
                if value is not None
            }
            if trait.soft and old.get("Active", True) and new.get("Active") is False:
                new = deactivated(new)
            elif trait.soft and old.get("Active") is False and new.get("Active") is True:
                new = reactivated(new)
            return self.replace(entity, old, new)

    def replace(self, entity: str, old: Record, new: Record) -> Record:
        """Write `new` in place of `old`: what QuickBooks works out is worked out again, what is paid stays paid."""
        trait = _trait(entity)
        with self.books.held():
            self._complete(trait, new)
            if "Balance" in old and "TotalAmt" in old:
                grown = moves.amount(new.get("TotalAmt")) - moves.amount(old["TotalAmt"])
                new["Balance"] = moves.amount(old["Balance"]) + grown
            return self._write(trait, old, new)

    def void(self, entity: str, id_: str) -> Record:
        """Leave nothing but noughts."""
        trait = _trait(entity)
        with self.books.held():
            old = self.get(entity, id_)
            return self._write(trait, old, voided(old), verb="Void")

    def deactivate(self, entity: str, id_: str) -> Record:
        """Hide a name: lists are never deleted."""
        return self.change(entity, id_, {"Active": False})

    def delete(self, entity: str, id_: str) -> None:
        """Take a record away; change data capture tells of it."""
        trait = _trait(entity)
        with self.books.held():
            old = self.get(entity, id_)
            at = _epoch(self._now)
            self.books.remove(trait.name, str(id_), at)
            self.books.changes.tell(trait.name, str(id_), "Delete")
            follow(self.books, trait.name, old, None, at=at)

    def pay(self, invoice: str, amount: Any = None) -> Record:
        """Receive a payment of an invoice, of all that is open unless told otherwise; the new Payment."""
        with self.books.held():
            owed = self.get("Invoice", invoice)
            paid = moves.amount(owed.get("Balance") if amount is None else amount)
            link = {"TxnId": str(invoice), "TxnType": "Invoice"}
            fields = {"CustomerRef": owed["CustomerRef"], "TotalAmt": paid}
            return self.create("Payment", {**fields, "Line": [{"Amount": paid, "LinkedTxn": [link]}]})

    def rename(self, entity: str, id_: str, name: str) -> Record:
        """Give a name; the full names of its children change too, though their LastUpdatedTime does not."""
        trait = _trait(entity)
        with self.books.held():
            old = self.get(entity, id_)
            field = "DisplayName" if "DisplayName" in old else "Name"
            new = self.replace(entity, old, {**old, field: name})
            _rename_children(self.books, trait, new)
            return new

    def merge(self, entity: str, loser: str, winner: str) -> None:
        """Make one name of two: the loser becomes inactive and what spoke of it speaks of the winner."""
        trait = _trait(entity)
        with self.books.held():
            kept = self.get(entity, winner)
            self.deactivate(entity, loser)
            repoint(self.books, trait.name, str(loser), kept, at=_epoch(self._now))
            self.books.changes.tell(trait.name, str(winner), "Merge", str(loser))

    def postings(self, basis: str = "Accrual") -> list[Posted]:
        """What every transaction posts as it stands now, oldest first; on `Cash` basis where that is asked for."""
        return list(posted(self.books, basis))

    def _write(self, trait: Trait, old: Record, new: Record, *, verb: str = "Update") -> Record:
        at = _epoch(self._now)
        store(self.books, trait.name, new, at=at, new_token=True, verb=verb)
        follow(self.books, trait.name, old, new, at=at)
        return new

    def _complete(self, trait: Trait, record: Record) -> None:
        parent = record.get("ParentRef")
        above = self.books.get(trait.name, str(parent.get("value"))) if isinstance(parent, dict) else None
        if trait.kind is Kind.TRANSACTION:
            give_currency(self.books, record)
        today = self._now().astimezone(PACIFIC).date().isoformat()
        complete(trait, record, today=today, parent=above)


def _epoch(now: Callable[[], datetime]) -> int:
    return int(now().timestamp())


def entity_name(text: str) -> str:
    """The entity's name as QuickBooks writes it.

    Raises NotFound.
    """
    return _trait(text).name


def _trait(entity: str) -> Trait:
    trait = traits.find(entity)
    if trait is None:
        raise NotFound(f"QuickBooks has no entity {entity}.")
    return trait


def _next_id(books: Books, trait: Trait) -> str:
    if trait.name == "Attachable":
        return str(ATTACHABLE_IDS + int(next_id(books, "Attachable", ())))
    if trait.numbered_together:
        return next_id(
            books, "transaction", [other.name for other in traits.TRAITS if other.numbered_together]
        )
    return next_id(books, trait.name, [trait.name])


def _rename_children(books: Books, trait: Trait, parent: Record) -> None:
    """Write full names anew below a name, leaving times and tokens alone (not established; the harder case)."""
    merged = books.select(trait.name, CREATED, Bounds())
    for body in books.bodies(trait.name, merged.page(0, len(merged))):
        child: Record = decode(body)
        above = child.get("ParentRef")
        if isinstance(above, dict) and above.get("value") == parent["Id"] and "FullyQualifiedName" in child:
            own = child.get("DisplayName") or child.get("Name")
            child["FullyQualifiedName"] = f"{parent['FullyQualifiedName']}:{own}"
            books.put(trait.name, child)
            _rename_children(books, trait, child)
