"""How much a company has, before anybody chooses what to read: one metered call for each kind of record."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from counterfoil.actions.perform import client_of
from counterfoil.actions.rights import need
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.tally import counted
from counterfoil.errors import NeedsPerson, ReconnectNeeded
from counterfoil.model.actor import Role
from counterfoil.model.stream import Reading, Stream
from counterfoil.quickbooks import answer
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.query import select_count
from counterfoil.store import credentials

AT_ONCE = 5
COUNTABLE = (Reading.KEYSET, Reading.OFFSET, Reading.ONCE)
"""The others have one record, or cannot be asked by a query."""


def countable(stream: Stream) -> bool:
    """Tell whether QuickBooks counts the stream's records in one call."""
    return stream.reading in COUNTABLE and "{currency}" not in stream.where


def count(around: Surroundings, credential_name: str, streams: Iterable[Stream]) -> dict[str, int]:
    """Ask how many records each countable stream has; one that the company does not have is left out.

    Raises Forbidden, NotFound, ReconnectNeeded, and what reading raises.
    """
    need(around.actor, Role.EDITOR)
    credential = credentials.named(around.db, credential_name)
    asked = [stream for stream in streams if countable(stream)]
    with (
        client_of(around, credential) as client,
        counted(around.db, client, now=around.now),
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        found = pool.map(lambda stream: (stream.name, _count(client, stream)), asked)
        return {name: number for name, number in found if number is not None}


def _count(client: Client, stream: Stream) -> int | None:
    try:
        return answer.count(client.query(select_count(stream)))
    except ReconnectNeeded:
        raise
    except NeedsPerson:  # the company's plan does not have it, or QuickBooks does not count it
        return None
