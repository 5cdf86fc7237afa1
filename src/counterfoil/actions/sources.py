"""What one may do with sources: see them, and take them away."""

from collections.abc import Mapping
from dataclasses import dataclass

from counterfoil.model.connection import Connection
from counterfoil.model.cursor import Cursor
from counterfoil.model.source import Source
from counterfoil.model.sync import Sync
from counterfoil.store import connections, cursors, locks, sources, syncs
from counterfoil.store.db import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """A source with what hangs on it; `cursors` by connection id, then by stream."""

    source: Source
    connections: tuple[Connection, ...]
    cursors: Mapping[str, Mapping[str, Cursor]]
    latest: Sync | None


def every(db: Database) -> tuple[SourceView, ...]:
    """All sources, by name."""
    return tuple(_view(db, source) for source in sources.every(db))


def show(db: Database, name: str) -> SourceView:
    """One source. Raises NotFound."""
    return _view(db, sources.named(db, name))


def remove(db: Database, name: str) -> None:
    """Forget a source with its connections, cursors and syncs; tables stay. Raises NotFound, SyncRunning."""
    source = sources.named(db, name)
    with locks.company(db, source.credential.realm_id, locks.Purpose.SYNC):
        sources.remove(db, source)


def _view(db: Database, source: Source) -> SourceView:
    feeds = connections.of_source(db, source)
    newest = syncs.latest(db, source, limit=1)
    return SourceView(
        source=source,
        connections=feeds,
        cursors={feed.id: cursors.of(db, feed) for feed in feeds},
        latest=newest[0] if newest else None,
    )
