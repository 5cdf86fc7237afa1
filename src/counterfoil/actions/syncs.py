"""What one may do with syncs: see what ran and what came of it."""

from dataclasses import dataclass

from counterfoil.model.outcome import StreamOutcome
from counterfoil.model.sync import Sync
from counterfoil.store import outcomes, sources, syncs
from counterfoil.store.db import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncView:
    """A sync with the outcome of every stream."""

    sync: Sync
    outcomes: tuple[StreamOutcome, ...]


def latest(db: Database, source_name: str | None = None, *, limit: int = 50) -> tuple[Sync, ...]:
    """The newest syncs first, of one source or of all. Raises NotFound."""
    source = None if source_name is None else sources.named(db, source_name)
    return syncs.latest(db, source, limit=limit)


def show(db: Database, sync_id: str) -> SyncView:
    """One sync. Raises NotFound."""
    return SyncView(sync=syncs.with_id(db, sync_id), outcomes=outcomes.of(db, sync_id))
