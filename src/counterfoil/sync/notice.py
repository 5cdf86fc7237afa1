"""Noticing what someone took out of a warehouse behind our back."""

from collections.abc import Mapping, Sequence

from counterfoil.destinations.base import Destination
from counterfoil.errors import CounterfoilError
from counterfoil.model.connection import Connection
from counterfoil.model.cursor import Cursor
from counterfoil.model.stream import Stream
from counterfoil.stop import NEVER, Stop
from counterfoil.store import cursors
from counterfoil.store.db import Database
from counterfoil.sync.progress import Watch


def forget_what_is_lost(
    db: Database,
    connections: Sequence[Connection],
    destinations: Mapping[str, Destination],
    streams: Sequence[Stream],
    watch: Watch,
    stop: Stop = NEVER,
) -> None:
    """Forget the cursors of streams whose tables were dropped or emptied, so that they are rebuilt in full.

    A warehouse that cannot be looked at may be back when it is loaded. Raises its error when none of them can be
    looked at: then no call to QuickBooks is worth its price. Raises what the stop is asked with.
    """
    failures: list[CounterfoilError] = []
    for connection in connections:
        try:
            _look(db, connection, destinations[connection.id], streams, watch, stop)
        except CounterfoilError as error:
            failures.append(error)
    stop.check()
    if len(failures) == len(connections):
        raise failures[0]


def _look(
    db: Database,
    connection: Connection,
    destination: Destination,
    streams: Sequence[Stream],
    watch: Watch,
    stop: Stop,
) -> None:
    known = cursors.of(db, connection)
    there = destination.tables(connection.dataset, waiting=watch.say, stop=stop)
    lost = [
        stream.name
        for stream in streams
        if stream.name in known and _is_lost(stream, known[stream.name], connection.source.prefix, there)
    ]
    if lost:
        watch.say(f"Tables of {', '.join(lost)} are gone from {connection.destination.name}: rebuilding them")
        cursors.forget(db, connection, lost)


def _is_lost(stream: Stream, cursor: Cursor, prefix: str, there: Mapping[str, int]) -> bool:
    """A table is missing, or all have fewer rows than the last load left in them, which takes none away unasked."""
    names = [prefix + table.name for table in stream.table.family()]
    if any(name not in there for name in names):
        return True
    return cursor.rows is not None and sum(there[name] for name in names) < cursor.rows
