"""A browser that somebody signed in with."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from counterfoil.model.user import User

IDLE = timedelta(hours=12)
"""A session ends when nobody used it for so long."""

LONGEST = timedelta(days=7)
"""And this long after signing in, used or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session, known by the digest of its secret word; only the browser has the word itself."""

    digest: str
    user: User
    created_at: datetime  # aware, UTC
    seen_at: datetime
    ends_at: datetime

    def alive(self, now: datetime) -> bool:
        """Tell whether it still stands for its user."""
        return now < self.ends_at and now - self.seen_at < IDLE and not self.user.disabled
