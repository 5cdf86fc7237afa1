"""Delta Lake: tables that keep their history in a log; each change of one is one entry of it."""

import json
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from typing import TypeVar
from uuid import uuid4

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Field, PostCommitHookProperties, Schema
from deltalake.exceptions import CommitFailedError, TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction

from counterfoil.destinations.base import TableChange
from counterfoil.destinations.lake.change import Change, DataFile, chosen, fit, signed
from counterfoil.destinations.lake.format import Only, Replacement
from counterfoil.destinations.lake.parts import ROWS, Parts
from counterfoil.destinations.lake.store import Root, each_at_once
from counterfoil.destinations.staged import ARROW
from counterfoil.errors import WarehouseRefused
from counterfoil.model.table import Column

T = TypeVar("T")

FILE_BYTES = 64 * 1024 * 1024
"""A file of a table is ended at so many bytes."""

TRIES = 20
"""How often a change is done again because somebody else changed the same table meanwhile."""

PLAIN = frozenset({"appendOnly", "invariants", "timestampNtz", "v2Checkpoint", "vacuumProtocolCheck"})
"""What a table's protocol may ask for without a change of its files meaning something else."""

KEPT_HOURS = 7 * 24
"""How long readers may go on with an older version of a table, and go back to one."""

CHECKPOINT_EVERY = 10
VACUUM_EVERY = 100
"""Versions of a table between two tidyings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeltaFile:
    """One file of a table at one version."""

    root: Root
    place: str
    path: str
    size: int
    rows: int | None
    schema: pa.Schema  # the table's, which an older file may have less of

    def read(self, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        wanted = pa.schema([self.schema.field(name) for name in names])
        file = self.root.parquet(f"{self.place}/{self.path}", self.size)
        there = [name for name in names if name in file.schema_arrow.names]
        if not there:
            yield from (fit(rows, wanted) for rows in _bare(file.metadata.num_rows))
            return
        for rows in file.iter_batches(ROWS, columns=there):
            yield fit(rows, wanted)


@dataclass(frozen=True, slots=True)
class DeltaTables:
    """Opens tables. One that is open is only asked for what came since: its log is not read from the beginning."""

    root: Root
    known: dict[tuple[str, str], DeltaTable] = field(default_factory=dict)

    def open(self, dataset: str, table: str) -> DeltaTable:
        """A table as it stands. Raises TableNotFoundError, WarehouseRefused for one that we must not write to."""
        found = self.known.get((dataset, table))
        if found is None:
            found = DeltaTable(self.url(dataset, table), storage_options=dict(self.root.storage))
            self.known[dataset, table] = found
        else:
            found.update_incremental()
        self._refuse_odd(found, f"{dataset}.{table}")
        return found

    def find(self, dataset: str, table: str) -> DeltaTable | None:
        """A table as it stands; None when there is none."""
        try:
            return self.open(dataset, table)
        except TableNotFoundError:
            return None

    def files(self, dataset: str, table: str, found: DeltaTable) -> list[DeltaFile]:
        """The files that a table consists of."""
        place, schema = self.root.place(dataset, table), _columns(found)
        listed = pa.table(found.get_add_actions(flatten=True)).to_pylist()
        return [
            DeltaFile(
                root=self.root,
                place=place,
                path=each["path"],
                size=each["size_bytes"],
                rows=each.get("num_records"),
                schema=schema,
            )
            for each in listed
        ]

    def url(self, dataset: str, table: str) -> str:
        """Where a table is, for the library."""
        return f"{self.root.url}/{self.root.place(dataset, table)}"

    def _refuse_odd(self, found: DeltaTable, name: str) -> None:
        protocol = found.protocol()
        asked = {*(protocol.writer_features or ()), *(protocol.reader_features or ())} - PLAIN
        if (
            2 < protocol.min_writer_version < 7
        ):  # before features had names: constraints, column mapping and others
            asked.add(f"of writer version {protocol.min_writer_version}")
        if not asked and not found.metadata().partition_columns:
            return
        how = f"the features {', '.join(sorted(asked))}" if asked else "partitions"
        raise WarehouseRefused(
            f"Somebody gave the table {name} {how}, which Counterfoil does not write.",
            do="Take them back, or drop the table: the next sync makes it anew.",
        )


@dataclass(frozen=True, slots=True)
class Delta:
    """Tables in the folders of datasets, each with its `_delta_log`."""

    root: Root
    tables: DeltaTables

    def names(self, dataset: str) -> Sequence[str]:
        names = self.root.folders(self.root.place(dataset))
        there = each_at_once(lambda name: self.tables.find(dataset, name) is not None, names)
        return sorted(name for name, found in zip(names, there, strict=True) if found)

    def schema(self, dataset: str, table: str) -> pa.Schema | None:
        found = self.tables.find(dataset, table)
        return _columns(found) if found else None

    def ensure(self, dataset: str, table: str, columns: Sequence[Column]) -> None:
        again(lambda: self._ensure(dataset, table, columns))

    def replace(self, dataset: str, table: str, brought: Replacement) -> TableChange:
        return again(lambda: self._replace(dataset, table, brought))

    def sign(self, dataset: str, table: str, row: pa.RecordBatch) -> None:
        again(lambda: self._sign(dataset, table, row))

    def rows(self, dataset: str, table: str) -> int:
        files = self.tables.files(dataset, table, self.tables.open(dataset, table))
        told = [file.rows for file in files]
        if None not in told:
            return sum(filter(None, told))
        return sum(
            self.root.parquet(f"{each.place}/{each.path}", each.size).metadata.num_rows for each in files
        )

    def read(
        self, dataset: str, table: str, columns: Sequence[str], only: Sequence[Only] = ()
    ) -> Iterator[pa.RecordBatch]:
        for file in self.tables.files(dataset, table, self.tables.open(dataset, table)):
            yield from chosen(file, columns, only)

    def drop(self, dataset: str, table: str) -> None:
        self.root.drop(self.root.place(dataset, table))

    def maintain(self, dataset: str, table: str) -> None:
        found = self.tables.open(dataset, table)
        version = found.version()
        if version and version % CHECKPOINT_EVERY == 0:
            found.create_checkpoint()
            found.cleanup_metadata()
        if version and version % VACUUM_EVERY == 0:
            found.vacuum(KEPT_HOURS, dry_run=False, full=True)

    def _ensure(self, dataset: str, table: str, columns: Sequence[Column]) -> None:
        found = self.tables.find(dataset, table)
        if found is None:
            wanted = pa.schema([pa.field(column.name, ARROW[column.type]) for column in columns])
            DeltaTable.create(
                self.tables.url(dataset, table),
                Schema.from_arrow(wanted),
                mode="ignore",  # somebody else may have made it this moment
                storage_options=dict(self.root.storage),
                commit_properties=_once(),
                post_commithook_properties=_nothing_after(),
            )
            found = self.tables.open(dataset, table)
        there = set(_columns(found).names)
        missing = [
            Field.from_arrow(pa.field(column.name, ARROW[column.type]))
            for column in columns
            if column.name not in there
        ]
        if missing:
            found.alter.add_columns(
                missing, commit_properties=_once(), post_commithook_properties=_nothing_after()
            )

    def _replace(self, dataset: str, table: str, brought: Replacement) -> TableChange:
        found = self.tables.open(dataset, table)
        change = Change(brought, _columns(found))
        if change.meet(self.tables.files(dataset, table, found)):
            out = [each.file for each in change.touched]
            self._commit(found, self.root.place(dataset, table), out, change.rows())
        return change.told()

    def _sign(self, dataset: str, table: str, row: pa.RecordBatch) -> None:
        found = self.tables.open(dataset, table)
        out, rows = signed(self.tables.files(dataset, table, found), _columns(found), row)
        self._commit(found, self.root.place(dataset, table), out, rows)

    def _commit(
        self, found: DeltaTable, place: str, out: Sequence[DataFile], rows: Iterator[pa.RecordBatch]
    ) -> None:
        """Write new files, which nobody knows of yet; one entry of the log puts them in place of the old ones."""
        schema, now = _columns(found), int(datetime.now(UTC).timestamp() * 1000)
        actions: list[AddAction | RemoveAction] = [
            RemoveAction(
                file.path, data_change=True, deletion_timestamp=now, size=file.size, partition_values={}
            )
            for file in out
            if isinstance(file, DeltaFile)
        ]
        with tempfile.TemporaryDirectory(prefix="counterfoil-") as folder:
            for path, count in Parts(schema).write(Path(folder), rows, FILE_BYTES):
                name = f"part-{uuid4()}.zstd.parquet"
                size = path.stat().st_size
                self.root.put(f"{place}/{name}", path)
                actions.append(
                    AddAction(name, size, {}, now, data_change=True, stats=json.dumps({"numRecords": count}))
                )
        if actions:
            found.create_write_transaction(
                actions,
                mode="append",
                schema=Schema.from_arrow(schema),
                commit_properties=_once(),
                post_commithook_properties=_nothing_after(),
            )


def again(deed: Callable[[], T]) -> T:
    """Do it on what others left, as often as somebody else comes between."""
    chance = random.Random()  # noqa: S311 (two who wait as long would meet again)
    for tried in range(1, TRIES):
        try:
            return deed()
        except CommitFailedError:
            sleep(chance.uniform(0, min(2.0, 0.05 * tried)))
    return deed()


def _columns(found: DeltaTable) -> pa.Schema:
    return pa.schema(found.schema().to_arrow())


def _once() -> CommitProperties:
    """The library would try again after others by itself, and with what was read before them."""
    return CommitProperties(max_commit_retries=0)


def _nothing_after() -> PostCommitHookProperties:
    """What goes wrong after a commit must not look as if there had been none."""
    return PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


def _bare(rows: int) -> Iterator[pa.RecordBatch]:
    """So many rows without a column."""
    for begin in range(0, rows, ROWS):
        count = min(ROWS, rows - begin)
        yield pa.RecordBatch.from_arrays([pa.nulls(count)], names=[""])
