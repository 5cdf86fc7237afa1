"""Replacing rows of an Iceberg table: the files that hold any of them are written anew, in one snapshot."""

from collections.abc import Iterator, Sequence

import pyarrow as pa
from pyiceberg.expressions import AlwaysTrue, BooleanExpression
from pyiceberg.io.pyarrow import ArrowScan, _dataframe_to_data_files
from pyiceberg.manifest import DataFile as Entry
from pyiceberg.manifest import ManifestFile
from pyiceberg.schema import Schema
from pyiceberg.table import FileScanTask, Table, Transaction
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.snapshots import Operation
from pyiceberg.table.update import TableUpdate
from pyiceberg.table.update.snapshot import _OverwriteFiles

from counterfoil.destinations.base import TableChange
from counterfoil.destinations.lake.change import Change, DataFile, fit, signed
from counterfoil.destinations.lake.format import Replacement

EVERY = AlwaysTrue()

FILE_BYTES = 64 * 1024 * 1024
"""A file is ended at so many bytes as they stand in memory; in the store it is about a fifth of that."""


def replace(table: Table, brought: Replacement) -> TableChange:
    """Do it once, to the table as it was loaded. Raises what the library raises when somebody else came between."""
    change = Change(brought, plain(table.schema()))
    if change.meet(files_of(table)):
        out = [each.file for each in change.touched]
        commit(table, out, write(table, change.rows()))
    return change.told()


def sign(table: Table, row: pa.RecordBatch) -> None:
    """Put a row in place of those with the value of its first column."""
    out, rows = signed(files_of(table), plain(table.schema()), row)
    commit(table, out, write(table, rows))


class IcebergFile:
    """One of the files that hold a table's rows."""

    def __init__(self, table: Table, task: FileScanTask) -> None:
        self._table, self._task = table, task
        self.entry = task.file

    @property
    def size(self) -> int:
        return self.entry.file_size_in_bytes

    def read(self, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Some columns as the table has them now, without rows that others deleted beside the file."""
        projected = self._table.schema().select(*names)
        schema = pa.schema([plain(projected).field(name) for name in names])
        scan = ArrowScan(self._table.metadata, self._table.io, projected, EVERY)
        return (fit(rows, schema) for rows in scan.to_record_batches([self._task]))


def files_of(table: Table, only: BooleanExpression = EVERY) -> list[IcebergFile]:
    """The files that may hold such rows, by what their table tells of each."""
    return [IcebergFile(table, task) for task in table.scan(only).plan_files()]


def plain(schema: Schema) -> pa.Schema:
    """A table's columns in Arrow's words, with texts as they come from a stage."""
    return pa.schema(
        [
            pa.field(each.name, pa.string() if pa.types.is_large_string(each.type) else each.type)
            for each in schema.as_arrow()
        ]
    )


def write(table: Table, rows: Iterator[pa.RecordBatch]) -> list[Entry]:
    """Write new files; no table knows of them yet."""
    written: list[Entry] = []
    for some in _bins(rows):
        written += _dataframe_to_data_files(table.metadata, pa.Table.from_batches(some), table.io)
    return written


def _bins(rows: Iterator[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    some: list[pa.RecordBatch] = []
    for batch in rows:
        if len(batch):
            some.append(batch)
        if sum(each.nbytes for each in some) >= FILE_BYTES:
            yield some
            some = []
    if some:
        yield some


def commit(table: Table, out: Sequence[DataFile], into: Sequence[Entry]) -> None:
    """Put files in place of others, in one snapshot."""
    with Once(table) as transaction:
        empty = table.metadata.current_snapshot() is None
        operation = Operation.APPEND if empty else Operation.OVERWRITE
        with Snapshot(operation, transaction, table.io) as snapshot:
            for file in out:
                if isinstance(file, IcebergFile):
                    snapshot.delete_data_file(file.entry)
            for each in into:
                snapshot.append_data_file(each)


class Once(Transaction):
    """A transaction that works out only once how the table will be; the library does so at every look."""

    _known: tuple[TableMetadata, tuple[TableUpdate, ...], TableMetadata] | None = None

    @property
    def table_metadata(self) -> TableMetadata:
        base, updates = self._table.metadata, self._updates
        if self._known is None or self._known[0] is not base or self._known[1] is not updates:
            self._known = (base, updates, super().table_metadata)
        return self._known[2]


class Snapshot(_OverwriteFiles):
    """An overwrite that leaves manifests behind in which no file is alive any more; the library keeps them for ever."""

    def _process_manifests(self, manifests: list[ManifestFile]) -> list[ManifestFile]:
        return [
            each
            for each in manifests
            if each.added_snapshot_id == self.snapshot_id
            or each.has_added_files()
            or each.has_existing_files()
        ]
