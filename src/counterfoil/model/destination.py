"""A destination: a configured warehouse."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A configured warehouse of one kind.

    `options` are text as the user wrote it: a secret stands there only as `${NAME}`, looked up at use.
    """

    id: str
    name: str
    kind: str
    created_at: datetime  # aware, UTC
    options: Mapping[str, str] = field(default_factory=dict)
