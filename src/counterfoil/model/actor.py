"""Who does a thing, and what they may."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What one may do; each may all that those before it may."""

    VIEWER = "viewer"  # see everything but people and keys
    EDITOR = "editor"  # set up and run sources, destinations, connections
    ADMIN = "admin"  # people, keys, the app at Intuit, the audit trail

    def covers(self, needed: "Role") -> bool:
        """Tell whether this role may do what needs that one."""
        roles = list(Role)
        return roles.index(self) >= roles.index(needed)


class ActorKind(StrEnum):
    """How someone came in."""

    OPERATOR = "operator"  # at the command line of the machine that holds the secret key
    USER = "user"
    KEY = "key"
    SERVICE = "service"  # the schedule, a webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does a thing. `id` is stable, `name` is for people."""

    kind: ActorKind
    id: str
    name: str
    role: Role


OPERATOR = Actor(kind=ActorKind.OPERATOR, id="operator", name="the command line", role=Role.ADMIN)
"""Who can run a command beside the secret key can read everything anyway."""

SERVICE = Actor(kind=ActorKind.SERVICE, id="service", name="Counterfoil", role=Role.EDITOR)
