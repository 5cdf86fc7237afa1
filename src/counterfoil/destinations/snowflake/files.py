"""Rows as Parquet files that Snowflake takes, their columns in upper case."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from counterfoil.stop import Stop

BYTES = 256 * 1024 * 1024
"""Of rows in memory, a tenth of it in a file: several of them are read at once by a larger warehouse."""


def written(folder: Path, rows: Iterable[pa.RecordBatch], stop: Stop) -> Iterator[tuple[Path, int]]:
    """The rows in files, none of them large: each with how many it has."""
    waiting: list[pa.RecordBatch] = []
    paths = (folder / f"{number}.parquet" for number in count(1))
    for piece in rows:
        stop.check()
        if len(piece):
            waiting.append(piece.rename_columns([name.upper() for name in piece.schema.names]))
        if sum(each.nbytes for each in waiting) > BYTES:
            yield _write(next(paths), waiting), sum(map(len, waiting))
            waiting = []
    if waiting:
        yield _write(next(paths), waiting), sum(map(len, waiting))


def _write(path: Path, pieces: Sequence[pa.RecordBatch]) -> Path:
    """Compressed as Snowflake itself would; the stage's own LZ4 is not one that its documentation names."""
    pq.write_table(pa.Table.from_batches(pieces), path, compression="snappy", write_statistics=False)
    return path
