"""What a cursor remembers of each window of a report that is loaded."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from counterfoil.model.report_choice import Choice


@dataclass(frozen=True, slots=True)
class Mark:
    """When a window was read (aware, UTC), by which choice, and a digest of what came; "" where nothing could be."""

    read_at: datetime
    asked: str
    digest: str

    def __str__(self) -> str:
        return f"{self.read_at:%Y-%m-%dT%H:%M:%S} {self.asked} {self.digest}"


def read_mark(text: str) -> Mark | None:
    """A mark as it was kept; None for what is none."""
    moment, _, rest = text.partition(" ")
    asked, _, digest = rest.partition(" ")
    try:
        return Mark(datetime.fromisoformat(moment).replace(tzinfo=UTC), asked, digest)
    except ValueError:
        return None


def asked_by(choice: Choice) -> str:
    """What of a choice changes the content of a window: another one means that it has to be read again."""
    return hashlib.blake2b(",".join(choice.columns).encode(), digest_size=4).hexdigest()
