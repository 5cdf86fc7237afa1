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
    ways: tuple[str, ...] = ()  # what begins there, under an address of its own

    def here(self, path: str) -> bool:
        """Tell whether the page at `path` is this one, below it, or on a way that begins there."""
        return path == self.address or any(
            path == way or path.startswith(f"{way}/") for way in (self.address, *self.ways) if way != "/"
        )


GROUPS = (
    ("", (Link("/", "home", "Overview"), Link("/sources", "source", "Sources"))),
    (
        "Set up",
        (
            Link("/directory", "grid", "Directory", ways=("/setup",)),
            Link("/destinations", "data", "Destinations"),
            Link("/credentials", "key", "Credentials", ways=("/app",)),
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
