"""A line of a sync's own log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """What was said during a sync. `n` counts from 1 within it; `text` is masked, `data` for programs."""

    n: int
    at: datetime  # aware, UTC
    level: str  # as logging names it: INFO
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)
