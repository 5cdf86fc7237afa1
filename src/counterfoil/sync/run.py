"""The road of one sync: plan, extract, shape, stage, load, outcome."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from counterfoil.destinations.base import Assure, Destination, nothing_to_assure
from counterfoil.model.connection import Connection
from counterfoil.model.outcome import Mode, StreamOutcome
from counterfoil.model.source import Source
from counterfoil.model.stream import Stream
from counterfoil.model.task import Clocks, Task
from counterfoil.quickbooks.client import Client
from counterfoil.stop import Stop
from counterfoil.store import cursors
from counterfoil.store.db import Database
from counterfoil.sync import observed
from counterfoil.sync.extract import extract
from counterfoil.sync.land import Landed, land
from counterfoil.sync.notice import forget_what_is_lost
from counterfoil.sync.outcome import outcomes_of
from counterfoil.sync.plan import make_plan
from counterfoil.sync.progress import Watch
from counterfoil.sync.reading import StreamRead
from counterfoil.sync.shape import Stamp, shape
from counterfoil.sync.stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """All that one sync needs. `destinations` holds an open one for each connection, by the connection's id.

    `assure` raises when this sync may not load any more, because it lost the lock on its company.
    """

    sync_id: str
    source: Source
    connections: Sequence[Connection]
    destinations: Mapping[str, Destination]
    catalog: Mapping[str, Stream]
    clocks: Clocks
    client: Client
    db: Database
    folder: Path
    now: Callable[[], datetime]
    watch: Watch
    stop: Stop = field(default_factory=Stop)
    assure: Assure = nothing_to_assure

    @property
    def streams(self) -> tuple[Stream, ...]:
        """The streams that the source selects."""
        return tuple(stream for stream in self.catalog.values() if self.source.reads(stream.name))


def run(road: Road) -> tuple[StreamOutcome, ...]:
    """Read the source once and load it into every connection; answer with what became of each stream.

    A failure that ends one stream or one connection leaves the others be, and stands in their outcomes. What could
    not be told by reading changes alone is read in full in a second round. Raises what the stop is asked with, and
    what `assure` raises.
    """
    forget_what_is_lost(road.db, road.connections, road.destinations, road.streams, road.watch, road.stop)
    known = cursors.oldest(road.db, road.source)
    refusing = {name for name, cursor in known.items() if cursor.refuses_changes}
    tasks = make_plan(road.streams, known, road.clocks, road.now(), refusing=refusing)
    landed = _round(road, tasks, refusing, 1)
    became = outcomes_of(landed)
    if again := landed.unsettled():
        refusing |= landed.refusing()
        second = _round(road, [Task(stream=stream, mode=Mode.FULL) for stream in again], refusing, 2)
        became |= outcomes_of(second, before=became)
    return tuple(became.values())


def _round(road: Road, tasks: Sequence[Task], refusing: set[str], number: int) -> Landed:
    """Walk the road once. The stage is written whole before any load begins, and gone afterwards."""
    stamp = Stamp(realm_id=road.source.credential.realm_id, sync_id=road.sync_id, synced_at=road.now())
    seen = observed.load(road.db, road.connections, [task.stream for task in tasks])
    with Stage(road.folder / f"{road.sync_id}-{number}") as stage:
        keep = _keeper(stage, stamp, seen)
        extracted = extract(_reads(road, tasks, refusing), road.client, keep, now=road.now, watch=road.watch)
        road.stop.check()
        landed = land(road, stage, extracted, stamp)
    observed.save(road.db, road.connections, seen)
    return landed


def _reads(road: Road, tasks: Sequence[Task], refusing: set[str]) -> list[StreamRead]:
    """Each task with what earlier syncs loaded and learned. A stream that one connection lacks has no cursor."""
    known = cursors.oldest(road.db, road.source)
    reads = []
    for task in tasks:
        name, cursor = task.stream.name, known.get(task.stream.name)
        read = StreamRead(task, refuses_changes=name in refusing)
        if cursor is not None:
            read.known, read.unread = cursor.versions, cursor.unread
        reads.append(read)
    return reads


def _keeper(stage: Stage, stamp: Stamp, seen: observed.Seen) -> Callable[[Stream, list[msgspec.Raw]], None]:
    """Shape each page as it comes and stage its rows."""

    def keep(stream: Stream, records: list[msgspec.Raw]) -> None:
        first_seq = stage.take_seq(len(records))
        shaped = shape(records, stream, observed=seen.of(stream), stamp=stamp, first_seq=first_seq)
        seen.widen(stream, shaped.observed)
        stage.add(shaped.tables)

    return keep
