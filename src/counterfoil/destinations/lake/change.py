"""What a replacement means for the files of a table: which are written anew, with which rows, and what that changes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from counterfoil.destinations.base import TableChange
from counterfoil.destinations.lake.format import Only, Replacement
from counterfoil.errors import WarehouseRefused

SMALL_BYTES = 4 * 1024 * 1024
"""A file smaller than this is written anew with the others, so that a table never has many of them."""


class DataFile(Protocol):
    """One file of a table as it stands."""

    @property
    def size(self) -> int:
        """Its bytes."""

    def read(self, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Some columns of all its rows, as the table has them now."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A file that is written anew: which of its rows go, and which are marked."""

    file: DataFile
    replaced: pa.BooleanArray
    gone: pa.BooleanArray


@dataclass
class Change:
    """A replacement, and the table's files that it meets. Raises WarehouseRefused for a value that does not fit."""

    brought: Replacement
    schema: pa.Schema
    touched: list[Touched] = field(default_factory=list)
    before: int = 0
    replaced: int = 0
    came: int = 0
    gone: int = 0
    live: int = 0

    def meet(self, files: Sequence[DataFile], *, all_of_them: bool = False) -> bool:
        """Look which rows of which files go or are marked, by the columns that name a row alone.

        Tells whether anything is to be written: then small files are too, or `all_of_them`.
        """
        beside = []
        for file in files:
            seen = self._seen(file)
            if seen.replaced.true_count or seen.gone.true_count:
                self.touched.append(seen)
            elif all_of_them or file.size < SMALL_BYTES:
                beside.append(seen)
        if not self.touched and next(iter(self.brought.rows()), None) is None:
            return False
        self.touched += beside
        return True

    def rows(self) -> Iterator[pa.RecordBatch]:
        """What is to be written: what stays of the files that are met, then the rows that came."""
        for old in self.touched:
            yield from self._stays(old)
        for rows in self.brought.rows():
            fitted = fit(rows, self.schema)
            gone = self._to_be_marked(fitted)
            self.came += len(fitted)
            self.gone += gone.true_count
            self.live += self._alive(fitted).true_count - gone.true_count
            yield self._marked(fitted, gone)

    def told(self) -> TableChange:
        """What has changed, once the rows are written."""
        return TableChange(
            inserted=max(0, self.came - self.replaced),
            updated=min(self.replaced, self.came),
            deleted=self.gone + max(0, self.replaced - self.came),
            before=self.before,
            total=self.before - self.replaced + self.came,
            live=self.live,
        )

    def _seen(self, file: DataFile) -> Touched:
        names = [self.brought.whose, "_realm_id", "_deleted"]
        read = pa.Table.from_batches(file.read(names), pa.schema([self.schema.field(name) for name in names]))
        rows = _one(read)  # all at once, since each look at many ids has to sort them first
        replaced = self._among(rows, self.brought.newest)
        stays = pc.invert(replaced)
        gone = pc.and_(self._to_be_marked(rows), stays)
        self.before += len(rows)
        self.replaced += replaced.true_count
        self.gone += gone.true_count
        self.live += pc.and_(self._alive(rows), stays).true_count - gone.true_count
        return Touched(file, replaced, gone)

    def _stays(self, old: Touched) -> Iterator[pa.RecordBatch]:
        if old.replaced.true_count == len(old.replaced):
            return
        begin = 0
        for rows in old.file.read(self.schema.names):
            stays = pc.invert(old.replaced.slice(begin, len(rows)))
            gone = old.gone.slice(begin, len(rows))
            begin += len(rows)
            yield self._marked(rows, gone).filter(stays)

    def _marked(self, rows: pa.RecordBatch, which: pa.BooleanArray) -> pa.RecordBatch:
        if not which.true_count:
            return rows
        stamps = {"_deleted": True, "_synced_at": self.brought.synced_at, "_sync_id": self.brought.sync_id}
        for name, value in stamps.items():
            place = rows.schema.get_field_index(name)
            wanted = rows.schema.field(place)
            stamped = pc.if_else(which, pa.scalar(value).cast(wanted.type), rows.column(place))
            rows = rows.set_column(place, wanted, stamped)
        return rows

    def _to_be_marked(self, rows: pa.RecordBatch) -> pa.BooleanArray:
        return pc.and_(self._among(rows, self.brought.gone), pc.invert(_deleted(rows)))

    def _alive(self, rows: pa.RecordBatch) -> pa.BooleanArray:
        return pc.and_(self._ours(rows), pc.invert(_deleted(rows)))

    def _among(self, rows: pa.RecordBatch, ids: pa.Array) -> pa.BooleanArray:
        if not len(ids):
            return pa.repeat(pa.scalar(value=False), len(rows))
        found = pc.is_in(rows.column(self.brought.whose).cast(pa.string()), ids)
        return pc.and_(self._ours(rows), found)

    def _ours(self, rows: pa.RecordBatch) -> pa.BooleanArray:
        return pc.fill_null(pc.equal(rows.column("_realm_id"), self.brought.realm_id), fill_value=False)


