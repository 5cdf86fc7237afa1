"""Rows written as Parquet files on this machine, before they are sent to a store whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 65_536
"""Rows of one group in a file, as many as are read in one piece."""

GROUP_BYTES = 64 * 1024 * 1024
"""A group is ended at so many bytes in memory."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Writes rows of one schema into files."""

    schema: pa.Schema

    def write(self, folder: Path, batches: Iterator[pa.RecordBatch], most: int) -> Iterator[tuple[Path, int]]:
        """Files of about so many bytes at most, and how many rows are in each; there is never more than one of them.

        Where there are no rows there is no file.
        """
        groups = _grouped(batches)
        group = next(groups, None)
        while group is not None:
            path = folder / "part.parquet"
            count, group = self._fill(path, group, groups, most)
            yield path, count
            path.unlink()

    def write_one(self, path: Path, batches: Iterator[pa.RecordBatch]) -> None:
        """All rows into one file, which is there also without rows."""
        with pq.ParquetWriter(path, self.schema, compression="zstd") as writer:
            for group in _grouped(batches):
                writer.write_table(group, row_group_size=ROWS)

    def _fill(
        self, path: Path, first: pa.Table, left: Iterator[pa.Table], most: int
    ) -> tuple[int, pa.Table | None]:
        """Write groups until there are enough bytes; tells the rows, and the group that found no room."""
        count, group = 0, first
        with path.open("wb") as file, pq.ParquetWriter(file, self.schema, compression="zstd") as writer:
            while group is not None and (count == 0 or file.tell() < most):
                writer.write_table(group, row_group_size=ROWS)
                count += len(group)
                group = next(left, None)
        return count, group


def _grouped(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Batches joined to groups, each of no more than about ROWS rows and GROUP_BYTES bytes."""
    some: list[pa.RecordBatch] = []
    for batch in batches:
        if len(batch):
            some.append(batch)
        if sum(map(len, some)) >= ROWS or sum(each.nbytes for each in some) >= GROUP_BYTES:
            yield pa.Table.from_batches(some)
            some = []
    if some:
        yield pa.Table.from_batches(some)
