"""Writes of the API: create, update, sparse update, delete, void (section 2.1)."""

from typing import Any

from counterfoil.sandbox.books import CREATED, Books
from counterfoil.sandbox.clerk import Clerk
from counterfoil.sandbox.clock import stamp_answer
from counterfoil.sandbox.faults import (
    CHECK_FIELDS,
    INACTIVE,
    FaultError,
    deleted,
    never_existed,
    stale_object,
    unsupported,
)
from counterfoil.sandbox.places import Bounds
from counterfoil.sandbox.traits import Kind, Trait
from counterfoil.sandbox.wire import Answer, Call, Record, decode, encode
from counterfoil.sandbox.world import World

_read_only = {
    "CustomerType",
    "TaxCode",
    "TaxRate",
    "TaxClassification",
    "TaxPayment",
    "Entitlements",
    "TaxService",
}
_kept = {"Id", "MetaData", "domain", "Balance", "BalanceWithJobs", "CurrentBalance", "CurrentBalanceWithSubAccounts",
         "FullyQualifiedName", "LinkedTxn", "Active", "TxnDate", "CurrencyRef"}  # fmt: skip
_people = ("Customer", "Vendor", "Employee")  # their display names are one set


def answer(world: World, books: Books, trait: Trait, call: Call) -> Answer:
    """Carry out one write.

    Raises FaultError: 2010 unreadable, 2020 something required is missing, 610, 5010, 6240, 2500, 500.
    """
    try:
        body = decode(call.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise FaultError(
            400, "2010", "Request has invalid or unsupported property", "The body is not a JSON object"
        )
    operation = _operation(call.params.get("operation", ""), call.params.get("include", ""))
    result = write(Clerk(books, world.clock.now), trait, operation, body)
    return Answer(body=encode({trait.key: result, "time": stamp_answer(world.clock.now())}))


def _operation(operation: str, include: str) -> str:
    return "void" if "void" in include.lower().split(",") else operation.lower()


def write(clerk: Clerk, trait: Trait, operation: str, body: Record) -> Record:
    """Do what `operation` (delete, void, update, create or nothing) asks for with the record in `body`."""
    if trait.name in _read_only:
        raise unsupported(f"{operation or 'create'} for {trait.name}")
    if operation not in ("", "create", "update", "delete", "void"):
        raise unsupported(operation)
    with clerk.books.held():
        if "Id" not in body and operation in ("", "create") and trait.kind is not Kind.SINGLETON:
            return _create(clerk, trait, body)
        old = _current(clerk.books, trait, body)
        id_ = str(old["Id"])
        if operation == "delete":
            return _delete(clerk, trait, id_)
        if operation == "void":
            if "void" not in trait.ends:
                raise unsupported(f"void for {trait.name}")
            return clerk.void(trait.name, id_)
        return _update(clerk, trait, old, body)


def _create(clerk: Clerk, trait: Trait, body: Record) -> Record:
    for name in trait.required:
        if body.get(name) in (None, "", []):
            detail = f"Required parameter {name} is missing in the request"
            raise FaultError(
                400, "2020", "Required param missing, need to supply the required value for the API", detail
            )
    _check(clerk.books, trait, body, own_id="")
    return clerk.create(trait.name, {name: value for name, value in body.items() if value is not None})


def _current(books: Books, trait: Trait, body: Record) -> Record:
    id_ = "1" if trait.kind is Kind.SINGLETON else str(body.get("Id", ""))
    old = books.get(trait.name, id_)
    if old is None:
        raise deleted() if books.was_deleted(trait.name, id_) else never_existed(trait.name)
    if "SyncToken" not in body:
        detail = "Required parameter SyncToken is missing in the request"
        raise FaultError(
            400, "2020", "Required param missing, need to supply the required value for the API", detail
        )
    if str(body["SyncToken"]) != str(old.get("SyncToken")):
        raise stale_object()
    return old


def _delete(clerk: Clerk, trait: Trait, id_: str) -> Record:
    if "hard" not in trait.ends:
        raise unsupported(f"delete for {trait.name}")
    clerk.delete(trait.name, id_)
    return {"domain": "QBO", "status": "Deleted", "Id": id_}


def _update(clerk: Clerk, trait: Trait, old: Record, body: Record) -> Record:
    """A full update clears what is not sent; a sparse one leaves it."""
    _check(clerk.books, trait, body, own_id=str(old["Id"]))
    fields = {
        name: value
        for name, value in body.items()
        if name not in ("Id", "SyncToken", "MetaData", "domain", "sparse")
    }
    if body.get("sparse") is not True and trait.kind is not Kind.SINGLETON:
        cleared = old.keys() - body.keys() - _kept - {"SyncToken", "sparse"}
        fields |= dict.fromkeys(cleared)
    return clerk.change(trait.name, str(old["Id"]), fields)


def _check(books: Books, trait: Trait, body: Record, *, own_id: str) -> None:
    for entity in ("Customer", "Vendor"):
        reference = body.get(f"{entity}Ref")
        if isinstance(reference, dict) and books.body(entity, str(reference.get("value", ""))) is None:
            detail = f"Invalid Reference Id : {INACTIVE} {CHECK_FIELDS}"
            raise FaultError(400, "2500", "Invalid Reference Id", detail)
    name_field = "DisplayName" if trait.name in _people else "Name"
    name = body.get(name_field)
    if (
        trait.kind is Kind.LIST
        and isinstance(name, str)
        and _taken(books, trait, name_field, name, body, own_id)
    ):
        detail = (
            f"The name supplied already exists. : Another {trait.name.lower()} is already using this name."
        )
        raise FaultError(400, "6240", "Duplicate Name Exists Error", detail)


def _taken(books: Books, trait: Trait, field: str, name: str, body: Record, own_id: str) -> bool:
    """Whether another active record has that name; below different parents names may repeat."""
    for entity in _people if trait.name in _people else (trait.name,):
        merged = books.select(entity, CREATED, Bounds())
        for found in map(decode, books.bodies(entity, merged.page(0, len(merged)))):
            mine = entity == trait.name and str(found.get("Id")) == own_id
            same = str(found.get(field, "")).casefold() == name.casefold() and _parent(found) == _parent(body)
            if same and not mine:
                return True
    return False


def _parent(record: Record) -> Any:
    parent = record.get("ParentRef")
    return parent.get("value") if isinstance(parent, dict) else None
