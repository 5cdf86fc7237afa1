"""A sync: one run of a source."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from counterfoil.model.outcome import Totals
from counterfoil.model.source import Source


class SyncState(StrEnum):
    """Where a sync stands, or how it ended."""

    WAITING = "waiting"  # for a worker
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"  # some streams or connections failed
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"  # its process died; the next sync completes it (Promise 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """One run of a source. `code`, `what`, `do` are those of the error that ended it, empty when none did."""

    id: str
    source: Source
    started_at: datetime  # aware, UTC
    state: SyncState = SyncState.RUNNING
    ended_at: datetime | None = None
    totals: Totals = field(default_factory=Totals)
    code: str = ""
    what: str = ""
    do: str = ""
