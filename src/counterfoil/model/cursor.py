"""A cursor: how far one stream of one connection is loaded."""

from dataclasses import dataclass
from datetime import datetime, timedelta

CDC_WINDOW = timedelta(days=29)
"""Change data capture looks back 30 days (reference, section 4); a day is left for clocks and long syncs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far one stream is loaded; the next sync reads changes after `changed_since`.

    `compared_at` is when all ids were last compared with QuickBooks', which is how deletes are found in
    streams outside change data capture; a full read compares too.
    """

    stream: str
    changed_since: datetime  # aware, UTC
    compared_at: datetime | None = None  # aware, UTC

    def still_covered(self, now: datetime) -> bool:
        """Tell whether change data capture still remembers everything since."""
        return now - self.changed_since < CDC_WINDOW
