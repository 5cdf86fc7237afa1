"""The road of one sync: plan, extract, shape, stage, load, outcome."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from counterfoil.destinations.base import Batch, Destination, Landing, TableChange
from counterfoil.errors import CounterfoilError
from counterfoil.model.connection import Connection
from counterfoil.model.cursor import Cursor
from counterfoil.model.outcome import Mode, StreamOutcome, StreamState, TableOutcome
from counterfoil.model.source import Source
from counterfoil.model.stream import Stream
from counterfoil.quickbooks.client import Client
from counterfoil.store import cursors
from counterfoil.store.db import Database
from counterfoil.sync import observed
from counterfoil.sync.extract import Extracted, StreamRead, extract
from counterfoil.sync.plan import plan
from counterfoil.sync.progress import Progress, Watch
from counterfoil.sync.progress import Stage as Standing
from counterfoil.sync.shape import Stamp, shape
from counterfoil.sync.stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """All that one sync needs. `destinations` holds an open one for each connection, by the connection's id."""

    sync_id: str
    source: Source
    connections: Sequence[Connection]
    destinations: Mapping[str, Destination]
    catalog: Mapping[str, Stream]
    client: Client
    db: Database
    folder: Path
    now: Callable[[], datetime]
    watch: Watch


def run(road: Road) -> tuple[StreamOutcome, ...]:
    """Read the source once and load it into every connection; answer with what became of each stream.

    A failure that ends one stream or one connection leaves the others be, and stands in their outcomes.
    """
    started = road.now()
    streams = plan(road.source, road.catalog)
    stamp = Stamp(realm_id=road.source.credential.realm_id, sync_id=road.sync_id, synced_at=started)
    with Stage(road.folder / road.sync_id) as stage:
        seen = observed.load(road.db, road.connections, streams)
        keep = _keeper(stage, stamp, seen)
        extracted = extract(streams, road.client, keep, now=road.now, watch=road.watch)
        _discard_halves(stage, extracted)
        outcomes: list[StreamOutcome] = []
        for connection in road.connections:
            outcomes += _land(road, connection, stage, extracted, started)
        observed.save(road.db, road.connections, seen)
    return tuple(outcomes)


def _keeper(stage: Stage, stamp: Stamp, seen: observed.Seen) -> Callable[[Stream, list[msgspec.Raw]], None]:
    """Shape each page as it comes and stage its rows."""

    def keep(stream: Stream, records: list[msgspec.Raw]) -> None:
        first_seq = stage.take_seq(len(records))
        shaped = shape(records, stream, observed=seen.of(stream), stamp=stamp, first_seq=first_seq)
        seen.widen(stream, shaped.observed)
        stage.add(shaped.tables)

    return keep


def _discard_halves(stage: Stage, extracted: Extracted) -> None:
    """Only what was read to the end may land: half a stream would look like deletes."""
    for read in extracted.reads.values():
        if read.error is not None:
            stage.discard(read.stream)
            read.deleted.clear()


def _batch(stage: Stage, read: StreamRead) -> Batch:
    """A stream that failed brings no rows, and yet its tables exist."""
    return stage.batch(
        read.stream, deleted=read.deleted, complete=read.error is None and not read.only_recent
    )


def _land(
    road: Road, connection: Connection, stage: Stage, extracted: Extracted, started: datetime
) -> list[StreamOutcome]:
    reads = [read for read in extracted.reads.values() if read.error is None]
    landing = Landing(
        dataset=connection.dataset,
        prefix=road.source.prefix,
        realm_id=road.source.credential.realm_id,
        source=road.source.name,
        sync_id=road.sync_id,
        started_at=started,
        batches=[_batch(stage, read) for read in extracted.reads.values()],
    )
    _tell(road, reads, Standing.LOADING)
    changes: Mapping[str, TableChange] = {}
    error: CounterfoilError | None = None
    try:
        changes = road.destinations[connection.id].load(landing, waiting=road.watch.say)
        _advance(road, connection, reads, extracted)
    except CounterfoilError as failure:
        error = failure
    _tell(road, reads, Standing.FAILED if error else Standing.LANDED)
    return [_outcome(connection, read, changes, read.error or error) for read in extracted.reads.values()]


def _advance(road: Road, connection: Connection, reads: Sequence[StreamRead], extracted: Extracted) -> None:
    """Promise 1: skip only what landed."""
    since = extracted.changed_since
    cursors.advance(
        road.db,
        connection,
        [
            Cursor(stream=r.stream.name, changed_since=since, compared_at=since)
            for r in reads
            if not r.only_recent
        ],
    )


def _outcome(
    connection: Connection,
    read: StreamRead,
    changes: Mapping[str, TableChange],
    error: CounterfoilError | None,
) -> StreamOutcome:
    prefix = connection.source.prefix
    tables = [
        TableOutcome(
            table=prefix + table.name,
            inserted=change.inserted,
            updated=change.updated,
            deleted=change.deleted,
            total=change.total,
        )
        for table in read.stream.table.family()
        if (change := changes.get(prefix + table.name)) is not None
    ]
    return StreamOutcome(
        connection_id=connection.id,
        stream=read.stream.name,
        mode=Mode.FULL,
        state=_state(read, error),
        read=read.records,
        calls=read.calls,
        tables=tuple(tables),
        code=error.code if error else "",
        what=error.what if error else _caveat(read),
        do=error.do if error else "",
    )


def _state(read: StreamRead, error: CounterfoilError | None) -> StreamState:
    if error is not None:
        return StreamState.SKIPPED if read.skipped else StreamState.FAILED
    return StreamState.INCOMPLETE if read.only_recent else StreamState.LANDED


def _caveat(read: StreamRead) -> str:
    if not read.only_recent:
        return ""
    return f"QuickBooks offers no query for {read.stream.name}: only what changed in the last 29 days can be read."


def _tell(road: Road, reads: Sequence[StreamRead], stage: Standing) -> None:
    for read in reads:
        road.watch.progress(
            Progress(
                stream=read.stream.name,
                stage=stage,
                records=read.records,
                counted=read.counted,
                calls=read.calls,
            )
        )
