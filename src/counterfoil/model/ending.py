"""When the permission to read a company ends, and by which of Intuit's two limits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from counterfoil.model.credential import Tokens

DAY = timedelta(days=1)
NOTICE, URGENT = 30 * DAY, 7 * DAY
"""Intuit itself tells of the five years so long ahead (reference, section 1.5)."""

CAPPED = 90 * DAY
"""A refresh begins 100 or 101 new days, and its token's value is a day old at most (reference, section 1.5).
One that grants fewer than these days has met the five years, also where Intuit does not tell them."""


class Limit(StrEnum):
    """Which of Intuit's limits comes first."""

    UNUSED = "unused"  # about 100 days without a refresh; any sync begins them anew
    CONSENT = "consent"  # five years after consent; only a new consent helps


class Urgency(StrEnum):
    """How much of a warning it takes."""

    NONE = "none"
    NOTICE = "notice"  # 30 days or fewer
    URGENT = "urgent"  # 7 days or fewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The end of a permission. `left` is not positive once it is over."""

    at: datetime  # aware, UTC
    left: timedelta
    limit: Limit

    @property
    def days(self) -> int:
        """Whole days left; 0 on the last one and from then on."""
        return max(self.left // DAY, 0)

    @property
    def urgency(self) -> Urgency:
        """How near the end is."""
        if self.left > NOTICE:
            return Urgency.NONE
        return Urgency.NOTICE if self.left > URGENT else Urgency.URGENT


def ends(tokens: Tokens | None, now: datetime) -> Ending | None:
    """Tell when tokens end unless somebody acts; None where there are none. `now` is aware."""
    if tokens is None:
        return None
    hard = tokens.hard_expires_at
    at = tokens.refresh_expires_at if hard is None else min(hard, tokens.refresh_expires_at)
    capped = at == hard or at - tokens.access_expires_at < CAPPED
    return Ending(at=at, left=at - now, limit=Limit.CONSENT if capped else Limit.UNUSED)
