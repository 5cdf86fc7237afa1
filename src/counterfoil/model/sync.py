"""A sync: one run of a source."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from counterfoil.model.outcome import Totals
from counterfoil.model.source import Source
from counterfoil.model.verification import Verify


class SyncState(StrEnum):
    """Where a sync stands, or how it ended."""

    WAITING = "waiting"  # for a worker
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"  # some streams or connections failed
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"  # its process died; the next sync completes it (Promise 3)

    @property
    def is_over(self) -> bool:
        """Tell whether nothing of it is to come any more."""
        return self not in (SyncState.WAITING, SyncState.RUNNING)


class Cause(StrEnum):
    """What made somebody ask for a sync."""

    PERSON = "person"  # at the command line, on a page, with a key
    SCHEDULE = "schedule"
    WEBHOOK = "webhook"  # QuickBooks told of a change
    FIRST = "first"  # the source is new, or was connected to another destination


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """One run of a source. `code`, `what`, `do` are those of the error that ended it, empty when none did.

    While it waits, `started_at` is when it was asked for. `streams` None means all that the source selects; `full`
    reads them in full; `since` reads again what changed from then on; `verify` is done once it has landed. `large` ones
    read much, and do not take all places of a worker. `worker` is who runs it, "" when that is a command. `attempts`
    counts workers that died of it, or with it.
    """

    id: str
    source: Source
    started_at: datetime  # aware, UTC
    state: SyncState = SyncState.RUNNING
    ended_at: datetime | None = None
    totals: Totals = field(default_factory=Totals)
    code: str = ""
    what: str = ""
    do: str = ""
    asked_at: datetime | None = None
    cause: Cause = Cause.PERSON
    streams: frozenset[str] | None = None
    full: bool = False
    since: datetime | None = None
    verify: Verify = Verify.NO
    large: bool = False
    cancel_asked_at: datetime | None = None
    attempts: int = 0
    worker: str = ""
