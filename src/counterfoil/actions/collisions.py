"""Two sources must never write the same table; different prefixes alone do not see to that.

`bill_` before `payment` is the same table as no prefix before `bill_payment`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from counterfoil.actions.references import REFERENCE
from counterfoil.destinations import KINDS
from counterfoil.errors import AlreadyExists
from counterfoil.model.connection import Connection
from counterfoil.model.destination import Destination
from counterfoil.model.source import Source
from counterfoil.model.stream import Stream
from counterfoil.quickbooks.catalog import everything, read_by
from counterfoil.store import connections
from counterfoil.store.db import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A table that another source writes already, and where: only there it would collide."""

    source: str
    destination: str
    dataset: str
    table: str


def taken(db: Database, prefix: str, streams: Iterable[Stream], *, apart_from: str = "") -> tuple[Taken, ...]:
    """Where tables of these names are written by other sources than the one of the id `apart_from`."""
    mine = _names(prefix, streams)
    found = []
    for feed in connections.of_prefixes(db, prefix):
        source = feed.source
        if source.id != apart_from and _near(prefix, source.prefix) and (shared := mine & _tables(source)):
            where = {"destination": feed.destination.name, "dataset": feed.dataset}
            found.append(Taken(source=source.name, table=min(shared), **where))
    return tuple(found)


def collisions(
    feeds: Sequence[Connection], environment: Mapping[str, str]
) -> list[tuple[Connection, Connection, str]]:
    """Every pair of connections that would write the same table, with one such table."""
    shared: dict[tuple[int, int], str] = {}
    for neighbours in _by_place(feeds, environment):
        writers: dict[str, list[int]] = {}
        for number in _related(feeds, neighbours):
            for table in _tables(feeds[number].source):
                writers.setdefault(table, []).append(number)
        for table, numbers in writers.items():
            for pair in combinations(numbers, 2):
                shared[pair] = min(table, shared.get(pair, table))
    return [(feeds[first], feeds[second], table) for (first, second), table in sorted(shared.items())]


def refuse_collisions(feeds: Sequence[Connection], environment: Mapping[str, str]) -> None:
    """Raise AlreadyExists with the names of two sources that would write the same table, if there are any."""
    for first, second, table in collisions(feeds, environment):
        raise AlreadyExists(
            f"{first.source.name} and {second.source.name} would both write the table {table!r} in "
            f"{first.dataset} of {first.destination.name}; nothing was saved.",
            do="Give them different prefixes or datasets.",
        )


def place(destination: Destination, environment: Mapping[str, str]) -> object:
    """Which warehouse a destination is; two of the same kind and whereabouts are one.

    `${NAME}` counts as what it stands for, where it is set: one may name a place and another spell it out.
    """
    whereabouts = [
        option for option in KINDS[destination.kind].options if not (option.secret or option.tuning)
    ]
    named = {option.name: destination.options.get(option.name, str(option.default)) for option in whereabouts}
    return destination.kind, {name: _resolved(text, environment) for name, text in named.items()}


def _resolved(text: str, environment: Mapping[str, str]) -> str:
    return REFERENCE.sub(lambda found: environment.get(found.group(1)) or found.group(), text)


def _by_place(feeds: Sequence[Connection], environment: Mapping[str, str]) -> Iterable[list[int]]:
    """The places of those in the sequence that write into the same dataset."""
    where: dict[str, object] = {}
    found: dict[str, list[int]] = {}
    for number, feed in enumerate(feeds):
        if feed.destination.id not in where:
            where[feed.destination.id] = place(feed.destination, environment)
        found.setdefault(repr((where[feed.destination.id], feed.dataset)), []).append(number)
    return [numbers for numbers in found.values() if len(numbers) > 1]


def _related(feeds: Sequence[Connection], numbers: Iterable[int]) -> list[int]:
    """Those whose prefix begins with another's, and those others: nobody else can share a name."""
    found: set[int] = set()
    above: list[int] = []
    for number in sorted(numbers, key=lambda each: feeds[each].source.prefix):
        while above and not feeds[number].source.prefix.startswith(feeds[above[-1]].source.prefix):
            above.pop()
        if above:
            found |= {number, above[-1]}
        above.append(number)
    return sorted(found)


def _near(prefix: str, other: str) -> bool:
    """Whether one name can begin with both prefixes: what the longer has more is the beginning of a table's name."""
    short, long = sorted((prefix, other), key=len)
    more = long.removeprefix(short)
    return long.startswith(short) and any(name.startswith(more) for name in _every_name())


@cache
def _every_name() -> frozenset[str]:
    return _names("", everything().values())


def _tables(source: Source) -> frozenset[str]:
    return _names(source.prefix, read_by(source))


def _names(prefix: str, streams: Iterable[Stream]) -> frozenset[str]:
    return frozenset(prefix + table.name for stream in streams for table in stream.table.family())
