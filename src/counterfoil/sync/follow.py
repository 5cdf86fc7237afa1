"""Following: what changed, was added or went away since a moment, for as few calls as can be."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import msgspec

from counterfoil.errors import ChangesTooOld, CounterfoilError, FeatureNotInPlan, PoisonedPage, RequestRefused
from counterfoil.model.ability import Told
from counterfoil.model.outcome import Mode
from counterfoil.model.stream import Reading, Stream
from counterfoil.quickbooks.answer import count, split
from counterfoil.quickbooks.changes import Changed, changes
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.query import PAGE, select, select_count
from counterfoil.sync.prove import note
from counterfoil.sync.reading import StreamRead
from counterfoil.sync.records import digest_of, id_of, unwrap, updated_at
from counterfoil.sync.updated import UpdatedRead, read_again, read_updated

OVERLAP = timedelta(minutes=5)
"""A commit can become visible after its own time stamp."""
SLACK = timedelta(minutes=1)
TOGETHER = timedelta(hours=1)
"""Streams whose cursors lie this close are asked for in one call."""
IDS_A_QUERY = 200
MANY = 20_000
"""With more changes than this a stream is read in full."""
GONE = "deleted"
"""Stands for the version of a record that QuickBooks no longer has."""

Keep = Callable[[Stream, list[msgspec.Raw]], None]


class Follower:
    """Brings readings up to date. `started` is when the sync began by our clock, for want of a better."""

    def __init__(self, client: Client, keep: Keep, started: datetime) -> None:
        self.client = client
        self.keep = keep
        self._started = started

    @property
    def clock(self) -> datetime:
        """Up to when all is read, by QuickBooks' clock: the first answer of the sync told it."""
        return self.client.told or self._started

    def follow(self, reads: Sequence[StreamRead]) -> None:
        """One call for all that change data capture covers; what it cannot tell is asked by LastUpdatedTime.

        A stream that cannot be followed gets the error, or `needs_full`.
        """
        for read in reads:
            if read.task.mode is Mode.REFRESH or (self._moved(read) and not self._is_followed(read)):
                self._guarded(read, partial(self._by_time, read, self._since(read)))
        for read in reads:
            if read.unread and read.task.mode is not Mode.FULL and read.error is None:
                self._guarded(read, partial(self._again, read))
        wanted = sorted(
            ((self._since(read), read) for read in reads if self._is_followed(read)), key=lambda pair: pair[0]
        )
        # What the company did not have of late may spoil a call for the others: it is asked for alone.
        for since, read in [pair for pair in wanted if pair[1].was_refused]:
            self._ask([read], since)
        wanted = [pair for pair in wanted if not pair[1].was_refused]
        while wanted:
            group = [pair for pair in wanted if pair[0] - wanted[0][0] <= TOGETHER]
            wanted = wanted[len(group) :]
            self._ask([read for _, read in group], group[0][0])
        _doubt(self.client, [(self._since(read), read) for read in reads if read.told is Told.REFUSED])

    def _moved(self, read: StreamRead) -> bool:
        """A full read of more than one page: records may have changed or gone between them (Promise 9)."""
        return read.task.mode is Mode.FULL and read.records >= PAGE and read.stream.reading is Reading.KEYSET

    def _is_followed(self, read: StreamRead) -> bool:
        return read.covered and (read.task.mode is Mode.CHANGES or self._moved(read))

    def _since(self, read: StreamRead) -> datetime:
        return (read.task.since or self.clock) - OVERLAP

    def _guarded(self, read: StreamRead, deed: Callable[[], None]) -> None:
        try:
            deed()
        except CounterfoilError as error:
            read.error = error

    def _ask(self, reads: list[StreamRead], since: datetime) -> None:
        """Ask for several streams; where the answer cannot be trusted, for fewer."""
        try:
            found = changes(self.client, [read.stream for read in reads], since)
        except ChangesTooOld:
            for read in reads:
                read.needs_full = True
            return
        except (RequestRefused, FeatureNotInPlan, PoisonedPage) as error:
            self._part(reads, since, error)
            return
        except CounterfoilError as error:
            for read in reads:
                read.error = error
            return
        reads[0].calls += 1
        if found.may_be_cut:
            self._part(reads, since, None)
            return
        for read in reads:
            changed = found.by_entity[read.stream.name]
            self._guarded(read, partial(self._take, read, changed))

    def _part(self, reads: list[StreamRead], since: datetime, error: CounterfoilError | None) -> None:
        """Halve until one stream stands alone, then help that one another way."""
        if len(reads) > 1:
            middle = len(reads) // 2
            self._ask(reads[:middle], since)
            self._ask(reads[middle:], since)
        elif isinstance(error, FeatureNotInPlan):
            reads[0].error = error
        elif isinstance(error, RequestRefused):
            reads[0].told, reads[0].needs_full = Told.REFUSED, True
        else:
            self._guarded(reads[0], partial(self._by_time, reads[0], since))

    def _by_time(self, read: StreamRead, since: datetime) -> None:
        """Read by LastUpdatedTime, page by page. That tells of no delete: the number of records will.

        After a bulk import a full read is sooner done: it reads several pages at once.
        """
        if read.task.mode is Mode.CHANGES and (
            read.stream.reading is not Reading.KEYSET or _number_since(self.client, read, since) > MANY
        ):
            read.needs_full = True
            return
        for found in read_updated(self.client, read.stream, since):
            self._receive(read, found)
        if read.task.mode is not Mode.REFRESH and not read.stream.some_lack_active:  # those are not counted
            read.expected = count(self.client.query(select_count(read.stream)))
            read.calls += 1

    def _again(self, read: StreamRead) -> None:
        """Ask for what QuickBooks could not serve when it was asked before."""
        self._receive(read, read_again(self.client, read.stream, read.unread))

    def _receive(self, read: StreamRead, found: UpdatedRead) -> None:
        read.calls += found.calls
        read.bad.extend(bad for bad in found.bad if bad not in read.bad)
        self._keep_new(read, found.records)

    def _take(self, read: StreamRead, changed: Changed) -> None:
        records = [unwrap(record) for record in changed.records] if read.stream.wrapped else changed.records
        self._keep_new(read, records)
        ids = sorted({tombstone.id for tombstone in changed.deleted})
        read.versions |= {id_: GONE for id_ in ids if read.known.get(id_) == GONE}
        unknown = [id_ for id_ in ids if read.known.get(id_) != GONE]
        alive = self._alive(read, unknown)
        self._keep_new(read, list(alive.values()))
        gone = [id_ for id_ in unknown if id_ not in alive]
        read.deleted.extend(gone)
        read.versions |= dict.fromkeys(gone, GONE)

    def _keep_new(self, read: StreamRead, records: list[msgspec.Raw]) -> None:
        """Keep what is not loaded yet at that version, and remember the versions of the last minutes."""
        versions = {id_of(record): digest_of(record) for record in records}
        fresh = [record for record in records if read.known.get(id_of(record)) != versions[id_of(record)]]
        self.keep(read.stream, fresh)
        note(read, records, self.clock)
        read.records += len(fresh)
        read.unchanged += len(records) - len(fresh)
        recent = self.clock - OVERLAP - SLACK
        read.versions |= {
            id_of(record): versions[id_of(record)]
            for record in records
            if (moment := updated_at(record)) is None or moment >= recent
        }

    def _alive(self, read: StreamRead, ids: Sequence[str]) -> dict[str, msgspec.Raw]:
        """Which of the ids QuickBooks still has: it was seen to call changed records deleted (reference, section 4)."""
        stream, found = read.stream, dict[str, msgspec.Raw]()
        for start in range(0, len(ids), IDS_A_QUERY):
            batch = list(ids[start : start + IDS_A_QUERY])
            records = split(self.client.query(select(stream, where=[("Id", "IN", batch)])), stream.answer_key)
            flat = [unwrap(record) for record in records] if stream.wrapped else records
            found |= {id_of(record): record for record in flat}
            read.calls += 1
        return found


def _doubt(client: Client, refused: Sequence[tuple[datetime, StreamRead]]) -> None:
    """Ask once more for what was refused: trouble that passes may have met one stream alone, by its place.

    A refusal is believed for weeks, and a stream that is not followed meanwhile comes late. One that is answered now
    was not refused; this sync reads it in full all the same.
    """
    for since, read in refused:
        try:
            changes(client, [read.stream], since)
        except (RequestRefused, FeatureNotInPlan):
            continue
        except CounterfoilError:
            read.told = None
        else:
            read.told = None
            read.calls += 1


def _number_since(client: Client, read: StreamRead, since: datetime) -> int:
    number = count(client.query(select_count(read.stream, where=[("MetaData.LastUpdatedTime", ">=", since)])))
    read.calls += 1
    return number
