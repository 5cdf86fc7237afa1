"""Merging staged rows into tables, in plain SQL: what the kinds with transactions share."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from counterfoil.destinations.base import Batch, Grew, Landing, TableChange, unnoticed
from counterfoil.destinations.flavour import Flavour
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
    flavour: ClassVar[Flavour] = Flavour()

    @abstractmethod
    def execute(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Run one statement with `?` values and answer with its rows."""

    @abstractmethod
    def read(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Run one query with `?` values and answer with its rows, their values exact."""

    @abstractmethod
    def change(self, sql: str, *values: object) -> int:
        """Run one statement that changes rows and answer with how many it changed."""

    @abstractmethod
    def find_newest(self, files: Sequence[Path], *, listed: bool) -> None:
        """Find the newest version of each id in a parent's files, for `insert`; put the ids into `newest` if `listed`.

        Of several versions of one id the last one read counts: it is at least as new as the others.
        """

    @abstractmethod
    def insert(self, table: str, columns: Sequence[Column], files: Sequence[Path], *, made: bool) -> int:
        """Insert the newest versions from files that have some of the columns, and answer with how many rows came.

        `made` tells that the table was made in this very transaction.
        """

    @abstractmethod
    def table(self, dataset: str, name: str) -> str:
        """A table's full name, quoted."""

    @abstractmethod
    def layout(self, dataset: str) -> Mapping[str, set[str]]:
        """The tables of a dataset and their columns, asked at once: a hundred questions would take seconds."""

    def columns(self, dataset: str, table: str) -> set[str]:
        """The columns of one table; none when it is not there."""
        return set(self.layout(dataset).get(self.kept(table), ()))

    @abstractmethod
    def create_dataset(self, dataset: str) -> None:
        """Make the dataset if it is not there."""

    @abstractmethod
    def index(self, table: str, column: str) -> None:
        """Let rows be found by a column from now on, where the warehouse would else read the whole table."""

    @staticmethod
    def name(identifier: str) -> str:
        return '"' + identifier.replace('"', '""') + '"'

    @staticmethod
    def kept(identifier: str) -> str:
        """A name as `layout` tells it: some warehouses put all of them into upper case."""
        return identifier

    def count(self, table: str) -> int:
        return int(self.execute(f"SELECT count(*) FROM {table}")[0][0])


PROBE = "_counterfoil_probe"


def prove(dialect: Dialect, dataset: str) -> Generator[None, None, None]:
    """Make a dataset and a table, write a row and replace it, in a transaction that is undone; yields after each."""
    dialect.execute("BEGIN")
    try:
        dialect.create_dataset(dataset)
        yield
        table = dialect.table(dataset, PROBE)
        dialect.execute(f"CREATE TABLE {table} (word {dialect.types[ColumnType.TEXT]}){dialect.flavour.heap}")
        yield
        dialect.execute(f"INSERT INTO {table} VALUES (?)", "counterfoil")
        yield
        dialect.execute(f"CREATE TEMPORARY TABLE newest (word {dialect.types[ColumnType.TEXT]})")
        dialect.execute("INSERT INTO newest VALUES (?)", "counterfoil")
        dialect.execute(f"DELETE FROM {table} WHERE word IN (SELECT word FROM newest)")
        dialect.execute(f"INSERT INTO {table} SELECT word FROM newest")
        dialect.execute("DROP TABLE newest")
        if dialect.execute(f"SELECT word FROM {table}") != [("counterfoil",)]:
            raise WarehouseFailed("A row that was just written did not come back.", do="Check the warehouse.")
        yield
    finally:
        dialect.execute("ROLLBACK")


@dataclass(slots=True)
class Merge:
    """One landing into one dataset. `run` is the whole of it; `ready` when all tables are known to be there.

    Where making tables ends a transaction, `prepare` and `scratch` come before it, and `merge` within.
    """

    dialect: Dialect
    landing: Landing
    ready: bool = False
    grew: Grew = unnoticed
    changes: dict[str, TableChange] = field(default_factory=dict)
    made: dict[str, Table] = field(default_factory=dict)
    there: Mapping[str, set[str]] = field(default_factory=dict)

    def run(self) -> Mapping[str, TableChange]:
        if not self.ready:
            self.prepare()
        self.scratch()
        self.merge()
        if self.landing.batches:
            self.dialect.execute(f"DROP TABLE {self.dialect.flavour.newest}")
            self.dialect.execute(f"DROP TABLE {self.dialect.flavour.gone}")
        return self.changes

    def scratch(self) -> None:
        """Tables of this session alone: the ids that come, and those that go."""
        if self.landing.batches:
            its, number = self.dialect.flavour, self.dialect.types[ColumnType.INTEGER]
            text = its.scratch_text or self.dialect.types[ColumnType.TEXT]
            self.dialect.execute(f"{its.scratch} {its.newest} (id {text}, _seq {number}){its.heap}")
            self.dialect.execute(f"{its.scratch} {its.gone} (id {text}){its.heap}")

    def merge(self) -> None:
        """Put every batch in place, and sign."""
        for batch in self.landing.batches:
            self._merge(batch)
        for table in self.made.values():
            self.dialect.index(self._full(self.landing.prefix + table.name), _whose(table))
        self._sign()

    def prepare(self) -> None:
        """The dataset, every table and every column are there afterwards."""
        self.dialect.create_dataset(self.landing.dataset)
        self.there = self.dialect.layout(self.landing.dataset)
        for table in self.landing.tables:
            name = self.landing.prefix + table.name
            if self.dialect.kept(name) not in self.there:
                self.changes[name] = TableChange()  # where rows are expected, somebody took them away
                self.made[name] = table
            self._ensure(name, all_columns(table))
        self._ensure(SYNCS, SYNCS_COLUMNS)

    def _ensure(self, name: str, columns: tuple[Column, ...]) -> None:
        """Every declared table and column exists from the first sync on, empty or not."""
        speak, full = self.dialect, self._full(name)
        there = self.there.get(speak.kept(name), set())
        declared = [
            f"{speak.name(column.name)} {speak.types[column.type]}"
            for column in columns
            if speak.kept(column.name) not in there
        ]
        if not there:
            speak.execute(f"{speak.flavour.create} {full} ({', '.join(declared)}){speak.flavour.heap}")
            self.grew(name, ())
            return
        for declaration in declared:
            speak.execute(f"ALTER TABLE {full} {speak.flavour.add} {declaration}")
        if declared:
            self.grew(name, tuple(column.name for column in columns if speak.kept(column.name) not in there))

    def _merge(self, batch: Batch) -> None:
        family = [(self.landing.prefix + table.name, table) for table in batch.table.family()]
        meets_rows = any(name not in self.made for name, _ in family)
        self.dialect.execute(f"{self.dialect.flavour.clear} {self.dialect.flavour.newest}")
        self.dialect.find_newest(batch.files.get(batch.table.name, ()), listed=meets_rows)
        some_gone = self._list_gone(batch)  # also in a new table: one may have been read, and deleted since
        for name, table in family:
            out, into = self._replace(table, list(batch.files.get(table.name, ())))
            deleted = self._bury(table) if some_gone else 0
            total, live = self._count(self._full(name))
            self.changes[name] = TableChange(
                inserted=max(0, into - out),
                updated=min(out, into),
                deleted=deleted + max(0, out - into),
                before=total - into + out,
                total=total,
                live=live,
            )

    def _replace(self, table: Table, files: list[Path]) -> tuple[int, int]:
        """Put the newest version in place of what was there, children with their parents; rows out and in."""
        speak, name = self.dialect, self.landing.prefix + table.name
        full, made = self._full(name), name in self.made
        before = 0
        if not made:
            before = speak.change(
                f"DELETE FROM {full} WHERE {speak.name('_realm_id')} = ? "
                f"AND {_exact(speak, table)} IN (SELECT id FROM {speak.flavour.newest})",
                self.landing.realm_id,
            )
        return before, speak.insert(full, all_columns(table), files, made=made) if files else 0

    def _count(self, full: str) -> tuple[int, int]:
        """All rows, and those of this company that are not marked deleted."""
        live = self.dialect.flavour.untrue.format(self.dialect.name("_deleted"))
        ours = f"{self.dialect.name('_realm_id')} = ? AND {live}"
        ((total, living),) = self.dialect.execute(
            f"SELECT count(*), sum(CASE WHEN {ours} THEN 1 ELSE 0 END) FROM {full}", self.landing.realm_id
        )
        return int(total), int(living or 0)

    def _list_gone(self, batch: Batch) -> bool:
        """List the ids that QuickBooks no longer has; tells whether there are any."""
        speak, listed = self.dialect, 0
        if not (batch.deleted or batch.complete):
            return False
        its = speak.flavour
        speak.execute(f"{its.clear} {its.gone}")
        for start in range(0, len(batch.deleted), 500):
            ids = batch.deleted[start : start + 500]
            listed += speak.change(f"INSERT INTO {its.gone} {its.values(len(ids))}", *ids)
        if batch.complete:
            same = f"newest.id = {its.exact.format('its.id')}"
            listed += speak.change(
                f"INSERT INTO {its.gone} SELECT id "
                f"FROM {self._full(self.landing.prefix + batch.table.name)} AS its "
                f"WHERE {speak.name('_realm_id')} = ? "  # NOT IN may compare all with all
                f"AND NOT EXISTS (SELECT 1 FROM {its.newest} AS newest WHERE {same})",
                self.landing.realm_id,
            )
        for id_ in batch.spared:
            speak.execute(f"DELETE FROM {its.gone} WHERE id = ?", id_)
        return listed > 0

    def _bury(self, table: Table) -> int:
        """Mark what QuickBooks no longer has, parents and children alike (Promise 4); answer with how many rows."""
        speak, full = self.dialect, self._full(self.landing.prefix + table.name)
        its, deleted = speak.flavour, speak.name("_deleted")
        return speak.change(
            f"UPDATE {full} SET {deleted} = {its.true}, {speak.name('_synced_at')} = ?, "
            f"{speak.name('_sync_id')} = ? WHERE {speak.name('_realm_id')} = ? "
            f"AND {its.untrue.format(deleted)} AND {_exact(speak, table)} IN (SELECT id FROM {its.gone})",
            self.landing.started_at,
            self.landing.sync_id,
            self.landing.realm_id,
        )

    def _sign(self) -> None:
        """One row per landed sync, so that whoever reads the tables can see how fresh they are."""
        full = self._full(SYNCS)
        landing, parents, its = self.landing, self.changes.values(), self.dialect.flavour
        self.dialect.execute(f"DELETE FROM {full} WHERE sync_id = ?", landing.sync_id)  # Promise 2
        self.dialect.execute(
            f"INSERT INTO {full} {its.row.format(f'?, ?, ?, ?, ?, {its.now}, ?, ?, ?')}",
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


def _whose(table: Table) -> str:
    """The column that holds the record's id, in a child its parent's."""
    return table.parent_id or "id"


def _exact(dialect: Dialect, table: Table) -> str:
    """That column, compared by its characters."""
    return dialect.flavour.exact.format(dialect.name(_whose(table)))
