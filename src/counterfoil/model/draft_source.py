"""A source that somebody has begun to set up: what was chosen so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Step(StrEnum):
    """What is asked while a source is set up, in this order."""

    NAME = "name"
    CONNECT = "connect"
    SCHEDULE = "schedule"
    DATA = "data"
    DESTINATION = "destination"
    FIRST_SYNC = "first-sync"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What was chosen; an empty text is a choice that is still open.

    `streams` None means all, once `streams_chosen`.
    """

    name: str = ""
    credential: str = ""
    prefix: str = ""
    schedule: str = ""  # as `schedule_text.parse` reads it
    streams: tuple[str, ...] | None = None
    reports: tuple[str, ...] = ()  # as `report_choice.parse` reads each
    feeds: tuple[tuple[str, str], ...] = ()  # destination and dataset
    streams_chosen: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)  # of records, as QuickBooks told
    counted_at: datetime | None = None  # aware, UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSource:
    """A half-made source, kept for whoever makes it."""

    id: str
    user_id: str
    choices: Choices
    created_at: datetime  # aware, UTC
    changed_at: datetime
