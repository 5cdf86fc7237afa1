"""Land: load what was staged into every connection, and advance its cursors after that."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

from counterfoil.destinations.base import Batch, Landing, TableChange
from counterfoil.errors import Cancelled, CounterfoilError, LockLost
from counterfoil.model.connection import Connection
from counterfoil.model.cursor import Cursor
from counterfoil.model.holding import Growth, Holding
from counterfoil.model.stream import Stream
from counterfoil.model.table import Table
from counterfoil.store import cursors, holdings
from counterfoil.store.db import Database
from counterfoil.sync import companies
from counterfoil.sync.extract import Extracted
from counterfoil.sync.progress import Progress
from counterfoil.sync.progress import Stage as Standing
from counterfoil.sync.reading import StreamRead
from counterfoil.sync.shape import Stamp
from counterfoil.sync.stage import Stage
from counterfoil.sync.views import Beside, changing, keep_in_step

if TYPE_CHECKING:
    from counterfoil.sync.run import Road

AT_ONCE = 4
"""Connections that are loaded at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLanded:
    """What one connection took: the change of each table by full name, or the error that kept all of it out.

    `doubtful` streams are loaded, and yet something is missing that only a full read brings.
    """

    connection: Connection
    changes: Mapping[str, TableChange] = field(default_factory=dict)
    grown: Sequence[Growth] = ()
    doubtful: frozenset[str] = frozenset()
    error: CounterfoilError | None = None

    def family(self, stream: Stream) -> list[TableChange]:
        """What happened to a stream's tables, its own one first; without a batch, those that had to be made."""
        names = [self.connection.source.prefix + table.name for table in stream.table.family()]
        return [self.changes[name] for name in names if name in self.changes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """One walk of the road: when it began (aware, UTC), the readings, and what each connection took."""

    at: datetime
    extracted: Extracted
    connections: tuple[ConnectionLanded, ...]

    def unsettled(self) -> frozenset[str]:
        """Streams to read in full after all: asked too late, refused, deletes were missed, tables were taken away."""
        late = (name for name, read in self.extracted.reads.items() if read.needs_full)
        return frozenset(late).union(*(landed.doubtful for landed in self.connections))


def land(road: "Road", stage: Stage, extracted: Extracted, stamp: Stamp) -> Landed:
    """Load every connection. One that fails keeps its cursors and leaves the others be.

    Raises Cancelled and LockLost: then no further connection may be loaded.
    """
    reads = list(extracted.reads.values())
    batches = [_batch(stage, read) for read in reads if read.brings]
    _tell(road, reads, Standing.LOADING)
    landed = _load_all(road, batches, extracted, stamp)
    _tell(road, reads, Standing.LANDED if all(one.error is None for one in landed) else Standing.FAILED)
    return Landed(at=stamp.synced_at, extracted=extracted, connections=landed)


def _load_all(
    road: "Road", batches: list[Batch], extracted: Extracted, stamp: Stamp
) -> tuple[ConnectionLanded, ...]:
    """Load several at the same time: one that waits or is slow keeps none of the others waiting."""
    if len(road.connections) == 1:
        return (_load(road, road.connections[0], batches, extracted, stamp),)
    telling = Lock()

    def say(words: str) -> None:
        with telling:
            road.watch.say(words)

    told = replace(road, watch=replace(road.watch, say=say))
    with ThreadPoolExecutor(AT_ONCE) as hands:
        coming = [
            hands.submit(copy_context().run, _load, told, connection, batches, extracted, stamp)
            for connection in road.connections
        ]
    return tuple(each.result() for each in coming)


def _batch(stage: Stage, read: StreamRead) -> Batch:
    spared = [bad.id for bad in read.bad if bad.id]
    return replace(stage.batch(read.stream, deleted=read.deleted, complete=read.complete), spared=spared)


def _load(
    road: "Road", connection: Connection, batches: list[Batch], extracted: Extracted, stamp: Stamp
) -> ConnectionLanded:
    landing = Landing(
        dataset=connection.dataset,
        prefix=road.source.prefix,
        realm_id=stamp.realm_id,
        source=road.source.name,
        sync_id=stamp.sync_id,
        started_at=stamp.synced_at,
        tables=[table for stream in road.streams for table in stream.table.family()],
        batches=batches,
    )
    grown: list[Growth] = []

    def grew(table: str, columns: tuple[str, ...]) -> None:
        grown.append(Growth(table=table, columns=columns, at=stamp.synced_at, sync_id=stamp.sync_id))

    try:
        changes = road.destinations[connection.id].load(
            landing, waiting=road.watch.say, stop=road.stop, assure=road.assure, grew=grew
        )
        known = cursors.of(road.db, connection)
        landed = ConnectionLanded(connection=connection, changes=changes, grown=grown)
        landed = _doubted(road, landed, extracted, known)
        road.assure()  # Promise 8: whoever has the lock by now may have moved the cursors further
        with road.db.transaction() as one:
            _advance(one, landed, extracted, known)
            _note_tables(one, landed, stamp)
        _keep_views(road, connection, landing.tables, anew=bool(grown))
    except (Cancelled, LockLost):
        raise
    except CounterfoilError as error:
        return ConnectionLanded(connection=connection, error=error)
    return landed


def _keep_views(road: "Road", connection: Connection, tables: Sequence[Table], *, anew: bool) -> None:
    """After the load and apart from it: the tables are there for everybody, whatever becomes of the views."""
    beside = Beside(
        db=road.db,
        connection=connection,
        warehouse=road.destinations[connection.id],
        tables=tuple(tables),
        waiting=road.watch.say,
        stop=road.stop,
    )
    over = companies.Over(
        db=road.db,
        destination=connection.destination,
        warehouse=beside.warehouse,
        waiting=road.watch.say,
        stop=road.stop,
    )
    companies.make_way(over, changing=changing(beside))
    keep_in_step(beside, anew=anew)
    companies.keep_in_step(over, anew=anew)


def _doubted(
    road: "Road", landed: ConnectionLanded, extracted: Extracted, known: Mapping[str, Cursor]
) -> ConnectionLanded:
    reads = extracted.reads
    missing = {name for name, read in reads.items() if read.error is None and _misses(read, landed)}
    robbed = {
        stream.name
        for stream in road.streams
        if not ((read := reads.get(stream.name)) and (read.error or read.complete))
        and _was_robbed(stream, landed, known.get(stream.name))
    }
    return replace(landed, doubtful=frozenset(missing | robbed))


def _misses(read: StreamRead, landed: ConnectionLanded) -> bool:
    """QuickBooks has another number of records than the warehouse: something was not told."""
    tables = landed.family(read.stream)
    if read.expected is None or not tables:
        return False
    least = read.expected - len(read.bad)  # a bad record may be in the warehouse in an older version, or not
    return not least <= tables[0].live <= read.expected


def _was_robbed(stream: Stream, landed: ConnectionLanded, before: Cursor | None) -> bool:
    """Rows were taken away between our look at the warehouse and the load."""
    tables = landed.family(stream)
    if not tables or before is None or before.rows is None:
        return False
    return sum(change.before for change in tables) < before.rows


def _advance(
    one: Database, landed: ConnectionLanded, extracted: Extracted, known: Mapping[str, Cursor]
) -> None:
    """Promise 1: skip only what landed. A doubtful stream is read again from where it stood, whatever comes next."""
    reached = [
        _cursor(read, landed, known.get(name), extracted)
        for name, read in extracted.reads.items()
        if read.error is None and not read.needs_full and name not in landed.doubtful
    ]
    cursors.advance(one, landed.connection, reached)


def _note_tables(one: Database, landed: ConnectionLanded, stamp: Stamp) -> None:
    """What the tables hold now, for who looks at them here."""
    holdings.grow(one, landed.connection, landed.grown)
    holdings.keep(
        one,
        landed.connection,
        [_holding(table, change, stamp) for table, change in landed.changes.items()],
    )


def _holding(table: str, change: TableChange, stamp: Stamp) -> Holding:
    held = Holding(table=table, rows=change.total, live=change.live)
    if change.inserted or change.updated or change.deleted:
        return replace(held, changed_at=stamp.synced_at, changed_by=stamp.sync_id)
    return held


def _cursor(
    read: StreamRead, landed: ConnectionLanded, before: Cursor | None, extracted: Extracted
) -> Cursor:
    tables = landed.family(read.stream)
    return Cursor(
        stream=read.stream.name,
        changed_since=extracted.clock,
        compared_at=extracted.clock if read.complete else before.compared_at if before else None,
        versions=read.versions,
        rows=sum(change.total for change in tables) if tables else before.rows if before else None,
        unread=tuple(read.bad),
    )


def _tell(road: "Road", reads: list[StreamRead], stage: Standing) -> None:
    for read in reads:
        if read.error is None:
            road.watch.progress(
                Progress(
                    stream=read.stream.name,
                    stage=stage,
                    records=read.records,
                    counted=read.counted,
                    calls=read.calls,
                )
            )
