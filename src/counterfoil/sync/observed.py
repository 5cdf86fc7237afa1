"""The fields that a company's records were seen to use, shared by the hands that read at once."""

import threading
from collections.abc import Iterable, Sequence

from counterfoil.model.connection import Connection
from counterfoil.model.stream import Stream
from counterfoil.store import observed
from counterfoil.store.db import Database
from counterfoil.sync.shape import Path

SEPARATOR = "\x1f"
"""Between the names of a stored path: a dot may stand in a name that QuickBooks invents."""


class Seen:
    """By stream, the paths seen so far; they only ever grow."""

    def __init__(self, paths: dict[str, frozenset[Path]]) -> None:
        self._paths = paths
        self._lock = threading.Lock()

    def of(self, stream: Stream) -> frozenset[Path]:
        return self._paths.get(stream.name, frozenset())

    def widen(self, stream: Stream, paths: frozenset[Path]) -> None:
        with self._lock:
            self._paths[stream.name] = self.of(stream) | paths

    def items(self) -> Iterable[tuple[str, frozenset[Path]]]:
        return self._paths.items()


def load(db: Database, connections: Sequence[Connection], streams: Sequence[Stream]) -> Seen:
    """What earlier syncs of these connections saw."""
    known = [observed.all_fields(db, connection) for connection in connections]
    return Seen(
        {
            stream.name: frozenset(
                tuple(text.split(SEPARATOR)) for fields in known for text in fields.get(stream.name, ())
            )
            for stream in streams
        }
    )


def save(db: Database, connections: Sequence[Connection], seen: Seen) -> None:
    """Remember what was seen, for each connection that does not know it yet."""
    now = {stream: tuple(sorted(map(SEPARATOR.join, paths))) for stream, paths in seen.items() if paths}
    with db.transaction() as one:
        for connection in connections:
            known = observed.all_fields(one, connection)
            for stream, fields in now.items():
                if known.get(stream) != fields:
                    observed.save_fields(one, connection, stream, fields)
