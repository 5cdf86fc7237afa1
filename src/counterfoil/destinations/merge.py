"""Merging staged rows into tables, in plain SQL: what the kinds with transactions share."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from counterfoil.destinations.base import Batch, Grew, Landing, TableChange, unnoticed
from counterfoil.errors import WarehouseFailed
from counterfoil.model.table import Column, ColumnType, Table, all_columns

SYNCS = "_counterfoil_syncs"
SYNCS_COLUMNS = (
    Column(name="sync_id", type=ColumnType.TEXT),
    Column(name="source", type=ColumnType.TEXT),
    Column(name="realm_id", type=ColumnType.TEXT),
    Column(name="prefix", type=ColumnType.TEXT),
    Column(name="started_at", type=ColumnType.TIMESTAMP),
    Column(name="landed_at", type=ColumnType.TIMESTAMP),
    Column(name="rows_inserted", type=ColumnType.INTEGER),
    Column(name="rows_updated", type=ColumnType.INTEGER),
    Column(name="rows_deleted", type=ColumnType.INTEGER),
)


class Dialect(ABC):
    """One warehouse's SQL on one open connection, inside one transaction."""

    types: ClassVar[Mapping[ColumnType, str]]

    @abstractmethod
    def execute(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Run one statement with `?` values and answer with its rows."""

    @abstractmethod
    def read(self, sql: str, *values: object) -> pa.Table:
        """Run one query with `?` values and answer with its rows, their values exact."""

    @abstractmethod
    def change(self, sql: str, *values: object) -> int:
        """Run one statement that changes rows and answer with how many it changed."""

    @abstractmethod
    def table(self, dataset: str, name: str) -> str:
        """A table's full name, quoted."""

    @abstractmethod
    def staged(self, files: list[Path]) -> str:
        """What stands after FROM to read staged files; columns missing in some are null."""

    @abstractmethod
    def layout(self, dataset: str) -> Mapping[str, set[str]]:
        """The tables of a dataset and their columns, asked at once: a hundred questions would take seconds."""

    @abstractmethod
    def create_dataset(self, dataset: str) -> None:
        """Make the dataset if it is not there."""

    @staticmethod
    def name(identifier: str) -> str:
        return '"' + identifier.replace('"', '""') + '"'

    def count(self, table: str) -> int:
        return int(self.execute(f"SELECT count(*) FROM {table}")[0][0])


PROBE = "_counterfoil_probe"


def prove(dialect: Dialect, dataset: str) -> Generator[None, None, None]:
    """Make a table, then write a row and read it back, in a transaction that is undone; yields after each."""
    dialect.execute("BEGIN")
    try:
        dialect.create_dataset(dataset)
        table = dialect.table(dataset, PROBE)
        dialect.execute(f"CREATE TABLE {table} (word {dialect.types[ColumnType.TEXT]})")
        yield
        dialect.execute(f"INSERT INTO {table} VALUES (?)", "counterfoil")
        if dialect.execute(f"SELECT word FROM {table}") != [("counterfoil",)]:
            raise WarehouseFailed("A row that was just written did not come back.", do="Check the warehouse.")
        yield
    finally:
        dialect.execute("ROLLBACK")


@dataclass(slots=True)
class Merge:
    """One landing into one dataset. `run` is the whole of it; `ready` when all tables are known to be there."""

    dialect: Dialect
    landing: Landing
    ready: bool = False
    grew: Grew = unnoticed
    changes: dict[str, TableChange] = field(default_factory=dict)
    there: Mapping[str, set[str]] = field(default_factory=dict)

    def run(self) -> Mapping[str, TableChange]:
        if not self.ready:
            self._prepare()
        for batch in self.landing.batches:
            self._merge(batch)
        self._sign()
        return self.changes

    def _prepare(self) -> None:
        self.dialect.create_dataset(self.landing.dataset)
        self.there = self.dialect.layout(self.landing.dataset)
        for table in self.landing.tables:
            name = self.landing.prefix + table.name
            if name not in self.there:
                self.changes[name] = TableChange()  # where rows are expected, somebody took them away
            self._ensure(name, all_columns(table))
        self._ensure(SYNCS, SYNCS_COLUMNS)

    def _ensure(self, name: str, columns: tuple[Column, ...]) -> None:
        """Every declared table and column exists from the first sync on, empty or not."""
        speak, full = self.dialect, self._full(name)
        there = self.there.get(name, set())
        declared = [
            f"{speak.name(column.name)} {speak.types[column.type]}"
            for column in columns
            if column.name not in there
        ]
        if not there:
            speak.execute(f"CREATE TABLE {full} ({', '.join(declared)})")
            self.grew(name, ())
            return
        for declaration in declared:
            speak.execute(f"ALTER TABLE {full} ADD COLUMN {declaration}")
        if declared:
            self.grew(name, tuple(column.name for column in columns if column.name not in there))

    def _merge(self, batch: Batch) -> None:
        speak = self.dialect
        self._find_newest(batch)
        speak.execute("CREATE TEMPORARY TABLE gone (id VARCHAR)")
        self._list_gone(batch)
        for table in batch.table.family():
            out, into = self._replace(table, list(batch.files.get(table.name, ())))
            full = self._full(self.landing.prefix + table.name)
            deleted = self._bury(table)
            total = speak.count(full)
            self.changes[self.landing.prefix + table.name] = TableChange(
                inserted=max(0, into - out),
                updated=min(out, into),
                deleted=deleted + max(0, out - into),
                before=total - into + out,
                total=total,
                live=self._live(full),
            )
        speak.execute("DROP TABLE gone")
        speak.execute("DROP TABLE newest")

    def _find_newest(self, batch: Batch) -> None:
        """Of several versions of one id the last one read counts: it is at least as new as the others."""
        files = list(batch.files.get(batch.table.name, ()))
        if files:
            rows = f"SELECT id, max(_seq) AS _seq FROM {self.dialect.staged(files)} GROUP BY id"
        else:
            rows = "SELECT CAST(NULL AS VARCHAR) AS id, CAST(NULL AS BIGINT) AS _seq WHERE false"
        self.dialect.execute(f"CREATE TEMPORARY TABLE newest AS {rows}")

    def _replace(self, table: Table, files: list[Path]) -> tuple[int, int]:
        """Put the newest version in place of what was there, children with their parents; rows out and in."""
        speak, full = self.dialect, self._full(self.landing.prefix + table.name)
        whose = speak.name(table.parent_id or "id")
        before = speak.change(
            f"DELETE FROM {full} WHERE {speak.name('_realm_id')} = ? AND {whose} IN (SELECT id FROM newest)",
            self.landing.realm_id,
        )
        return before, self._insert(table, full, speak.staged(files)) if files else 0

    def _insert(self, table: Table, full: str, staged: str) -> int:
        speak = self.dialect
        present = {row[0] for row in speak.execute(f"DESCRIBE SELECT * FROM {staged}")}
        names = [c.name for c in all_columns(table) if c.name in present]
        listed = ", ".join(speak.name(name) for name in names)
        return speak.change(
            f"INSERT INTO {full} ({listed}) SELECT {listed} FROM {staged} "
            "WHERE _seq IN (SELECT _seq FROM newest)"
        )

    def _live(self, full: str) -> int:
        ours = f"{self.dialect.name('_realm_id')} = ? AND NOT {self.dialect.name('_deleted')}"
        return self._number(f"SELECT count(*) FROM {full} WHERE {ours}", self.landing.realm_id)

    def _list_gone(self, batch: Batch) -> None:
        """The ids that QuickBooks no longer has."""
        speak = self.dialect
        for start in range(0, len(batch.deleted), 500):
            ids = batch.deleted[start : start + 500]
            speak.execute(f"INSERT INTO gone VALUES {', '.join('(?)' for _ in ids)}", *ids)
        if batch.complete:
            speak.execute(
                f"INSERT INTO gone SELECT id FROM {self._full(self.landing.prefix + batch.table.name)} "
                f"WHERE {speak.name('_realm_id')} = ? AND id NOT IN (SELECT id FROM newest)",
                self.landing.realm_id,
            )
        for id_ in batch.spared:
            speak.execute("DELETE FROM gone WHERE id = ?", id_)

    def _bury(self, table: Table) -> int:
        """Mark what QuickBooks no longer has, parents and children alike (Promise 4); answer with how many rows."""
        speak, full = self.dialect, self._full(self.landing.prefix + table.name)
        return speak.change(
            f"UPDATE {full} SET {speak.name('_deleted')} = true, {speak.name('_synced_at')} = ?, "
            f"{speak.name('_sync_id')} = ? WHERE {speak.name('_realm_id')} = ? AND NOT {speak.name('_deleted')} "
            f"AND {speak.name(table.parent_id or 'id')} IN (SELECT id FROM gone)",
            self.landing.started_at,
            self.landing.sync_id,
            self.landing.realm_id,
        )

    def _sign(self) -> None:
        """One row per landed sync, so that whoever reads the tables can see how fresh they are."""
        full = self._full(SYNCS)
        landing, parents = self.landing, self.changes.values()
        self.dialect.execute(f"DELETE FROM {full} WHERE sync_id = ?", landing.sync_id)  # Promise 2
        self.dialect.execute(
            f"INSERT INTO {full} VALUES (?, ?, ?, ?, ?, now(), ?, ?, ?)",
            landing.sync_id,
            landing.source,
            landing.realm_id,
            landing.prefix,
            landing.started_at,
            sum(change.inserted for change in parents),
            sum(change.updated for change in parents),
            sum(change.deleted for change in parents),
        )

    def _full(self, name: str) -> str:
        return self.dialect.table(self.landing.dataset, name)

    def _number(self, sql: str, *values: object) -> int:
        return int(self.dialect.execute(sql, *values)[0][0])
