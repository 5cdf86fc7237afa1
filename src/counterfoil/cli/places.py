"""Where tables are, in words that help to find them."""

from collections.abc import Iterable

from counterfoil.destinations import KINDS
from counterfoil.model.connection import Connection
from counterfoil.model.destination import Destination


def whereabouts(destination: Destination) -> str:
    """What a kind needs to know of a warehouse, secrets left out: `books.duckdb`; its name if nothing is needed."""
    kind = KINDS.get(destination.kind)
    needed = [option for option in kind.options if option.required and not option.secret] if kind else []
    found = [destination.options[option.name] for option in needed if option.name in destination.options]
    return " ".join(found) or destination.name


def places(connections: Iterable[Connection]) -> tuple[str, ...]:
    """One line a connection: the warehouse, and the dataset in it."""
    return tuple(f"{whereabouts(feed.destination)} · {feed.dataset}" for feed in connections)
