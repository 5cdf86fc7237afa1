"""How a source stands, in one word: decided here, shown everywhere."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from counterfoil.model.credential import CredentialState
from counterfoil.model.source import Source
from counterfoil.model.sync import Sync, SyncState

GRACE = timedelta(minutes=10)
"""A run that is due waits for a free worker; only after this is it late."""


class Standing(StrEnum):
    """Those that need a person come first."""

    RECONNECT = "needs reconnect"
    FAILED = "failed"
    LATE = "late"
    PARTLY = "partly on time"
    SYNCING = "syncing"
    WAITING = "waiting"
    NEW = "never synced"
    PAUSED = "paused"
    ON_TIME = "on time"

    @property
    def needs_somebody(self) -> bool:
        """Whether it goes on being wrong until someone acts or looks."""
        return self in (Standing.RECONNECT, Standing.FAILED, Standing.LATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """A source's last syncs, the newest first, and when it runs next by itself."""

    syncs: tuple[Sync, ...]
    next_run_at: datetime | None  # aware, UTC

    @property
    def running(self) -> Sync | None:
        """The sync that waits or runs."""
        return next((sync for sync in self.syncs if not sync.state.is_over), None)

    @property
    def judged(self) -> Sync | None:
        """The last sync that ended by itself; cancelled and interrupted ones say nothing of what is wrong."""
        ends = (SyncState.SUCCEEDED, SyncState.PARTIAL, SyncState.FAILED)
        return next((sync for sync in self.syncs if sync.state in ends), None)

    @property
    def fresh_as_of(self) -> datetime | None:
        """When the last sync began whose data is in the warehouse: what came later may be missing."""
        landed = (SyncState.SUCCEEDED, SyncState.PARTIAL)
        return next((sync.started_at for sync in self.syncs if sync.state in landed), None)


def standing(source: Source, recent: Recent, now: datetime) -> Standing:
    """Say how a source stands at a moment."""
    if source.credential.state is not CredentialState.CONNECTED:
        return Standing.RECONNECT
    if recent.running is not None:
        return Standing.SYNCING if recent.running.state is SyncState.RUNNING else Standing.WAITING
    if source.paused:
        return Standing.PAUSED
    if recent.judged is not None and recent.judged.state is SyncState.FAILED:
        return Standing.FAILED
    if recent.next_run_at is not None and recent.next_run_at < now - GRACE:
        return Standing.LATE
    if recent.judged is None:
        return Standing.NEW
    return Standing.PARTLY if recent.judged.state is SyncState.PARTIAL else Standing.ON_TIME
