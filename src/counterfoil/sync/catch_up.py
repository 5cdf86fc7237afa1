"""Catching up: what was edited or deleted while a stream was read in full (Promise 9)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from counterfoil.errors import CounterfoilError, QuickBooksDown
from counterfoil.model.stream import InCdc, Stream
from counterfoil.quickbooks.answer import split
from counterfoil.quickbooks.changes import Changed, changes
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.query import select
from counterfoil.sync.records import id_of, unwrap

if TYPE_CHECKING:
    from counterfoil.sync.extract import StreamRead

IDS_A_QUERY = 200

Keep = Callable[[Stream, list[msgspec.Raw]], None]


def catch_up(client: Client, reads: Sequence["StreamRead"], since: datetime, keep: Keep) -> int:
    """Read what changed since a moment and note what was deleted; answer with the calls it took.

    One call for all streams; when its answer may have been cut, one for each. A stream that cannot be caught up
    gets the error.
    """
    covered = [read for read in reads if read.stream.in_cdc is InCdc.YES]
    if not covered:
        return 0
    found = changes(client, [read.stream for read in covered], since)
    calls = 1
    for read in covered:
        changed = found.by_entity[read.stream.name]
        try:
            if found.may_be_cut:
                changed = _alone(client, read.stream, since)
                calls += 1
            calls += _take(client, read, changed, keep)
        except CounterfoilError as error:
            read.error = error
    return calls


def _alone(client: Client, stream: Stream, since: datetime) -> Changed:
    found = changes(client, [stream], since)
    if found.may_be_cut:
        raise QuickBooksDown(
            f"More than {found.total} records of {stream.name} changed while they were read.",
            do="Nothing of it was loaded; the next sync reads it again.",
        )
    return found.by_entity[stream.name]


def _take(client: Client, read: "StreamRead", changed: Changed, keep: Keep) -> int:
    records = [unwrap(record) for record in changed.records] if read.stream.wrapped else changed.records
    keep(read.stream, records)
    ids = sorted({tombstone.id for tombstone in changed.deleted})
    alive, calls = _alive(client, read.stream, ids)
    keep(read.stream, list(alive.values()))
    read.deleted.extend(id_ for id_ in ids if id_ not in alive)
    return calls


def _alive(client: Client, stream: Stream, ids: Sequence[str]) -> tuple[dict[str, msgspec.Raw], int]:
    """Which of the ids QuickBooks still has: it was seen to call changed records deleted (reference, section 4)."""
    found: dict[str, msgspec.Raw] = {}
    batches = [ids[start : start + IDS_A_QUERY] for start in range(0, len(ids), IDS_A_QUERY)]
    for batch in batches:
        records = split(client.query(select(stream, where=[("Id", "IN", list(batch))])), stream.answer_key)
        flat = [unwrap(record) for record in records] if stream.wrapped else records
        found |= {id_of(record): record for record in flat}
    return found, len(batches)
