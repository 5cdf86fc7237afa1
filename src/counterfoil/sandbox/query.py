"""Answer a statement from the books: what may be asked, in which order records come, and one page of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from counterfoil.sandbox import traits
from counterfoil.sandbox.books import CREATED, UPDATED, Books
from counterfoil.sandbox.conditions import AXES, Wanted, wanted
from counterfoil.sandbox.faults import invalid_query, poisoned_page
from counterfoil.sandbox.fields import check_field
from counterfoil.sandbox.grammar import Ordering, Select, parse
from counterfoil.sandbox.places import Merged, Place
from counterfoil.sandbox.records import value_at
from counterfoil.sandbox.traits import Kind, Trait
from counterfoil.sandbox.wire import Record, decode, encode

_stretch = 1000  # places fetched at a time while looking for matches


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a query found: a count, or the bodies of one page."""

    trait: Trait
    bodies: list[bytes] = field(default_factory=list)
    start: int = 1
    count: int | None = None

    def body(self) -> bytes:
        """The `QueryResponse` object; bodies are spliced in as they are."""
        if self.count is not None:
            return b'{"totalCount":%d}' % self.count
        if not self.bodies:
            return b"{}"
        total = b',"totalCount":%d' % len(self.bodies) if self.trait.counts else b""
        array = b'{"%s":[' % self.trait.key.encode() + b",".join(self.bodies)
        return array + b'],"startPosition":%d,"maxResults":%d%s}' % (self.start, len(self.bodies), total)


def run(books: Books, text: str) -> Page:
    """Answer one statement.

    Raises FaultError 4000 where it cannot be read, 4001 where it makes no sense, 4002 where a record is poisoned.
    """
    select = parse(text)
    trait = _checked(select)
    with books.held():
        want = wanted(select.where, only_active=_hides_inactive(trait, select))
        if select.counting:
            return Page(trait=trait, count=_count(books, trait, want))
        start = 1 if trait.ignores_paging else select.start
        places = _page(books, trait, want, select, start)
        if books.poisoned and any(
            (trait.name, books.id_at(trait.name, place)) in books.poisoned for place in places
        ):
            raise poisoned_page()
        bodies = books.bodies(trait.name, places)
    if select.fields:
        bodies = [_projected(body, select.fields) for body in bodies]
    return Page(trait=trait, bodies=bodies, start=start)


def _checked(select: Select) -> Trait:
    trait = traits.find(select.entity)
    if trait is None:
        raise invalid_query(f"invalid context declaration: {select.entity}")
    if not trait.queryable:
        raise invalid_query(f"Metadata not found for Entity: {trait.name}")
    for name in (*select.fields, *(order.field for order in select.order)):
        check_field(trait, name, filtering=False)
    for condition in select.where:
        check_field(trait, condition.field, filtering=True)
    named = {condition.field.lower() for condition in select.where}
    if trait.needs_filter and trait.needs_filter.lower() not in named:
        raise invalid_query(f"{trait.needs_filter.lower()} is required in the where clause of {trait.name}")
    return trait


def _hides_inactive(trait: Trait, select: Select) -> bool:
    """Lists show only what is active unless the statement speaks of it (section 3); an id asked for is no exception."""
    names_active = any(condition.field.lower() == "active" for condition in select.where)
    return (trait.soft or trait.kind is Kind.LIST or "Active" in trait.filters) and not names_active


def _count(books: Books, trait: Trait, want: Wanted) -> int:
    axis = CREATED if want.bounds[UPDATED].open else UPDATED
    if want.ids is None and not want.tests and want.bounds[_other(axis)].open:
        return len(books.select(trait.name, axis, want.bounds[axis]))
    return sum(1 for _ in _matches(books, trait, want, axis, descending=False))


def _page(books: Books, trait: Trait, want: Wanted, select: Select, start: int) -> list[Place]:
    order = select.order or tuple(Ordering(name, name == traits.UPDATED) for name in trait.order)
    axis = AXES.get(order[0].field.lower()) if len(order) == 1 else None
    first, last = start - 1, start - 1 + select.limit
    if axis is None or want.ids is not None:
        return _sorted(books, trait, want, order)[first:last]
    if not want.tests and want.bounds[_other(axis)].open:
        merged = books.select(trait.name, axis, want.bounds[axis])
        return merged.page_descending(first, last) if order[0].descending else merged.page(first, last)
    return list(islice(_matches(books, trait, want, axis, descending=order[0].descending), first, last))


def _matches(books: Books, trait: Trait, want: Wanted, axis: str, *, descending: bool) -> Iterator[Place]:
    """Places in the order of a time that pass every test, found as they are asked for."""
    if want.ids is not None:
        candidates = iter(_named(books, trait, want))
    else:
        candidates = _walk(books.select(trait.name, axis, want.bounds[axis]), descending=descending)
    for place in candidates:
        in_time = all(
            bounds.open or bounds.hold(books.time_at(trait.name, place, on))
            for on, bounds in want.bounds.items()
        )
        if in_time and (not want.tests or want.holds(_record(books, trait, place))):
            yield place


def _walk(merged: Merged, *, descending: bool) -> Iterator[Place]:
    page = merged.page_descending if descending else merged.page
    for start in range(0, len(merged), _stretch):
        yield from page(start, start + _stretch)


def _named(books: Books, trait: Trait, want: Wanted) -> list[Place]:
    return [place for id_ in want.ids or () if (place := books.place_of(trait.name, id_)) is not None]


def _sorted(books: Books, trait: Trait, want: Wanted, order: tuple[Ordering, ...]) -> list[Place]:
    axis = CREATED if want.bounds[UPDATED].open else UPDATED
    found = [
        (_record(books, trait, place), place)
        for place in _matches(books, trait, want, axis, descending=False)
    ]
    for ordering in reversed(order):
        found.sort(key=_sort_key(ordering.field), reverse=ordering.descending)
    return [place for _, place in found]


def _sort_key(name: str) -> Callable[[tuple[Record, Place]], Any]:
    def key(found: tuple[Record, Place]) -> tuple[int, Any]:
        value = value_at(found[0], name)
        if isinstance(value, dict):
            value = value.get("value")
        if value is None:
            return (0, 0)
        if isinstance(value, str):
            return (2, int(value)) if name.lower() == "id" and value.isdecimal() else (3, value.casefold())
        return (1, value)

    return key


def _record(books: Books, trait: Trait, place: Place) -> Record:
    (body,) = books.bodies(trait.name, [place])
    record: Record = decode(body)
    return record


def _other(axis: str) -> str:
    return UPDATED if axis == CREATED else CREATED


def _projected(body: bytes, fields: tuple[str, ...]) -> bytes:
    record = decode(body)
    wanted_names = {name.split(".")[0].lower() for name in fields} | {"domain", "sparse"}
    return encode({name: value for name, value in record.items() if name.lower() in wanted_names})
