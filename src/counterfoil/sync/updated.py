"""Reading by LastUpdatedTime: where change data capture cannot tell all, fails, or does not know the entity."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import msgspec

from counterfoil.model.bad_record import BadRecord
from counterfoil.model.stream import Reading, Stream
from counterfoil.quickbooks.client import Client
from counterfoil.sync.listing import CREATED, UPDATED, Asking, Listing
from counterfoil.sync.naming import without_contents
from counterfoil.sync.pieces import REMEMBERED, SECOND, Piece, read_piece

IDS_A_QUERY = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatedRead:
    """Records as they stand now, some of them more than once; those that could not be served; metered calls."""

    records: list[msgspec.Raw]
    bad: tuple[BadRecord, ...] = ()
    calls: int = 0


def read_updated(client: Client, stream: Stream, since: datetime) -> Iterator[UpdatedRead]:
    """Read what changed at or after a moment (aware), page by page, around bad records; deletes are not told.

    A stream that cannot be filtered by time is read whole, one without queries by change data capture. What changes
    during the reading is read as it was or as it is; a next reading from before this one began brings the rest.
    Raises whatever `Client` raises.
    """
    if stream.reading is not Reading.KEYSET:
        return _read(client, [Piece(stream=stream)], since)
    start = since.replace(microsecond=0)
    return _read(client, [Piece(stream=each, by=UPDATED, since=start) for each in _variants(stream)], since)


def read_again(client: Client, stream: Stream, bad: Sequence[BadRecord]) -> UpdatedRead:
    """Ask again for bad records of earlier reads, by id, else by the time between their neighbours.

    Neighbours may come along. `bad` of the answer are those that are bad still; one that is in neither list was
    deleted, or has changed since and is told where changes are told. Raises whatever `Client` raises.
    """
    named = list({record.id: record for record in bad if record.id}.values())
    found = [_by_id(client, each, named) for each in _variants(stream)] if named else []
    windows = dict.fromkeys(
        _window(each, record) for each in _variants(stream) for record in bad if not record.id
    )
    if windows:
        ends = [piece.until for piece in windows if piece.until is not None]
        found.extend(_read(client, list(windows), max(ends, default=EPOCH)))
    return together(found)


def together(found: Iterable[UpdatedRead]) -> UpdatedRead:
    """Several reads as one; a bad record that several met counts once."""
    all_found = list(found)
    return UpdatedRead(
        records=[record for each in all_found for record in each.records],
        bad=tuple(dict.fromkeys(record for each in all_found for record in each.bad)),
        calls=sum(each.calls for each in all_found),
    )


def _read(client: Client, pieces: list[Piece], since: datetime) -> Iterator[UpdatedRead]:
    """Read pieces in the order of time, each before those that follow it."""
    # For `read_piece` the clock bounds times still unknown; set so, capture of changes is asked from `since` on.
    now = since + REMEMBERED
    while pieces:
        piece, *rest = pieces
        read = read_piece(client, piece, now)
        yield UpdatedRead(records=read.records, bad=read.bad, calls=read.calls)
        pieces = [*read.following, *rest]


def _variants(stream: Stream) -> list[Stream]:
    """Some records carry no Active flag, and no filter on it finds them: ask once more without."""
    if stream.has_inactive and stream.some_lack_active:
        return [stream, replace(stream, has_inactive=False)]
    return [stream]


def _by_id(client: Client, stream: Stream, bad: Sequence[BadRecord]) -> UpdatedRead:
    """Halve the ids until those that still fail stand alone."""
    if len(bad) > IDS_A_QUERY:
        return _halved(client, stream, bad)
    asking = Asking(client, Listing(stream=stream))
    found = asking.named([record.id for record in bad])
    if found is not None:
        return UpdatedRead(records=found, calls=asking.calls)
    if len(bad) > 1:
        return _halved(client, stream, bad)
    return UpdatedRead(records=[], bad=(replace(bad[0], fault=without_contents(asking.poison.fault)),))


def _halved(client: Client, stream: Stream, bad: Sequence[BadRecord]) -> UpdatedRead:
    middle = len(bad) // 2
    return together([_by_id(client, stream, half) for half in (bad[:middle], bad[middle:])])


def _window(stream: Stream, bad: BadRecord) -> Piece:
    """The time in which a record without an id stands; both its ends count."""
    if stream.reading is not Reading.KEYSET:
        return Piece(stream=stream)
    by = UPDATED if bad.updated_since or bad.updated_until else CREATED
    since, until = bad.created_since, bad.created_until
    if by == UPDATED:
        since, until = bad.updated_since, bad.updated_until
    return Piece(stream=stream, by=by, since=since, until=until and until + SECOND)
