"""Merging table by table, each in one atomic statement, for warehouses without a transaction over several tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from counterfoil.destinations.base import Assure, Batch, TableChange
from counterfoil.destinations.merge import Merge
from counterfoil.destinations.through_dlt.sql import Speaking, refuse_other, value
from counterfoil.destinations.through_dlt.stage import Staged
from counterfoil.model.table import Column, ColumnType, Table

ID = Column(name="id", type=ColumnType.TEXT)
MARKS = ("_deleted", "_synced_at", "_sync_id")


@dataclass(slots=True, kw_only=True)
class Gone:
    """A query for the ids that QuickBooks no longer has; "" when it has all."""

    sql: str = ""
    values: tuple[object, ...] = ()


@dataclass(slots=True)
class MergeEach(Merge):
    """One landing into one dataset: each table changes in a moment of its own, parents before children."""

    def land(self, assure: Assure) -> Mapping[str, TableChange]:
        """All of it; what `assure` raises comes before any row has changed."""
        self.prepare()
        assure()
        self.merge()
        return self.changes

    def _merge(self, batch: Batch) -> None:
        newest, gone = self._newest(batch), self._gone(batch)
        for table in batch.table.family():
            self._put(table, batch.files.get(table.name, ()), newest, gone)

    def _put(self, table: Table, files: Sequence[Path], newest: str, gone: Gone) -> None:
        """Replace, add and bury by one statement; a cut leaves the table as it was or as it shall be."""
        speak, full = self._speaking, self._full(self.landing.prefix + table.name)
        here = speak.stage.of(files) if files else None
        here = here if here and here.rows else None
        if here:
            ((came,),) = speak.execute(f"SELECT count(*) FROM {self._stage(here)}")
            refuse_other(int(came), here.rows, full)
        out, buried, dead = self._affected(table, here, newest, gone)
        if newest or gone.sql:
            sql, values = self._statement(table, here, newest, gone)
            speak.execute(sql, *values)
        into = here.rows if here else 0
        total, live = self._count(full)
        self.changes[self.landing.prefix + table.name] = TableChange(
            inserted=max(0, into - out),
            updated=min(out, into),
            deleted=buried + dead + max(0, out - into),
            before=total - into + out,
            total=total,
            live=live,
        )

    def _statement(
        self, table: Table, here: Staged | None, newest: str, gone: Gone
    ) -> tuple[str, tuple[object, ...]]:
        speak, landing = self._speaking, self.landing
        whose = speak.name(table.parent_id or "id")
        deleted, synced, sync = map(speak.name, MARKS)
        parts, values = self._parts(table, here, newest, gone)
        insert = ""
        if here:
            listed = ", ".join(speak.name(column.name) for column in here.columns)
            brought = ", ".join(f"brought.v{place}" for place in range(len(here.columns)))
            insert = f" WHEN NOT MATCHED AND brought.op = 'in' THEN INSERT ({listed}) VALUES ({brought})"
        sql = (
            f"MERGE INTO {self._full(landing.prefix + table.name)} AS its USING ({parts}) AS brought "
            f"ON its.{speak.name('_realm_id')} = ? AND its.{whose} = brought.whose "
            "WHEN MATCHED AND brought.op = 'out' THEN DELETE "
            f"WHEN MATCHED AND brought.op = 'gone' AND NOT its.{deleted} "
            f"THEN UPDATE SET {deleted} = true, {synced} = ?, {sync} = ?{insert}"
        )
        return sql, (*values, landing.realm_id, landing.started_at, landing.sync_id)

    def _parts(
        self, table: Table, here: Staged | None, newest: str, gone: Gone
    ) -> tuple[str, tuple[object, ...]]:
        """What comes in, which ids' rows go out for it, and which ids are buried."""
        speak, landing = self._speaking, self.landing
        parts, values, nothing = [], [], ""
        if here:
            whose = next(column for column in here.columns if column.name == (table.parent_id or "id"))
            marks = dict(zip(MARKS, (True, landing.started_at, landing.sync_id), strict=True))
            listed = []
            for place, column in enumerate(here.columns):
                brought = value(speak.way, here, column)
                if gone.sql and column.name in marks:
                    its = value(speak.way, here, whose)
                    brought = f"CASE WHEN {its} IN ({gone.sql}) THEN ? ELSE {brought} END"
                    values += [*gone.values, marks[column.name]]
                listed.append(f"{brought} AS v{place}")
            parts.append(f"SELECT 'in' AS op, NULL AS whose, {', '.join(listed)} FROM {self._stage(here)}")
            nothing = ", NULL" * len(here.columns)
        if newest:
            parts.append(f"SELECT 'out' AS op, id AS whose{nothing} FROM ({newest}) AS newest")
        if gone.sql:
            but = f" WHERE {_beyond(newest, 'gone.id')}" if newest else ""
            parts.append(f"SELECT 'gone' AS op, id AS whose{nothing} FROM ({gone.sql}) AS gone{but}")
            values += gone.values
        return " UNION ALL ".join(parts), tuple(values)

    def _affected(self, table: Table, here: Staged | None, newest: str, gone: Gone) -> tuple[int, int, int]:
        """Rows that go out for new ones, rows that are buried, and rows that come in only to be buried."""
        speak, full = self._speaking, self._full(self.landing.prefix + table.name)
        whose, ours = speak.name(table.parent_id or "id"), f"{speak.name('_realm_id')} = ?"
        realm, out, buried, dead = self.landing.realm_id, 0, 0, 0
        if newest:
            out = self._rows(f"{full} WHERE {ours} AND {whose} IN ({newest})", realm)
        if gone.sql:
            but = f" AND {_beyond(newest, f'its.{whose}')}" if newest else ""
            living = f"{ours} AND NOT {speak.name('_deleted')}"
            buried = self._rows(
                f"{full} AS its WHERE {living} AND {whose} IN ({gone.sql}){but}", realm, *gone.values
            )
        if gone.sql and here:
            its = next(column for column in here.columns if column.name == (table.parent_id or "id"))
            dead = self._rows(
                f"{self._stage(here)} WHERE {value(speak.way, here, its)} IN ({gone.sql})", *gone.values
            )
        return out, buried, dead

    def _newest(self, batch: Batch) -> str:
        files = batch.files.get(batch.table.name, ())
        here = self._speaking.stage.of(files) if files else None
        return self._ids(here) if here and here.rows else ""

    def _gone(self, batch: Batch) -> Gone:
        stage, parts, values = self._speaking.stage, [], []
        deleted, spared = (stage.lists.get(tuple(ids)) for ids in (batch.deleted, batch.spared))
        if deleted:
            parts.append(self._ids(deleted))
        if batch.complete:
            full = self._full(self.landing.prefix + batch.table.name)
            newest = self._newest(batch)
            but = f" AND {_beyond(newest, 'its.id')}" if newest else ""
            parts.append(f"SELECT id FROM {full} AS its WHERE {self._speaking.name('_realm_id')} = ?{but}")
            values.append(self.landing.realm_id)
        if not parts:
            return Gone()
        but = f" WHERE {_beyond(self._ids(spared), 'listed.id')}" if spared else ""
        return Gone(sql=f"SELECT id FROM ({' UNION '.join(parts)}) AS listed{but}", values=tuple(values))

    def _ids(self, here: Staged) -> str:
        return f"SELECT {value(self._speaking.way, here, ID)} AS id FROM {self._stage(here)}"

    def _rows(self, where: str, *values: object) -> int:
        return int(self.dialect.execute(f"SELECT count(*) FROM {where}", *values)[0][0])

    def _stage(self, here: Staged) -> str:
        return self.dialect.table(self._speaking.stage.dataset, here.name)

    @property
    def _speaking(self) -> Speaking:
        assert isinstance(self.dialect, Speaking)
        return self.dialect


def _beyond(listed: str, id_: str) -> str:
    """The condition that an id is none of those: NOT IN would compare all with all."""
    return f"NOT EXISTS (SELECT 1 FROM ({listed}) AS those WHERE those.id = {id_})"
