"""Merging staged rows into tables, in plain SQL: what the kinds with transactions share."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from counterfoil.destinations.base import Batch, Landing, TableChange
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


@dataclass(slots=True)
class Merge:
    """One landing into one dataset. `run` is the whole of it."""

    dialect: Dialect
    landing: Landing
    changes: dict[str, TableChange] = field(default_factory=dict)
    there: Mapping[str, set[str]] = field(default_factory=dict)

    def run(self) -> Mapping[str, TableChange]:
        self.dialect.create_dataset(self.landing.dataset)
        self.there = self.dialect.layout(self.landing.dataset)
        for batch in self.landing.batches:
            for table in batch.table.family():
                self._ensure(self.landing.prefix + table.name, all_columns(table))
            self._merge(batch)
        self._sign()
        return self.changes

    def _ensure(self, name: str, columns: tuple[Column, ...]) -> None:
        """Every declared table and column exists from the first sync on, empty or not."""
        speak, full = self.dialect, self._full(name)
        there = self.there.get(name)
        declared = {
            column.name: f"{speak.name(column.name)} {speak.types[column.type]}" for column in columns
        }
        if there is None:
            speak.execute(f"CREATE TABLE {full} ({', '.join(declared.values())})")
            return
        for column, declaration in declared.items():
            if column not in there:
                speak.execute(f"ALTER TABLE {full} ADD COLUMN {declaration}")

    def _merge(self, batch: Batch) -> None:
        parent = batch.table
        speak = self.dialect
        self._find_newest(batch)
        known = f"{speak.name('_realm_id')} = ? AND id IN (SELECT id FROM newest)"
        full = self._full(self.landing.prefix + parent.name)
        updated = self._number(f"SELECT count(*) FROM {full} WHERE {known}", self.landing.realm_id)
        arriving = self._number("SELECT count(*) FROM newest")
        for table in parent.family():
            self._replace(table, list(batch.files.get(table.name, ())))
        deleted = self._bury(batch)
        self.changes[self.landing.prefix + parent.name] = TableChange(
            inserted=arriving - updated, updated=updated, deleted=deleted, total=speak.count(full)
        )
        speak.execute("DROP TABLE newest")

    def _find_newest(self, batch: Batch) -> None:
        """Of several versions of one id the last one read counts: it is at least as new as the others."""
        files = list(batch.files.get(batch.table.name, ()))
        if files:
            rows = f"SELECT id, max(_seq) AS _seq FROM {self.dialect.staged(files)} GROUP BY id"
        else:
            rows = "SELECT CAST(NULL AS VARCHAR) AS id, CAST(NULL AS BIGINT) AS _seq WHERE false"
        self.dialect.execute(f"CREATE TEMPORARY TABLE newest AS {rows}")

    def _replace(self, table: Table, files: list[Path]) -> None:
        """Put the newest version in place of what was there; a child table follows its parent."""
        speak, full = self.dialect, self._full(self.landing.prefix + table.name)
        whose = speak.name(table.parent_id or "id")
        speak.execute(
            f"DELETE FROM {full} WHERE {speak.name('_realm_id')} = ? AND {whose} IN (SELECT id FROM newest)",
            self.landing.realm_id,
        )
        if files:
            staged = speak.staged(files)
            self._insert(table, full, staged)
        if table.is_child:
            total = speak.count(full)
            self.changes[self.landing.prefix + table.name] = TableChange(total=total)

    def _insert(self, table: Table, full: str, staged: str) -> None:
        speak = self.dialect
        present = {row[0] for row in speak.execute(f"DESCRIBE SELECT * FROM {staged}")}
        names = [c.name for c in all_columns(table) if c.name in present]
        listed = ", ".join(speak.name(name) for name in names)
        speak.execute(
            f"INSERT INTO {full} ({listed}) SELECT {listed} FROM {staged} "
            "WHERE _seq IN (SELECT _seq FROM newest)"
        )

    def _bury(self, batch: Batch) -> int:
        """Mark what QuickBooks no longer has, parents and children alike (Promise 4); answer with how many."""
        speak = self.dialect
        full = self._full(self.landing.prefix + batch.table.name)
        speak.execute("CREATE TEMPORARY TABLE gone (id VARCHAR)")
        if batch.deleted:
            marks = ", ".join("(?)" for _ in batch.deleted)
            speak.execute(f"INSERT INTO gone VALUES {marks}", *batch.deleted)
        if batch.complete:
            speak.execute(
                f"INSERT INTO gone SELECT id FROM {full} WHERE {speak.name('_realm_id')} = ? "
                "AND id NOT IN (SELECT id FROM newest)",
                self.landing.realm_id,
            )
        count = 0
        for table in batch.table.family():
            marked = self._mark(table)
            count = count if table.is_child else marked
        speak.execute("DROP TABLE gone")
        return count

    def _mark(self, table: Table) -> int:
        speak, full = self.dialect, self._full(self.landing.prefix + table.name)
        which = (
            f"{speak.name('_realm_id')} = ? AND NOT {speak.name('_deleted')} "
            f"AND {speak.name(table.parent_id or 'id')} IN (SELECT id FROM gone)"
        )
        count = self._number(f"SELECT count(*) FROM {full} WHERE {which}", self.landing.realm_id)
        if count:
            speak.execute(
                f"UPDATE {full} SET {speak.name('_deleted')} = true, {speak.name('_synced_at')} = ?, "
                f"{speak.name('_sync_id')} = ? WHERE {which}",
                self.landing.started_at,
                self.landing.sync_id,
                self.landing.realm_id,
            )
        return count

    def _sign(self) -> None:
        """One row per landed sync, so that whoever reads the tables can see how fresh they are."""
        self._ensure(SYNCS, SYNCS_COLUMNS)
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
