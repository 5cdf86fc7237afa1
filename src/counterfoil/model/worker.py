"""A worker: a process that runs syncs; and how much waits for all of them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A process that runs up to `slots` syncs at once; times are those of the store's clock (aware, UTC)."""

    id: str
    host: str
    pid: int
    slots: int
    running: int
    started_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What there is to do. `oldest` is when the sync that waits longest was asked for; None when none waits."""

    waiting: int
    running: int
    oldest: datetime | None
