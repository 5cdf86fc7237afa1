"""Keys with which programs come in."""

from dataclasses import dataclass
from datetime import datetime

from counterfoil.model.actor import Actor, ActorKind, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key, known by the digest of its secret word; the word is shown once, when it is made."""

    id: str
    name: str
    role: Role
    digest: str
    hint: str  # its last letters, so that people can tell keys apart
    created_by: str  # who made it, by the actor's name
    created_at: datetime  # aware, UTC
    used_at: datetime | None = None  # to the minute
    ends_at: datetime | None = None
    version: int = 1

    def works(self, now: datetime) -> bool:
        """Tell whether its end has not come."""
        return self.ends_at is None or now < self.ends_at

    @property
    def actor(self) -> Actor:
        """This key as who does a thing."""
        return Actor(kind=ActorKind.KEY, id=self.id, name=f"the key {self.name!r}", role=self.role)
