"""What is remembered already, by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from counterfoil.errors import NotFound
from counterfoil.model.connection import Connection
from counterfoil.model.credential import Credential
from counterfoil.model.destination import Destination
from counterfoil.model.source import Source
from counterfoil.store import connections, credentials, destinations, sources
from counterfoil.store.db import Database

Thing = TypeVar("Thing", Credential, Destination, Source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All things by name; connections as they stand."""

    credentials: Mapping[str, Credential]
    destinations: Mapping[str, Destination]
    sources: Mapping[str, Source]
    connections: tuple[Connection, ...]


def read_known(db: Database) -> Known:
    """Read all of it; inside a transaction it is one state."""
    return Known(
        credentials={credential.name: credential for credential in credentials.every(db)},
        destinations={destination.name: destination for destination in destinations.every(db)},
        sources={source.name: source for source in sources.every(db)},
        connections=connections.every(db),
    )


def known_as(things: Mapping[str, Thing], name: str, noun: str) -> Thing:
    """The thing of a name. Raises NotFound."""
    if name not in things:
        raise NotFound(f"There is no {noun} named {name[:100]!r}.", do=f"List them: counterfoil {noun}s list")
    return things[name]
