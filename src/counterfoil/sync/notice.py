"""Noticing what someone took out of a warehouse behind our back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from counterfoil.destinations.base import Destination
from counterfoil.errors import Cancelled, CounterfoilError
from counterfoil.model.connection import Connection
from counterfoil.model.cursor import Cursor
from counterfoil.model.stream import Stream
from counterfoil.stop import NEVER, Stop, hurried
from counterfoil.store import cursors
from counterfoil.store.db import Database
from counterfoil.sync.progress import Watch

HASTE = 10.0
"""Seconds to look at one of several warehouses: one that is busy for longer is looked at while it is loaded."""
LATE = Cancelled("It did not answer in time.")


def forget_what_is_lost(
    db: Database,
    connections: Sequence[Connection],
    destinations: Mapping[str, Destination],
    streams: Sequence[Stream],
    watch: Watch,
    stop: Stop = NEVER,
) -> Mapping[str, CounterfoilError]:
    """Forget the cursors of streams whose tables were dropped or emptied, so that they are rebuilt in full.

    Answers, by connection, why a warehouse could not be looked at; it may be back when it is loaded. Raises when none
    of them can be looked at: then no call to QuickBooks is worth its price. Raises what the stop is asked with.
    """
    failures: dict[str, CounterfoilError] = {}
    for connection in connections:
        look = _Look(db, connection, destinations[connection.id], streams, watch)
        try:
            if len(connections) == 1:
                _forget(look, stop)
                continue
            with hurried(HASTE, LATE, stop) as soon:  # the others are not to wait for it
                _forget(look, soon)
        except CounterfoilError as error:
            failures[connection.id] = error
    stop.check()
    if len(failures) == len(connections):
        raise next(iter(failures.values()))
    return failures


@dataclass(frozen=True, slots=True)
class _Look:
    """One connection to look at."""

    db: Database
    connection: Connection
    destination: Destination
    streams: Sequence[Stream]
    watch: Watch


def _forget(look: _Look, stop: Stop) -> None:
    connection, known = look.connection, cursors.of(look.db, look.connection)
    there = look.destination.tables(connection.dataset, waiting=look.watch.say, stop=stop)
    lost = [
        stream.name
        for stream in look.streams
        if stream.name in known and _is_lost(stream, known[stream.name], connection.source.prefix, there)
    ]
    if lost:
        where = connection.destination.name
        look.watch.say(f"Tables of {', '.join(lost)} are gone from {where}: rebuilding them")
        cursors.forget(look.db, connection, lost)


def _is_lost(stream: Stream, cursor: Cursor, prefix: str, there: Mapping[str, int]) -> bool:
    """A table is missing, or all have fewer rows than the last load left in them, which takes none away unasked."""
    names = [prefix + table.name for table in stream.table.family()]
    if any(name not in there for name in names):
        return True
    return cursor.rows is not None and sum(there[name] for name in names) < cursor.rows
