"""An ability: what one company's QuickBooks was found to do with one stream."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

BELIEVED = timedelta(days=30)
"""What change data capture does not tell is tried anew after this, for Intuit may have added it."""


class Told(StrEnum):
    """What change data capture was found to tell of a stream."""

    ALL = "all"  # a change that a query found, it told too
    NOTHING = "nothing"  # it accepts the name, and did not tell a change that a query found
    REFUSED = "refused"  # it does not accept the name


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    """What was found; times are aware, in UTC, by our clock.

    `told` is None while nothing shows what change data capture does. `refused_at` is when the company was last
    found not to have the stream at all, with the `code`, `what` and `do` of that error; None when it has it.
    """

    stream: str
    told: Told | None = None
    judged_at: datetime | None = None
    refused_at: datetime | None = None
    code: str = ""
    what: str = ""
    do: str = ""

    def tells(self, now: datetime) -> Told | None:
        """What to believe of change data capture now."""
        if self.told in (None, Told.ALL) or self.judged_at is None:
            return self.told
        return self.told if timedelta(0) <= now - self.judged_at < BELIEVED else None
