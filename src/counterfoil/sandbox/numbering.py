"""Fresh ids: one sequence for all transactions, one for each list (section 8.1)."""

from collections.abc import Iterator, Sequence

from counterfoil.sandbox.books import CREATED, Books
from counterfoil.sandbox.places import Bounds

LARGEST = 10**12  # attachables have ids of 17 digits outside every sequence


def next_id(books: Books, sequence: str, entities: Sequence[str]) -> str:
    """The next id of a sequence that some entities share; an id is never given twice."""
    with books.held():
        if sequence not in books.last_ids:
            used = [int(id_) for entity in entities for id_ in _used(books, entity) if id_.isdecimal()]
            books.last_ids[sequence] = max((id_ for id_ in used if id_ < LARGEST), default=0)
        books.last_ids[sequence] += 1
        return str(books.last_ids[sequence])


def _used(books: Books, entity: str) -> Iterator[str]:
    """The ids that may be the largest: both ends of a series, everything stored, everything deleted."""
    if (run := books.runs.get(entity)) and len(run.series):
        yield from (run.series.id(place) for place in (0, len(run.series) - 1))
    yield from (entry.id for entry in books.select(entity, CREATED, Bounds()).stored)
    yield from (id_ for _, id_ in books.tombstones(entity, 0))
