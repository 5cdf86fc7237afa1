"""Healing: records that were just read replace the rows that are wrong, as any batch would; no cursor moves."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from counterfoil.destinations.base import Assure, Batch, Landing, TableChange, Waiting
from counterfoil.model.connection import Connection
from counterfoil.model.holding import Growth, Holding
from counterfoil.model.stream import Stream
from counterfoil.store import cursors, holdings
from counterfoil.store.db import Database
from counterfoil.sync.shape import Stamp, shape
from counterfoil.sync.stage import Stage
from counterfoil.sync.verify.ours import Key
from counterfoil.sync.verify.settle import Asked
from counterfoil.sync.verify.shelf import Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What it takes to heal, whatever the warehouse."""

    streams: Mapping[str, Stream]
    asked: Asked
    folder: Path
    stamp: Stamp
    db: Database
    assure: Assure
    say: Waiting


def heal(shelf: Shelf, keys: Collection[Key], bench: Bench) -> None:
    """Load the records of these keys, and mark those deleted that QuickBooks has no more (Promises 2 to 4).

    Raises what `Destination.load` raises.
    """
    connection, stamp, grown = shelf.connection, bench.stamp, list[Growth]()

    def grew(table: str, columns: tuple[str, ...]) -> None:
        grown.append(Growth(table=table, columns=columns, at=stamp.synced_at, sync_id=stamp.sync_id))

    with Stage(bench.folder) as stage:
        landing = Landing(
            dataset=connection.dataset,
            prefix=shelf.prefix,
            realm_id=stamp.realm_id,
            source=connection.source.name,
            sync_id=stamp.sync_id,
            started_at=stamp.synced_at,
            tables=shelf.tables,
            batches=_batches(stage, keys, bench),
        )
        changes = shelf.destination.load(
            landing, waiting=bench.say, stop=shelf.stop, assure=bench.assure, grew=grew
        )
    bench.assure()  # Promise 8
    with bench.db.transaction() as one:
        holdings.grow(one, connection, grown)
        holdings.keep(one, connection, [_holding(table, change, stamp) for table, change in changes.items()])
        _count_rows(
            one, connection, [bench.streams[name] for name in {stream for stream, _ in keys}], changes
        )


def _batches(stage: Stage, keys: Collection[Key], bench: Bench) -> list[Batch]:
    asked = bench.asked
    records: dict[str, list[msgspec.Raw]] = defaultdict(list)
    deleted: dict[str, list[str]] = defaultdict(list)
    for key in sorted(keys):
        if key in asked.gone:
            deleted[key[0]].append(key[1])
        elif key in asked.records:
            records[key[0]].append(asked.records[key])
    for name, found in records.items():
        first = stage.take_seq(len(found))
        rows = shape(found, bench.streams[name], observed=frozenset(), stamp=bench.stamp, first_seq=first)
        stage.add(rows.tables)
    return [
        stage.batch(bench.streams[name], deleted=deleted[name], complete=False)
        for name in sorted({*records, *deleted})
    ]


def _count_rows(
    one: Database, connection: Connection, streams: list[Stream], changes: Mapping[str, TableChange]
) -> None:
    """Remember how many rows are there now: what the healing took away was not taken behind our back."""
    known = cursors.of(one, connection)
    prefix = connection.source.prefix
    counted = []
    for stream in streams:
        totals = [
            changes[name].total for table in stream.table.family() if (name := prefix + table.name) in changes
        ]
        if stream.name in known and totals:
            counted.append(replace(known[stream.name], rows=sum(totals)))
    cursors.advance(one, connection, counted)


def _holding(table: str, change: TableChange, stamp: Stamp) -> Holding:
    held = Holding(table=table, rows=change.total, live=change.live)
    if change.inserted or change.updated or change.deleted:
        return replace(held, changed_at=stamp.synced_at, changed_by=stamp.sync_id)
    return held
