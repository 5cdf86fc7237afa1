"""Links that work once: for the first administrator, for who is invited, for who needs a new password."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from counterfoil.model.actor import Role


class Purpose(StrEnum):
    """What a link is for."""

    SET_UP = "set-up"  # makes the first administrator
    INVITATION = "invitation"
    NEW_PASSWORD = "new-password"  # noqa: S105 - a purpose


LIFE = {
    Purpose.SET_UP: timedelta(days=1),
    Purpose.INVITATION: timedelta(days=7),
    Purpose.NEW_PASSWORD: timedelta(days=1),
}
"""How long a link of each purpose works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link, known by the digest of the secret word in it."""

    digest: str
    purpose: Purpose
    user_id: str | None  # None: the user is made with it
    role: Role
    created_at: datetime  # aware, UTC
    ends_at: datetime
    used_at: datetime | None = None

    def works(self, now: datetime) -> bool:
        """Tell whether it can still be used."""
        return self.used_at is None and now < self.ends_at
