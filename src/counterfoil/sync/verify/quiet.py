"""Whether the books lay still while they were compared: what changed meanwhile is not to be judged."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from counterfoil.model.connection import Connection
from counterfoil.model.stream import Stream
from counterfoil.quickbooks.changes import changes
from counterfoil.quickbooks.client import Client
from counterfoil.store import cursors
from counterfoil.store.db import Database
from counterfoil.sync.follow import GONE
from counterfoil.sync.records import digest_of, id_of
from counterfoil.sync.verify.ours import Key
from counterfoil.sync.verify.theirs import REFUSALS


def moved(
    client: Client,
    covered: Sequence[Stream],
    since: datetime,
    db: Database,
    connections: Sequence[Connection],
) -> set[Key] | None:
    """The records that changed since a moment of QuickBooks' clock and are not loaded so; one call.

    None when that cannot be told: too much changed, or change data capture is refused.
    """
    try:
        found = changes(client, covered, since)
    except REFUSALS:
        return None
    if found.may_be_cut:
        return None
    known = cursors.oldest(db, connections)
    keys: set[Key] = set()
    for stream in covered:
        changed = found.by_entity[stream.name]
        versions: Mapping[str, str] = known[stream.name].versions if stream.name in known else {}
        told = {id_of(record): digest_of(record) for record in changed.records}
        told |= {tombstone.id: GONE for tombstone in changed.deleted}
        keys |= {(stream.name, id_) for id_, version in told.items() if versions.get(id_) != version}
    return keys