def fit(rows: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Rows as the table holds them, null where they bring nothing.

    Raises WarehouseRefused for a column that cannot hold a value exactly.
    """
    there = dict(zip(rows.schema.names, rows.columns, strict=True))
    columns = [_fitted(there.get(wanted.name), wanted, len(rows)) for wanted in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _fitted(column: pa.Array | None, wanted: pa.Field, length: int) -> pa.Array:
    if column is None:
        return pa.nulls(length, wanted.type)
    if column.type == wanted.type:
        return column
    try:
        cast = column.cast(wanted.type)
        if cast.cast(column.type).equals(column):
            return cast
        reason = "it would be rounded"
    except pa.ArrowException as error:
        reason = str(error).splitlines()[0]
    raise WarehouseRefused(
        f"The column {wanted.name} has the type {wanted.type}, which cannot hold what comes: {reason[:200]}.",
        do="Give the column the type that it had, or drop it, then sync again: it is made anew.",
    )


def _deleted(rows: pa.RecordBatch) -> pa.BooleanArray:
    """Which rows are marked; one that says neither is treated as SQL would: not marked, and not to be."""
    return pc.fill_null(rows.column("_deleted"), fill_value=True)


def _one(rows: pa.Table) -> pa.RecordBatch:
    batches = rows.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], rows.schema)


def signed(
    files: Sequence[DataFile], schema: pa.Schema, row: pa.RecordBatch, *, all_of_them: bool = False
) -> tuple[list[DataFile], Iterator[pa.RecordBatch]]:
    """Which files are written anew, and with which rows, to put a row in place of those with its first value.

    It is those that have one, and the small ones; or `all_of_them`.
    """
    name, value = row.schema.names[0], row.column(0)[0]

    def others(rows: pa.RecordBatch) -> pa.RecordBatch:
        return rows.filter(pc.fill_null(pc.not_equal(rows.column(name), value), fill_value=True))

    def holds(file: DataFile) -> bool:
        return any(len(others(rows)) < len(rows) for rows in file.read([name]))

    out = [file for file in files if all_of_them or file.size < SMALL_BYTES or holds(file)]

    def stay() -> Iterator[pa.RecordBatch]:
        for file in out:
            yield from map(others, file.read(schema.names))
        yield fit(row, schema)

    return out, stay()


def chosen(file: DataFile, columns: Sequence[str], only: Sequence[Only]) -> Iterator[pa.RecordBatch]:
    """Some columns of those rows of a file that fulfil all conditions."""
    asked = list(dict.fromkeys([*columns, *(each.column for each in only)]))
    for rows in file.read(asked):
        kept = rows
        for each in only:
            kept = kept.filter(pc.is_in(kept.column(each.column).cast(pa.string()), each.values))
        yield kept.select(list(columns))
