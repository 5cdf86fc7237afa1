"""Reading what a sync staged, for warehouses that cannot read Parquet files by themselves."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from counterfoil.model.table import Column, ColumnType

ARROW = {
    ColumnType.TEXT: pa.string(),
    ColumnType.DECIMAL: pa.decimal128(38, 9),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.DATE: pa.date32(),
    ColumnType.TIMESTAMP: pa.timestamp("us", "UTC"),
    ColumnType.JSON: pa.string(),
}
"""How values stand in a stage."""

ROWS = 65_536
BYTES = 32 * 1024 * 1024
"""Rows come in pieces of no more than these, but for a single row that is larger."""


def newest(files: Sequence[Path]) -> tuple[pa.Array, pa.Array]:
    """The ids of a parent's files, each once, and the `_seq` of the versions that a newer one replaced."""
    rows = pa.concat_tables([pq.ParquetFile(file).read(columns=["id", "_seq"]) for file in files])
    latest = rows.group_by("id", use_threads=len(rows) > ROWS).aggregate([("_seq", "max")])
    seq = rows.column("_seq")
    if len(latest) == len(rows):
        return latest.column("id").combine_chunks(), pa.array([], pa.int64())
    stale = seq.filter(pc.invert(pc.is_in(seq, latest.column("_seq_max"))))
    return latest.column("id").combine_chunks(), stale.combine_chunks()


def present(files: Sequence[Path], columns: Sequence[Column]) -> list[Column]:
    """Those of the columns that any of the files has."""
    there = {name for file in files for name in pq.read_schema(file).names}
    return [column for column in columns if column.name in there]


def pieces(files: Sequence[Path], columns: Sequence[Column], stale: pa.Array) -> Iterator[pa.RecordBatch]:
    """All rows but the stale ones, with these columns in this order; null where a file has none of them."""
    schema = pa.schema([pa.field(column.name, ARROW[column.type]) for column in columns])
    for path in files:
        with pq.ParquetFile(path) as file:
            names, many = set(file.schema_arrow.names), file.metadata.num_rows > ROWS
            there = [name for name in schema.names if name in names]
            for rows in file.iter_batches(ROWS, columns=[*there, "_seq"], use_threads=many):
                kept = rows
                if len(stale):
                    kept = rows.filter(pc.invert(pc.is_in(rows.column("_seq"), stale)))
                yield from _split(_laid_out(kept, schema))


def _laid_out(rows: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    there = dict(zip(rows.schema.names, rows.columns, strict=True))
    columns = [_typed(there.get(wanted.name), wanted.type, len(rows)) for wanted in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _typed(column: pa.Array | None, kind: pa.DataType, length: int) -> pa.Array:
    if column is None:
        return pa.nulls(length, kind)
    return column if column.type == kind else column.cast(kind)


def _split(rows: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    if len(rows) > 1 and rows.nbytes > BYTES:
        half = len(rows) // 2
        yield from _split(rows.slice(0, half))
        yield from _split(rows.slice(half))
    elif len(rows):
        yield rows
