"""Proving: whether change data capture tells of a stream of which nobody has shown that it does.

That it accepts a stream's name proves nothing. So a change is awaited that a query finds by itself, and change data
capture is asked about the same time: once for each stream and company, for one call at most.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from counterfoil.errors import ChangesTooOld, CounterfoilError, FeatureNotInPlan, PoisonedPage, RequestRefused
from counterfoil.model.ability import Told
from counterfoil.quickbooks.changes import Changed, Changes, changes
from counterfoil.quickbooks.client import Client
from counterfoil.sync.reading import StreamRead
from counterfoil.sync.records import id_of, unwrap, updated_at

MARGIN = timedelta(minutes=5)
"""A change may be told by one way somewhat later than by the other: the newest prove nothing."""
ENOUGH = 50
"""Changes of one stream that are compared."""


def note(read: StreamRead, records: Sequence[msgspec.Raw], clock: datetime) -> None:
    """Keep in mind which records changed since the last sync, where that could prove something."""
    if read.unproven_since is None:
        return
    for record in records:
        moment = updated_at(record)
        if len(read.evidence) < ENOUGH and moment and read.unproven_since <= moment <= clock - MARGIN:
            read.evidence[id_of(record)] = moment


def prove(client: Client, reads: Sequence[StreamRead]) -> None:
    """Ask change data capture about the changes that queries found. What cannot be told is left for another sync."""
    doubted = [read for read in reads if read.evidence and read.error is None]
    if doubted:
        _ask(client, doubted)


def judge(evidence: Mapping[str, datetime], told: Changed) -> Told:
    """All, when each of these changes was told in this version, a newer one, or as deleted; else nothing."""
    moments = {id_of(record): updated_at(record) for record in told.records}
    gone = {tombstone.id for tombstone in told.deleted}
    shown = all(
        id_ in gone or ((known := moments.get(id_)) is not None and known >= moment)
        for id_, moment in evidence.items()
    )
    return Told.ALL if shown else Told.NOTHING


def _ask(client: Client, reads: Sequence[StreamRead]) -> None:
    since = min(read.unproven_since for read in reads if read.unproven_since is not None)
    try:
        found = changes(client, [read.stream for read in reads], since - MARGIN)
    except ChangesTooOld:
        return
    except (RequestRefused, FeatureNotInPlan, PoisonedPage) as error:
        _part(client, reads, error)
        return
    except CounterfoilError:
        return  # the stream itself was read well
    reads[0].calls += 1
    if found.may_be_cut:
        _part(client, reads, None)
    else:
        _conclude(reads, found)


def _conclude(reads: Sequence[StreamRead], found: Changes) -> None:
    for read in reads:
        told = found.by_entity[read.stream.name]
        if read.stream.wrapped:
            told = Changed([unwrap(record) for record in told.records], told.deleted)
        read.told = judge(read.evidence, told)


def _part(client: Client, reads: Sequence[StreamRead], error: CounterfoilError | None) -> None:
    """Halve, until what is refused stands alone."""
    if len(reads) > 1:
        middle = len(reads) // 2
        _ask(client, reads[:middle])
        _ask(client, reads[middle:])
    elif isinstance(error, RequestRefused):
        reads[0].told = Told.REFUSED
