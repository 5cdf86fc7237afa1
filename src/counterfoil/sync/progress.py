"""How a sync tells whoever watches where it stands."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """Where a stream stands."""

    READING = "reading"
    READ = "read"
    LOADING = "loading"
    LANDED = "landed"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One stream's standing: records so far, of how many where that is known, and metered calls so far."""

    stream: str
    stage: Stage
    records: int = 0
    counted: int | None = None
    calls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Whom to tell. Called from several threads, one call at a time."""

    progress: Callable[[Progress], None]
    say: Callable[[str], None]


SILENT = Watch(progress=lambda _: None, say=lambda _: None)
