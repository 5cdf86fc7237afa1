"""What is remembered already, by name, as a configuration file finds it."""

from collections.abc import Mapping
from dataclasses import dataclass

from counterfoil.model.connection import Connection
from counterfoil.model.credential import Credential
from counterfoil.model.destination import Destination
from counterfoil.model.source import Source
from counterfoil.store import connections, credentials, destinations, sources
from counterfoil.store.db import Database


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
