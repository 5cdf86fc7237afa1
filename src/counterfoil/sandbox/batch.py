"""Several operations in one call: done in order, each with its own answer or fault (section 5)."""

from typing import Any

from counterfoil.sandbox import query, traits, writes
from counterfoil.sandbox.books import Books
from counterfoil.sandbox.clerk import Clerk
from counterfoil.sandbox.clock import stamp_answer
from counterfoil.sandbox.custom_fields import served, serves_all
from counterfoil.sandbox.faults import FaultError, unsupported
from counterfoil.sandbox.wire import Answer, Call, decode, encode
from counterfoil.sandbox.world import World

MOST_ITEMS = 30
_about = {"bId", "operation", "optionsData"}


def answer(world: World, books: Books, call: Call) -> Answer:
    """Answer every item; the call itself succeeds.

    Raises FaultError 2010 for a body that is no batch, 1040 for more than MOST_ITEMS.
    """
    items = _items(call)
    parts = [_part(world, books, item, every=serves_all(call)) for item in items]
    time = stamp_answer(world.clock.now()).encode()
    return Answer(body=b'{"BatchItemResponse":[' + b",".join(parts) + b'],"time":"' + time + b'"}')


def _items(call: Call) -> list[dict[str, Any]]:
    try:
        items = decode(call.body)["BatchItemRequest"]
    except (ValueError, KeyError, TypeError):
        items = None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise FaultError(
            400, "2010", "Request has invalid or unsupported property", "BatchItemRequest is missing"
        )
    if len(items) > MOST_ITEMS:
        detail = f"The batch exceeds the maximum of {MOST_ITEMS} items."
        raise FaultError(400, "1040", "Batch size limit exceeded", detail)
    return items


def _part(world: World, books: Books, item: dict[str, Any], *, every: bool) -> bytes:
    own = b'"bId":' + encode(str(item.get("bId", "")))
    try:
        return b"{" + _carried_out(world, books, item, every=every) + b"," + own + b"}"
    except FaultError as fault:
        return b'{"Fault":' + encode(fault.body()) + b"," + own + b"}"


def _carried_out(world: World, books: Books, item: dict[str, Any], *, every: bool) -> bytes:
    if "Query" in item:
        page = query.run(books, str(item["Query"]))
        page.bodies[:] = [served(body, every=every) for body in page.bodies]
        return b'"QueryResponse":' + page.body()
    named = [name for name in item if name not in _about]
    trait = traits.find(named[0]) if len(named) == 1 else None
    if trait is None or not isinstance(item[named[0]], dict):
        raise unsupported("batch item")
    operation = "void" if item.get("optionsData") == "void" else str(item.get("operation", ""))
    record = writes.write(Clerk(books, world.clock.now), trait, operation, item[named[0]])
    return b'"%s":' % trait.key.encode() + encode(record)
