"""How a source stands, in one word: decided here, shown everywhere."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from counterfoil.errors import CounterfoilError, Transient
from counterfoil.model.credential import CredentialState
from counterfoil.model.outcome import Totals
from counterfoil.model.source import Source
from counterfoil.model.sync import SyncState

GRACE = timedelta(minutes=10)
"""A run that is due waits for a free worker; only after this is it late."""

PATIENCE = 3
"""Of what time can end, so many failures in a row are for somebody to look at."""


class Standing(StrEnum):
    """Those that need a person come first."""

    RECONNECT = "needs reconnect"
    FAILED = "failed"
    LATE = "late"
    BACKING_OFF = "backing off"
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
class Brief:
    """One sync in brief, as a strip of many shows it. Times are aware, in UTC."""

    id: str
    state: SyncState
    started_at: datetime
    ended_at: datetime | None
    totals: Totals = field(default_factory=Totals)
    code: str = ""
    what: str = ""
    do: str = ""

    @property
    def took(self) -> timedelta:
        """How long it ran; none while it runs."""
        return (self.ended_at or self.started_at) - self.started_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """A source's last syncs, the newest first, and when it runs next by itself."""

    syncs: tuple[Brief, ...]
    next_run_at: datetime | None  # aware, UTC

    @property
    def running(self) -> Brief | None:
        """The sync that waits or runs."""
        return next((sync for sync in self.syncs if not sync.state.is_over), None)

    @property
    def ended(self) -> Brief | None:
        """The last sync that is over, however it ended."""
        return next((sync for sync in self.syncs if sync.state.is_over), None)

    @property
    def judged(self) -> Brief | None:
        """The last sync that ended by itself; cancelled and interrupted ones say nothing of what is wrong."""
        ends = (SyncState.SUCCEEDED, SyncState.PARTIAL, SyncState.FAILED)
        return next((sync for sync in self.syncs if sync.state in ends), None)

    @property
    def fresh_as_of(self) -> datetime | None:
        """When the last sync began whose data is in the warehouse: what came later may be missing."""
        return next((sync.started_at for sync in self.syncs if _landed(sync.state)), None)

    @property
    def failures(self) -> tuple[Brief, ...]:
        """Those that failed since the last that landed, the newest first."""
        found = []
        for sync in self.syncs:
            if _landed(sync.state):
                break
            if sync.state is SyncState.FAILED:
                found.append(sync)
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What tells how a source stands, and no more: cheap to read of a thousand. Times are aware, in UTC.

    `judged`, `code` and `judged_at` are the state, the error and the end of its last sync that ended by itself;
    `failures` counts those that failed since one landed, the first at `failing_since`.
    """

    source_id: str
    name: str
    company: str
    prefix: str
    credential: CredentialState
    paused: bool
    created_at: datetime
    next_run_at: datetime | None = None
    running: SyncState | None = None
    running_since: datetime | None = None
    judged: SyncState | None = None
    code: str = ""
    judged_at: datetime | None = None
    fresh_as_of: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None

    def standing(self, now: datetime, *, patience: int = PATIENCE) -> Standing:
        """Say how it stands at a moment; what time can end may fail fewer times than `patience` in a row."""
        if self.credential is not CredentialState.CONNECTED:
            return Standing.RECONNECT
        if self.running is not None:
            return Standing.SYNCING if self.running is SyncState.RUNNING else Standing.WAITING
        if self.paused:
            return Standing.PAUSED
        late = self.next_run_at is not None and self.next_run_at < now - GRACE
        if self.judged is SyncState.FAILED:
            passes = self.next_run_at is not None and may_pass(self.code) and self.failures < patience
            return Standing.FAILED if not passes else Standing.LATE if late else Standing.BACKING_OFF
        if late:
            return Standing.LATE
        if self.judged is None:
            return Standing.NEW
        return Standing.PARTLY if self.judged is SyncState.PARTIAL else Standing.ON_TIME

    def since(self, stands: Standing) -> datetime | None:
        """Since when it stands so; None where its syncs do not tell."""
        return {
            Standing.FAILED: self.failing_since or self.judged_at,
            Standing.LATE: self.next_run_at,
            Standing.BACKING_OFF: self.failing_since or self.judged_at,
            Standing.PARTLY: self.judged_at,
            Standing.SYNCING: self.running_since,
            Standing.WAITING: self.running_since,
            Standing.NEW: self.created_at,
            Standing.ON_TIME: self.judged_at,
        }.get(stands)


def standing(source: Source, recent: Recent, now: datetime) -> Standing:
    """Say how a source stands at a moment."""
    running, judged, failed = recent.running, recent.judged, recent.failures
    return Glance(
        source_id=source.id,
        name=source.name,
        company=source.credential.company_name,
        prefix=source.prefix,
        credential=source.credential.state,
        paused=source.paused,
        created_at=source.created_at,
        next_run_at=recent.next_run_at,
        running=running.state if running else None,
        judged=judged.state if judged else None,
        code=judged.code if judged else "",
        failures=len(failed),
    ).standing(now)


def may_pass(code: str) -> bool:
    """Tell whether time can end an error of this code."""
    return code in PASSING


def _kinds(error: type[CounterfoilError]) -> Iterator[str]:
    yield error.code
    for narrower in error.__subclasses__():
        yield from _kinds(narrower)


PASSING = frozenset(_kinds(Transient))
"""Codes of errors that time can end."""


def _landed(state: SyncState) -> bool:
    return state in (SyncState.SUCCEEDED, SyncState.PARTIAL)
