"""The road of one sync: plan, extract, shape, stage, load, outcome."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import msgspec

from counterfoil.destinations.base import Assure, Destination, nothing_to_assure
from counterfoil.model.ability import Ability
from counterfoil.model.connection import Connection
from counterfoil.model.cursor import Cursor
from counterfoil.model.outcome import Mode, StreamOutcome
from counterfoil.model.source import Source
from counterfoil.model.stream import InCdc, Reading, Stream
from counterfoil.model.task import Clocks, Scope, Task
from counterfoil.quickbooks.client import Client
from counterfoil.stop import Stop
from counterfoil.store import abilities, cursors
from counterfoil.store.db import Database
from counterfoil.sync import observed
from counterfoil.sync.abilities import found_out, not_asked
from counterfoil.sync.abreast import abreast
from counterfoil.sync.extract import Keep, extract
from counterfoil.sync.land import Landed, land
from counterfoil.sync.notice import forget_what_is_lost
from counterfoil.sync.outcome import Outcomes, not_reached, outcomes_of
from counterfoil.sync.plan import EVERYTHING, is_covered, make_plan, resting
from counterfoil.sync.progress import Watch
from counterfoil.sync.reading import StreamRead
from counterfoil.sync.report_plan import Times, report_tasks
from counterfoil.sync.report_read import Desk, read_reports
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
    scope: Scope = EVERYTHING

    @property
    def streams(self) -> tuple[Stream, ...]:
        """The streams that the source selects, entities and reports."""
        return tuple(stream for stream in self.catalog.values() if self.source.reads(stream.name))

    @property
    def realm_id(self) -> str:
        """The company that is read."""
        return self.source.credential.realm_id


def run(road: Road) -> tuple[StreamOutcome, ...]:
    """Read the source once and load it into every connection; answer with what became of each stream.

    A failure that ends one stream or one connection leaves the others be, and stands in their outcomes. A connection
    that is far behind is read for apart. Raises what the stop is asked with, and what `assure` raises.
    """
    away = forget_what_is_lost(
        road.db, road.connections, road.destinations, road.streams, road.watch, road.stop
    )
    names = [stream.name for stream in _chosen(road)]
    level, *behind = abreast(road.db, road.connections, names, scope=road.scope, now=road.now())
    became = _walk(replace(road, connections=level))
    for group in behind:
        here = tuple(connection for connection in group if connection.id not in away)
        became += _walk(replace(road, connections=here)) if here else ()
        became += tuple(
            not_reached(connection.id, stream, away[connection.id])
            for connection in group
            for stream in names
            if connection.id in away
        )
    return became


def _walk(road: Road) -> tuple[StreamOutcome, ...]:
    """Read once for these connections. What could not be told by reading changes alone is read in full after that."""
    chosen, known = _chosen(road), abilities.of(road.db, road.realm_id)
    left_alone = () if road.scope.is_asked_for else resting(chosen, known, road.clocks, road.now())
    names = {ability.stream for ability in left_alone}
    asked = [stream for stream in chosen if stream.name not in names]
    held = cursors.oldest(road.db, road.connections)
    entities = [stream for stream in asked if stream.report is None]
    plan = make_plan(entities, held, known, road.clocks, road.now(), scope=road.scope)
    landed = _round(road, [*plan, *_reports(road, asked, held, road.scope)], 1)
    became = _outcomes(road, landed)
    if again := landed.unsettled():
        became |= _outcomes(road, _round(road, _in_full(road, again), 2), became)
    return (*became.values(), *not_asked(left_alone, road.connections, road.clocks.compare))


def _chosen(road: Road) -> list[Stream]:
    wanted = road.scope.streams
    return [stream for stream in road.streams if wanted is None or stream.name in wanted]


def _reports(road: Road, asked: Sequence[Stream], held: Mapping[str, Cursor], scope: Scope) -> list[Task]:
    times = Times(clocks=road.clocks, now=road.now(), scope=scope)
    return list(report_tasks(road.source, asked, held, times))


def _in_full(road: Road, names: Collection[str]) -> list[Task]:
    known, now = abilities.of(road.db, road.realm_id), road.now()
    again = [stream for stream in road.streams if stream.name in names]
    tasks = [
        Task(stream=stream, mode=Mode.FULL, covered=is_covered(stream, known.get(stream.name), now))
        for stream in again
        if stream.report is None
    ]
    return tasks + _reports(road, again, {}, Scope(full=True))


def _round(road: Road, tasks: Sequence[Task], number: int) -> Landed:
    """Walk the road once. The stage is written whole before any load begins, and gone afterwards."""
    stamp = Stamp(realm_id=road.realm_id, sync_id=road.sync_id, synced_at=road.now())
    seen = observed.load(road.db, road.connections, [task.stream for task in tasks])
    known = abilities.of(road.db, road.realm_id)
    with Stage(road.folder / f"{road.sync_id}-{number}") as stage:
        keep = _keeper(stage, stamp, seen)
        reads = _reads(road, tasks, known)
        entities = [read for read in reads if read.stream.report is None]
        extracted = extract(entities, road.client, keep, now=road.now, watch=road.watch)
        told = read_reports([read for read in reads if read.stream.report], _desk(road, keep))
        extracted = replace(extracted, reads=extracted.reads | told)
        road.stop.check()
        abilities.learn(road.db, road.realm_id, found_out(extracted.reads.values(), known, stamp.synced_at))
        landed = land(road, stage, extracted, stamp)
    observed.save(road.db, road.connections, seen)
    return landed


def _desk(road: Road, keep: Keep) -> Desk:
    choices = {choice.report: choice for choice in road.source.reports}
    return Desk(client=road.client, keep=keep, choices=choices, now=road.now, watch=road.watch)


def _outcomes(road: Road, landed: Landed, before: Outcomes | None = None) -> Outcomes:
    return outcomes_of(landed, before=before, again=landed.at + road.clocks.compare)


def _reads(road: Road, tasks: Sequence[Task], known: Mapping[str, Ability]) -> list[StreamRead]:
    """Each task with what earlier syncs loaded and learned. A stream that one connection lacks has no cursor."""
    held = cursors.oldest(road.db, road.connections)
    reads = []
    for task in tasks:
        name = task.stream.name
        cursor, ability = held.get(name), known.get(name, Ability(stream=name))
        read = StreamRead(task, was_refused=ability.refused_at is not None)
        if cursor is not None:
            read.unread = cursor.unread
            read.known = (
                cursor.versions if road.scope.since is None or task.stream.report else {}
            )  # a backfill loads all of it again
            if _is_open(task.stream, ability, road.now()) and cursor.still_covered(road.now()):
                read.unproven_since = cursor.changed_since
        reads.append(read)
    return reads


def _is_open(stream: Stream, ability: Ability, now: datetime) -> bool:
    """Whether it is still to be shown what change data capture tells of a stream."""
    unproven = stream.in_cdc is InCdc.UNPROVEN and stream.reading is not Reading.CHANGES
    return unproven and ability.tells(now) is None


def _keeper(stage: Stage, stamp: Stamp, seen: observed.Seen) -> Keep:
    """Shape each page as it comes and stage its rows."""

    def keep(stream: Stream, records: list[msgspec.Raw]) -> None:
        first_seq = stage.take_seq(len(records))
        shaped = shape(records, stream, observed=seen.of(stream), stamp=stamp, first_seq=first_seq)
        seen.widen(stream, shaped.observed)
        stage.add(shaped.tables)

    return keep
