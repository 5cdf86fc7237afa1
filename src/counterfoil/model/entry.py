"""A line of the audit trail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Who did what to which thing, and when. Numbers grow; one that is missing was taken away."""

    n: int
    at: datetime  # aware, UTC
    actor_kind: str
    actor_id: str
    actor_name: str
    deed: str
    noun: str
    thing_id: str
    thing_name: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which entries are asked for; what is empty leaves all."""

    actor: str = ""  # an id or a name
    deed: str = ""
    noun: str = ""
    thing: str = ""  # an id or a name
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Who did things, what was done, and to which sorts of things: what one may ask the trail for."""

    actors: tuple[str, ...]
    deeds: tuple[str, ...]
    nouns: tuple[str, ...]
