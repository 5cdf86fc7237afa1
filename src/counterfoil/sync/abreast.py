"""Which connections are read for together: one that is far behind must not have the others loaded in full again."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from counterfoil.model.connection import Connection
from counterfoil.model.cursor import Cursor
from counterfoil.model.task import Scope
from counterfoil.store import cursors
from counterfoil.store.db import Database

Group = tuple[Connection, ...]


def abreast(
    db: Database,
    connections: Sequence[Connection],
    streams: Sequence[str],
    *,
    scope: Scope,
    now: datetime,
) -> tuple[Group, ...]:
    """The connections in groups, each to be read for once: those that go on where they stood, then those behind.

    A connection is behind when it needs some stream in full of which another needs no more than the changes: it was
    added later, its tables were taken away, or it was down for longer than QuickBooks tells of changes. Asked for
    everything in full, all are read for together.
    """
    everybody = tuple(connections)
    if len(everybody) == 1 or scope.full:
        return (everybody,)
    held = {connection.id: cursors.of(db, connection) for connection in everybody}
    keeps_up = _keeps_up(held, streams, now)
    level = tuple(connection for connection in everybody if keeps_up(connection))
    behind = tuple(connection for connection in everybody if not keeps_up(connection))
    return tuple(group for group in (level, behind) if group)


def _keeps_up(
    held: Mapping[str, Mapping[str, Cursor]], streams: Sequence[str], now: datetime
) -> Callable[[Connection], bool]:
    going_on = {
        connection: {
            stream for stream in streams if (cursor := known.get(stream)) and cursor.still_covered(now)
        }
        for connection, known in held.items()
    }
    someones = set[str]().union(*going_on.values())
    return lambda connection: going_on[connection.id] == someones
