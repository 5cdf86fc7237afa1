"""Plain Parquet: each table one file, which a single request puts in place of the one before."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from counterfoil.destinations.base import TableChange
from counterfoil.destinations.lake.change import Change, chosen, fit, signed
from counterfoil.destinations.lake.format import Only, Replacement
from counterfoil.destinations.lake.parts import ROWS, Parts
from counterfoil.destinations.lake.store import Root, each_at_once
from counterfoil.destinations.staged import ARROW
from counterfoil.model.table import Column

T = TypeVar("T")

FILE = "data.parquet"

TRIES = 20
"""How often a change is done again because somebody else changed the same table meanwhile."""


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A table's file, fetched whole: what stands in the store may become another one while it is read."""

    path: Path

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def read(self, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        with pq.ParquetFile(self.path) as file:
            for rows in file.iter_batches(ROWS, columns=list(names)):
                yield rows.select(list(names))


@dataclass(frozen=True, slots=True)
class ParquetFiles:
    """The files of tables, fetched and put whole."""

    root: Root

    def write(
        self, dataset: str, table: str, schema: pa.Schema, rows: Iterator[pa.RecordBatch], *, seen: Any = None
    ) -> None:
        """Put a file in place of the one that was seen, or of none."""
        with tempfile.TemporaryDirectory(prefix="counterfoil-") as folder:
            path = Path(folder) / FILE
            Parts(schema).write_one(path, rows)
            self.root.put(self._path(dataset, table), path, seen=seen, new=seen is None)

    @contextmanager
    def fetched(self, dataset: str, table: str) -> Iterator[tuple[Any, LocalFile]]:
        """A table's file on this machine for as long as the block lasts, and what tells it from another version."""
        with tempfile.TemporaryDirectory(prefix="counterfoil-") as folder:
            path = Path(folder) / FILE
            seen = self.root.fetch(self._path(dataset, table), path)
            yield seen, LocalFile(path)

    def footer(self, dataset: str, table: str, seen: Any) -> pq.ParquetFile:
        """A file whose end alone is read."""
        return self.root.parquet(self._path(dataset, table), seen["size"])

    def head(self, dataset: str, table: str) -> Any | None:
        """What tells a table's file from another version of it; None when there is none."""
        return self.root.head(self._path(dataset, table))

    def _path(self, dataset: str, table: str) -> str:
        return f"{self.root.place(dataset, table)}/{FILE}"


@dataclass(frozen=True, slots=True)
class Parquet:
    """Tables in the folders of datasets, each with one file."""

    root: Root
    files: ParquetFiles

    def names(self, dataset: str) -> Sequence[str]:
        names = self.root.folders(self.root.place(dataset))
        there = each_at_once(lambda name: self.files.head(dataset, name) is not None, names)
        return sorted(name for name, found in zip(names, there, strict=True) if found)

    def schema(self, dataset: str, table: str) -> pa.Schema | None:
        seen = self.files.head(dataset, table)
        return self.files.footer(dataset, table, seen).schema_arrow.remove_metadata() if seen else None

    def ensure(self, dataset: str, table: str, columns: Sequence[Column]) -> None:
        again(lambda: self._ensure(dataset, table, columns))

    def replace(self, dataset: str, table: str, brought: Replacement) -> TableChange:
        return again(lambda: self._replace(dataset, table, brought))

    def sign(self, dataset: str, table: str, row: pa.RecordBatch) -> None:
        again(lambda: self._sign(dataset, table, row))

    def rows(self, dataset: str, table: str) -> int:
        return int(self.files.footer(dataset, table, self.files.head(dataset, table)).metadata.num_rows)

    def read(
        self, dataset: str, table: str, columns: Sequence[str], only: Sequence[Only] = ()
    ) -> Iterator[pa.RecordBatch]:
        with self.files.fetched(dataset, table) as (_, file):
            yield from chosen(file, columns, only)

    def drop(self, dataset: str, table: str) -> None:
        self.root.drop(self.root.place(dataset, table))

    def maintain(self, dataset: str, table: str) -> None:
        """There is never more than one file."""

    def _ensure(self, dataset: str, table: str, columns: Sequence[Column]) -> None:
        declared = [pa.field(column.name, ARROW[column.type]) for column in columns]
        if self.files.head(dataset, table) is None:
            self.files.write(dataset, table, pa.schema(declared), iter(()))
            return
        with self.files.fetched(dataset, table) as (seen, file):
            there = _columns(file)
            missing = [each for each in declared if each.name not in there.names]
            if missing:
                wider = pa.schema([*there, *missing])
                rows = (fit(rows, wider) for rows in file.read(there.names))
                self.files.write(dataset, table, wider, rows, seen=seen)

    def _replace(self, dataset: str, table: str, brought: Replacement) -> TableChange:
        with self.files.fetched(dataset, table) as (seen, file):
            change = Change(brought, _columns(file))
            if change.meet([file], all_of_them=True):
                self.files.write(dataset, table, change.schema, change.rows(), seen=seen)
            return change.told()

    def _sign(self, dataset: str, table: str, row: pa.RecordBatch) -> None:
        with self.files.fetched(dataset, table) as (seen, file):
            _, rows = signed([file], _columns(file), row, all_of_them=True)
            self.files.write(dataset, table, _columns(file), rows, seen=seen)


def again(deed: Callable[[], T]) -> T:
    """Do it on what others left, as often as somebody else comes between."""
    for _ in range(TRIES):
        try:
            return deed()
        except FileExistsError:
            continue
    return deed()


def _columns(file: LocalFile) -> pa.Schema:
    return pq.read_schema(file.path).remove_metadata()
