"""Things in paths: by the name that people gave, or by the id, which also reaches names with a slash."""

from collections.abc import Callable, Iterable
from typing import Annotated, Protocol

from fastapi import Path

from counterfoil.store import credentials, destinations, sources
from counterfoil.store.db import Database

Which = Annotated[str, Path(max_length=200, description="The name or the id.")]


class _Thing(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


def source_name(db: Database, which: str) -> str:
    """The name of a source that is named or identified; a text that fits none is answered as it is."""
    return _name(which, "src_", lambda: sources.every(db))


def destination_name(db: Database, which: str) -> str:
    """The same for a destination."""
    return _name(which, "dest_", lambda: destinations.every(db))


def credential_name(db: Database, which: str) -> str:
    """The same for a credential."""
    return _name(which, "cred_", lambda: credentials.every(db))


def _name(which: str, begins: str, things: Callable[[], Iterable[_Thing]]) -> str:
    if not which.startswith(begins):
        return which
    return next((thing.name for thing in things() if thing.id == which), which)
