"""The main navigation: in groups, only what there is and what the user may see."""

from collections.abc import Collection
from dataclasses import dataclass

from counterfoil.model.actor import Role


@dataclass(frozen=True, slots=True)
class Link:
    """A page of the navigation."""

    address: str
    icon: str
    name: str
    role: Role = Role.VIEWER

    def here(self, path: str) -> bool:
        """Tell whether the page at `path` is this one, or below it."""
        return path == self.address or (self.address != "/" and path.startswith(f"{self.address}/"))


GROUPS = (
    ("", (Link("/", "home", "Overview"), Link("/sources", "source", "Sources"))),
    (
        "Set up",
        (
            Link("/directory", "grid", "Directory"),
            Link("/destinations", "data", "Destinations"),
            Link("/credentials", "key", "Credentials"),
        ),
    ),
    (
        "This Counterfoil",
        (
            Link("/alerts", "bell", "Alerts"),
            Link("/users", "users", "Users", Role.ADMIN),
            Link("/keys", "code", "API keys", Role.ADMIN),
            Link("/audit", "list", "Audit", Role.ADMIN),
            Link("/settings", "sliders", "Settings"),
        ),
    ),
)


def navigation(addresses: Collection[str], role: Role) -> list[tuple[str, list[Link]]]:
    """The groups with their links, of the pages that exist and for this role."""
    groups = [
        (title, [link for link in links if link.address in addresses and role.covers(link.role)])
        for title, links in GROUPS
    ]
    return [(title, links) for title, links in groups if links]
