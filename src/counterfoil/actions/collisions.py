"""Two sources must never write the same table; different prefixes alone do not see to that.

`bill_` before `payment` is the same table as no prefix before `bill_payment`.
"""

from collections.abc import Sequence
from itertools import combinations

from counterfoil.destinations import KINDS
from counterfoil.model.connection import Connection
from counterfoil.model.destination import Destination
from counterfoil.model.source import Source
from counterfoil.quickbooks.catalog import catalog


def collisions(connections: Sequence[Connection]) -> list[tuple[Connection, Connection, str]]:
    """Every pair of connections that would write the same table, with one such table."""
    found = []
    for first, second in combinations(connections, 2):
        if (place(first.destination), first.dataset) == (place(second.destination), second.dataset):
            shared = _tables(first.source) & _tables(second.source)
            if shared:
                found.append((first, second, min(shared)))
    return found


def place(destination: Destination) -> object:
    """Which warehouse a destination is; two of the same kind and whereabouts are one."""
    whereabouts = [
        option for option in KINDS[destination.kind].options if not (option.secret or option.tuning)
    ]
    named = {option.name: destination.options.get(option.name, str(option.default)) for option in whereabouts}
    return destination.kind, named


def _tables(source: Source) -> frozenset[str]:
    return frozenset(
        source.prefix + table.name
        for stream in catalog().values()
        if source.reads(stream.name)
        for table in stream.table.family()
    )
