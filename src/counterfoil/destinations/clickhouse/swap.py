"""One landing: every table that changes is prepared beside the old one, then all take their places."""

import hashlib
import secrets
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from counterfoil.destinations import staged
from counterfoil.destinations.base import Batch, Grew, Landing, TableChange, unnoticed
from counterfoil.destinations.clickhouse.beside import Beside, Ids
from counterfoil.destinations.clickhouse.kind import TYPES
from counterfoil.destinations.clickhouse.sql import Columns, Speaking, literal
from counterfoil.destinations.clickhouse.tables import created, missing
from counterfoil.destinations.merge import SYNCS, SYNCS_COLUMNS
from counterfoil.model.table import SYSTEM_COLUMNS, Table, all_columns

(DELETED,) = (column for column in SYSTEM_COLUMNS if column.name == "_deleted")

BESIDE = "_counterfoil_load_"
"""What the names of prepared tables begin with."""


@dataclass(slots=True)
class Swap:
    """One landing into one dataset: `prepare`, then `show` in one go, then `tidy`."""

    speaking: Speaking
    landing: Landing
    grew: Grew = unnoticed
    wide: bool = True  # the server holds days before 1900 and after 2299
    token: str = field(default_factory=lambda: secrets.token_hex(4))
    there: dict[str, Columns] = field(default_factory=dict)
    beside: list[Beside] = field(default_factory=list)
    changes: dict[str, TableChange] = field(default_factory=dict)

    def prepare(self) -> None:
        """Every table that changes stands ready, and no reader has noticed."""
        self.there = self.speaking.layout(self.landing.dataset)
        for name in self.there:  # of a load that was killed, or of one that others took over from
            if name.startswith(self._name_beside("")):
                self.speaking.tell(f"DROP TABLE IF EXISTS {self._full(name)}")
        for table in self.landing.tables:
            if self._name(table) not in self.there:
                self.changes[self._name(table)] = TableChange()
            elif DELETED.name not in self.there[self._name(table)]:
                self._mend(self._name(table))
        for batch in self.landing.batches:
            ids = self._ids(batch)
            for table in batch.table.family():
                one = Beside(
                    speaking=self.speaking,
                    landing=self.landing,
                    table=table,
                    there=self.there.get(self._name(table)),
                    new=self._full(self._name_beside(f"{self.token}_{len(self.beside)}")),
                    ids=ids,
                    wide=self.wide,
                )
                self.beside.append(one)
                if change := one.prepare(batch.files.get(table.name, ())):
                    self.changes[self._name(table)] = change

    def show(self) -> None:
        """Let all tables take their places, each in one moment; make what no batch filled, and sign."""
        for one in self.beside:
            if one.made and one.there is not None:
                self.speaking.tell(f"EXCHANGE TABLES {one.new} AND {one.old}")
            elif one.made:
                self.speaking.tell(f"RENAME TABLE {one.new} TO {one.old}")
        whole = {one.name for one in self.beside if one.made}
        for table in self.landing.tables:
            self._complete(table, whole=self._name(table) in whole)
        self._sign()

    def tidy(self) -> None:
        """Drop what was replaced."""
        for one in self.beside:
            if one.made and one.there is not None:
                self.speaking.tell(f"DROP TABLE {one.new}")

    def give_up(self) -> None:
        """Drop what was prepared, as far as that is still possible."""
        self.speaking.drop([one.new for one in self.beside if one.made])

    def _mend(self, name: str) -> None:
        """Somebody took away the one column that tells which rows there are: none is known to be deleted or not."""
        (column,) = missing([DELETED], ())
        self.speaking.tell(f"ALTER TABLE {self._full(name)} ADD COLUMN {column}")
        self.there[name] = {**self.there[name], DELETED.name: TYPES[DELETED.type]}

    def _ids(self, batch: Batch) -> Ids:
        files, none = batch.files.get(batch.table.name, ()), pa.array([], pa.int64())
        newest, stale = staged.newest(files) if files else (none, none)
        newest, gone = newest.cast(pa.string()), pa.array(batch.deleted, pa.string())
        if batch.complete and (parent := self._name(batch.table)) in self.there:
            known = self.speaking.fetch(
                f"SELECT id FROM {self._full(parent)} WHERE _realm_id = ?", self.landing.realm_id
            )
            ids = known.column("id").combine_chunks().cast(pa.string())
            gone = pa.concat_arrays([gone, ids.filter(pc.invert(pc.is_in(ids, newest)))])
        spared = pc.is_in(gone, pa.array(batch.spared, pa.string()))
        return Ids(newest=newest, stale=stale, gone=gone.filter(pc.invert(spared)).unique())

    def _complete(self, table: Table, *, whole: bool) -> None:
        """Every declared table and column exists from the first sync on, empty or not."""
        name, columns = self._name(table), all_columns(table)
        there = self.there.get(name)
        if there is None:
            if not whole:
                self.speaking.tell(created(self._full(name), columns, table.key))
            self.grew(name, ())
        elif lacking := missing(columns, there):
            for column in () if whole else lacking:
                self.speaking.tell(f"ALTER TABLE {self._full(name)} ADD COLUMN {column}")
            self.grew(name, tuple(column.name for column in columns if column.name not in there))

    def _sign(self) -> None:
        """One row per landed sync, so that whoever reads the tables can see how fresh they are."""
        full, landing, changes = self._full(SYNCS), self.landing, self.changes.values()
        if SYNCS not in self.there:
            self.speaking.tell(created(full, SYNCS_COLUMNS, ("sync_id",), anew=False))
        for column in missing(SYNCS_COLUMNS, self.there[SYNCS]) if SYNCS in self.there else ():
            self.speaking.tell(f"ALTER TABLE {full} ADD COLUMN {column}")
        if self.speaking.read(f"SELECT 1 FROM {full} WHERE sync_id = ?", landing.sync_id):  # Promise 2
            self.speaking.tell(f"DELETE FROM {full} WHERE sync_id = {literal(landing.sync_id)}")
        names = ", ".join(self.speaking.name(column.name) for column in SYNCS_COLUMNS)
        self.speaking.tell(
            f"INSERT INTO {full} ({names}) SELECT ?, ?, ?, ?, ?, now64(6), ?, ?, ?",
            landing.sync_id,
            landing.source,
            landing.realm_id,
            landing.prefix,
            landing.started_at,
            sum(change.inserted for change in changes),
            sum(change.updated for change in changes),
            sum(change.deleted for change in changes),
        )

    def _name(self, table: Table) -> str:
        return self.landing.prefix + table.name

    def _full(self, name: str) -> str:
        return self.speaking.table(self.landing.dataset, name)

    def _name_beside(self, more: str) -> str:
        """Tables of this prefix alone: another source may load into the dataset meanwhile."""
        return f"{BESIDE}{hashlib.sha256(self.landing.prefix.encode()).hexdigest()[:10]}_{more}"
