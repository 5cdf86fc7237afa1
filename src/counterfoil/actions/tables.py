"""What one may see of a source's tables: which there are, how much they hold, where they stand, how they grew."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from counterfoil.errors import NotFound
from counterfoil.model.connection import Connection
from counterfoil.model.holding import Growth, Holding
from counterfoil.model.origin import field_path, way_to
from counterfoil.model.source import Source
from counterfoil.model.stream import Stream
from counterfoil.model.table import Column, Table, all_columns
from counterfoil.quickbooks.catalog import catalog, everything
from counterfoil.quickbooks.report_catalog import reports
from counterfoil.store import (
    abilities,
    connections,
    cursors,
    holdings,
    outcomes,
    sources,
    syncs,
    table_loads,
)
from counterfoil.store.db import Database
from counterfoil.store.table_loads import TableLoad
from counterfoil.sync import observed

LOADS = 24
"""Loads that are told of one table."""


class TableState(StrEnum):
    """How a table of a source stands."""

    LANDED = "landed"
    WAITING = "waiting"  # for the first load of its stream
    NOT_OFFERED = "not offered"  # the company does not have the stream
    LEFT_OUT = "left out"  # the source does not read the stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What one destination holds of a table; None where no load told. `sync_id` is of the last change, while known."""

    feed: Connection
    live: int | None = None
    deleted: int | None = None
    changed_at: datetime | None = None
    sync_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """One table of a source; `name` has the prefix. `fresh_until`: everything until then is in it, everywhere."""

    name: str
    table: Table
    stream: Stream
    state: TableState
    held: tuple[Held, ...]
    fresh_until: datetime | None = None

    @property
    def live(self) -> int | None:
        """Its rows that are not marked deleted, in the destination that has most of them."""
        return max((one.live for one in self.held if one.live is not None), default=None)

    @property
    def differs(self) -> bool:
        """Tell whether destinations hold different numbers of rows: one of them is behind."""
        return len({one.live for one in self.held}) > 1

    @property
    def latest(self) -> Held | None:
        """Where it changed last."""
        changed = [one for one in self.held if one.changed_at is not None]
        return max(changed, key=lambda one: str(one.changed_at), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnView:
    """A column, and whether the company was ever seen to use the field that it comes from; ours count as used."""

    column: Column
    used: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TableInFull:
    """One table with its columns, how it grew in each destination, and the latest loads that changed it."""

    view: TableView
    way: tuple[str, ...]
    columns: tuple[ColumnView, ...]
    growths: Mapping[str, tuple[Growth, ...]]  # by connection id
    loads: tuple[TableLoad, ...]


def every(db: Database, source_name: str) -> tuple[TableView, ...]:
    """All tables that the source has or could have, by stream. Raises NotFound."""
    source = sources.named(db, source_name)
    chosen = (stream for stream in reports().values() if source.reads(stream.name))
    return _views(db, source, [*catalog().values(), *chosen])


def show(db: Database, source_name: str, table_name: str) -> TableInFull:
    """One table of a source, by its full name. Raises NotFound."""
    source = sources.named(db, source_name)
    stream, table = _found(source, table_name)
    (view,) = (each for each in _views(db, source, [stream]) if each.table is table)
    feeds = [held.feed for held in view.held]
    loads = table_loads.latest(db, source.id, stream.name, view.name, limit=LOADS)
    return TableInFull(
        view=view,
        way=way_to(table, stream),
        columns=tuple(_columns(db, feeds, stream, table)),
        growths={feed.id: holdings.growths_of(db, feed, view.name) for feed in feeds},
        loads=loads,
    )


def _found(source: Source, table_name: str) -> tuple[Stream, Table]:
    for stream in everything().values():
        for table in stream.table.family():
            if source.prefix + table.name == table_name:
                return stream, table
    raise NotFound(
        f"{source.name} has no table {table_name[:100]!r}.", do="Look through its tables: the prefix counts."
    )


def _views(db: Database, source: Source, streams: Iterable[Stream]) -> tuple[TableView, ...]:
    known = _known(db, source)
    return tuple(_view(known, stream, table) for stream in streams for table in stream.table.family())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """All that is remembered of a source's tables; `held` and `reached` by connection id."""

    source: Source
    feeds: tuple[Connection, ...]
    held: Mapping[str, Mapping[str, Holding]]
    reached: Mapping[str, Mapping[str, datetime]]
    absent: frozenset[str]  # streams that the company does not have
    syncs: frozenset[str]  # that are still remembered
    older: Mapping[str, int]  # rows by full name, as outcomes tell them


def _known(db: Database, source: Source) -> _Known:
    feeds = connections.of_source(db, source)
    held = {feed.id: holdings.of(db, feed) for feed in feeds}
    reached = {feed.id: cursors.reached(db, feed) for feed in feeds}
    found = abilities.of(db, source.credential.realm_id)
    untold = any(
        source.prefix + catalog()[stream].table.name not in held[feed.id]
        for feed in feeds
        for stream in reached[feed.id]
        if stream in catalog()
    )
    return _Known(
        source=source,
        feeds=feeds,
        held=held,
        reached=reached,
        absent=frozenset(name for name, ability in found.items() if ability.refused_at is not None),
        syncs=syncs.known(db, {one.changed_by for tables in held.values() for one in tables.values()}),
        older=outcomes.rows_of(db, source.id) if untold else {},  # loaded before holdings were kept
    )


def _view(known: _Known, stream: Stream, table: Table) -> TableView:
    until = [known.reached[feed.id].get(stream.name) for feed in known.feeds]
    fresh = [moment for moment in until if moment is not None]
    name = known.source.prefix + table.name
    return TableView(
        name=name,
        table=table,
        stream=stream,
        state=_state(known, stream, fresh),
        held=tuple(_held(known, feed, name) for feed in known.feeds),
        fresh_until=min(fresh) if fresh and len(fresh) == len(until) else None,
    )


def _state(known: _Known, stream: Stream, fresh: Sequence[datetime]) -> TableState:
    if not known.source.reads(stream.name):
        return TableState.LEFT_OUT
    if stream.name in known.absent:
        return TableState.NOT_OFFERED
    return TableState.LANDED if fresh else TableState.WAITING


def _held(known: _Known, feed: Connection, name: str) -> Held:
    holding = known.held[feed.id].get(name)
    if holding is None:
        return Held(feed=feed, live=known.older.get(name))
    return Held(
        feed=feed,
        live=holding.live,
        deleted=holding.rows - holding.live,
        changed_at=holding.changed_at,
        sync_id=holding.changed_by if holding.changed_by in known.syncs else "",
    )


def _columns(db: Database, feeds: Sequence[Connection], stream: Stream, table: Table) -> Iterator[ColumnView]:
    seen = observed.load(db, feeds, [stream]).of(stream)
    way = way_to(table, stream)
    for column in all_columns(table):
        path = field_path(column, way)
        yield ColumnView(column=column, used=not path or path in seen)
