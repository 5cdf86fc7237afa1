"""Change data capture: what changed since a moment, for several entities in one answer (section 4)."""

import random
from datetime import datetime, timedelta

from counterfoil.sandbox import traits
from counterfoil.sandbox.books import UPDATED, Books
from counterfoil.sandbox.clock import read_time, stamp
from counterfoil.sandbox.custom_fields import served
from counterfoil.sandbox.faults import FaultError, invalid_query, poisoned_page
from counterfoil.sandbox.places import Bounds
from counterfoil.sandbox.traits import Cdc, Trait
from counterfoil.sandbox.wire import encode

WINDOW = timedelta(days=30)
MOST_OBJECTS = 1000  # over the whole answer, by Intuit's wording


def changes(
    books: Books, *, entities: str, since: str, now: datetime, rng: random.Random, every: bool
) -> bytes:
    """The `QueryResponse` array: one block for each entity, in no order, `{}` where nothing changed.

    `every` serves all custom fields. What does not fit into MOST_OBJECTS is left out without a word; the newest
    changes are kept.
    Raises FaultError for an unknown entity, a date that is too old or none, a poisoned record.
    """
    asked = [_covered(name.strip()) for name in entities.split(",") if name.strip()]
    if not asked:
        raise FaultError(400, "2020", "Required param missing", "Required parameter entities is missing")
    start = _start(since, now)
    rng.shuffle(asked)
    blocks, room = [], MOST_OBJECTS
    with books.held():
        for trait in asked:
            rows = _rows(books, trait, start, room)
            room -= len(rows)
            blocks.append(_block(trait, [served(row, every=every) for row in rows]))
    return b"[" + b",".join(blocks) + b"]"


def _covered(name: str) -> Trait:
    trait = traits.find(name)
    if trait is None:
        raise invalid_query(f"invalid context declaration: {name}")
    if trait.cdc is Cdc.NO:
        detail = f"Operation cdc is not supported for entity {trait.name}."
        raise FaultError(400, "500", "Unsupported Operation", detail)
    return trait


def _start(since: str, now: datetime) -> float:
    """Too old and unreadable have been met with the same words."""
    try:
        start = read_time(since)
    except ValueError:
        start = float("-inf")
    if start >= (now - WINDOW).timestamp():
        return start
    detail = f"Operation cdc with changedSince date {since} which is older than fixed days is not supported."
    raise FaultError(400, "2030", "Invalid Operation", detail)


def _rows(books: Books, trait: Trait, start: float, room: int) -> list[bytes]:
    """Newest first, deleted ones among the changed."""
    if trait.name in books.hushed:
        return []
    merged = books.select(trait.name, UPDATED, Bounds(low=start))
    places = merged.page_descending(0, room)
    if any(
        (trait.name, books.id_at(trait.name, place)) in books.poisoned for place in places if books.poisoned
    ):
        raise poisoned_page()
    rows = [(at, encode(_stub(id_, at))) for at, id_ in books.tombstones(trait.name, start)]
    times = (books.time_at(trait.name, place, UPDATED) for place in places)
    rows += zip(times, books.bodies(trait.name, places), strict=True)
    rows.sort(key=lambda row: row[0], reverse=True)
    return [body for _, body in rows[:room]]


def _stub(id_: str, at: int) -> dict[str, object]:
    return {"domain": "QBO", "status": "Deleted", "Id": id_, "MetaData": {"LastUpdatedTime": stamp(at)}}


def _block(trait: Trait, rows: list[bytes]) -> bytes:
    if not rows:
        return b"{}"
    array = b'{"%s":[' % trait.key.encode() + b",".join(rows)
    return array + b'],"startPosition":1,"maxResults":%d,"totalCount":%d}' % (len(rows), len(rows))
