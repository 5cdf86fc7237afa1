"""One table as it will be after a landing, prepared beside the one that readers see."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from clickhouse_connect.driver.exceptions import ClickHouseError

from counterfoil.destinations import staged
from counterfoil.destinations.base import Landing, TableChange
from counterfoil.destinations.clickhouse.fit import fitting, within
from counterfoil.destinations.clickhouse.sql import Columns, Speaking, literal
from counterfoil.destinations.clickhouse.tables import created, missing
from counterfoil.errors import WarehouseFailed
from counterfoil.model.table import Table, all_columns

FEW = 10_000
"""Ids that are taken out of a copy by name; for more of them what is left is written anew."""

NO_DELETE = 344
"""What is answered where somebody gave the table a projection."""

MET = """
    SELECT countIf({whose} IN newest), countIf({whose} NOT IN newest AND NOT ifNull(_deleted, true)),
    (SELECT count() FROM {old}) FROM {old} WHERE _realm_id = ? AND ({whose} IN newest OR {whose} IN gone)
"""
"""How many rows are replaced, how many are to be marked deleted, and how many there are in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """Whose rows a batch concerns: the records that it brings, and those that QuickBooks no longer has."""

    newest: pa.Array
    stale: pa.Array  # `_seq` of versions that a newer one replaced
    gone: pa.Array

    @property
    def both(self) -> list[str]:
        """Those that were read, and deleted since."""
        found: list[str] = self.newest.filter(pc.is_in(self.newest, self.gone)).to_pylist()
        return found


@dataclass(slots=True)
class Beside:
    """One table; `there` are the columns that it has by now, None where it is to be made."""

    speaking: Speaking
    landing: Landing
    table: Table
    there: Columns | None
    new: str  # the full name of what is prepared
    ids: Ids
    wide: bool = True  # the server holds days before 1900 and after 2299
    made: bool = False  # it was begun, and has to take its place or be dropped

    def prepare(self, files: Sequence[Path]) -> TableChange | None:
        """Prepare it if anything changes; None where there is nothing to do and nothing to tell."""
        out, lost, before = (0, 0, 0) if self.there is None else self._met()
        if not (files or out or lost):
            return None if self.there is None else self._told(self.old, before=before)
        self.made = True
        if self.there is None:
            self.speaking.tell(created(self.new, all_columns(self.table), self.table.key))
        else:
            self._keep(self.there, changed=out + lost, before=before)
        into = self._insert(files) if files else 0
        if lost and self.there is not None:
            self._bury(self.there)
        lost += self._mark()
        told = self._told(self.new, out=out, into=into, lost=lost, before=before)
        if told.total != before - out + into:
            raise WarehouseFailed(
                f"{self.name} would have {told.total} rows and not {before - out + into}.", do="Sync again."
            )
        return told

    @property
    def name(self) -> str:
        """The table's name, for people."""
        return self.landing.prefix + self.table.name

    @property
    def old(self) -> str:
        """The full name of the table that readers see."""
        return self.speaking.table(self.landing.dataset, self.name)

    @property
    def whose(self) -> str:
        """The column that holds the record's id, in a child its parent's."""
        return self.speaking.name(self.table.parent_id or "id")

    def _met(self) -> tuple[int, int, int]:
        if len(self.ids.newest) or len(self.ids.gone):
            sql = MET.format(whose=self.whose, old=self.old)
            ((out, lost, total),) = self.speaking.read(
                sql, self.landing.realm_id, newest=self.ids.newest, gone=self.ids.gone
            )
            return int(out), int(lost), int(total)
        ((total,),) = self.speaking.read(f"SELECT count() FROM {self.old}")
        return 0, 0, int(total)

    def _keep(self, there: Columns, *, changed: int, before: int) -> None:
        """Begin with all that stays as it is, and every declared column."""
        tell = self.speaking.tell
        tell(f"CREATE TABLE {self.new} AS {self.old}")
        if changed and len(self.ids.newest) + len(self.ids.gone) > FEW:
            if before > changed:
                self._copy_others(there)
        elif before:
            # Both have the same files from now on, whatever their size; none is copied.
            tell(f"ALTER TABLE {self.new} ATTACH PARTITION ALL FROM {self.old}")
            if changed:
                self._leave_out(there)
        for column in missing(all_columns(self.table), there):
            tell(f"ALTER TABLE {self.new} ADD COLUMN {column}")

    def _leave_out(self, there: Columns) -> None:
        """Take out of the copy what is replaced, or marked anew."""
        ways = [f"{self.whose} IN ({_texts(self.ids.newest.to_pylist())})"] if len(self.ids.newest) else []
        if len(self.ids.gone):
            gone = _texts(self.ids.gone.to_pylist())
            ways.append(f"({self.whose} IN ({gone}) AND NOT ifNull(_deleted, true))")
        realm = literal(self.landing.realm_id)
        try:
            self.speaking.tell(f"DELETE FROM {self.new} WHERE _realm_id = {realm} AND ({' OR '.join(ways)})")
        except ClickHouseError as error:
            if getattr(error, "code", None) != NO_DELETE:
                raise
            self.speaking.tell(f"ALTER TABLE {self.new} DROP PARTITION ALL")
            self._copy_others(there)

    def _copy_others(self, there: Columns) -> None:
        listed, whose = self._listed(there), self.whose
        self.speaking.copy(
            f"INSERT INTO {self.new} ({listed}) SELECT {listed} FROM {self.old} WHERE NOT (_realm_id = ? "
            f"AND ({whose} IN newest OR ({whose} IN gone AND NOT ifNull(_deleted, true))))",
            self.landing.realm_id,
            newest=self.ids.newest,
            gone=self.ids.gone,
        )

    def _insert(self, files: Sequence[Path]) -> int:
        columns = staged.present(files, all_columns(self.table))
        rows = staged.pieces(files, columns, self.ids.stale)
        if not self.wide:
            rows = within(self.name, rows)
        schema = pa.schema([pa.field(column.name, staged.ARROW[column.type]) for column in columns])
        return self.speaking.insert(self.new, schema, fitting(self.name, columns, self.there or {}, rows))

    def _bury(self, there: Columns) -> None:
        """Bring what QuickBooks no longer has, marked, parents and children alike (Promise 4)."""
        stamps = {"_synced_at": self.landing.started_at, "_sync_id": self.landing.sync_id}
        marks = {"_deleted": "true", **dict.fromkeys(stamps, "?")}
        values = ", ".join(marks.get(column) or self.speaking.name(column) for column in there)
        self.speaking.copy(
            f"INSERT INTO {self.new} ({self._listed(there)}) SELECT {values} FROM {self.old} WHERE _realm_id = ? "
            f"AND {self.whose} IN gone AND {self.whose} NOT IN newest AND NOT ifNull(_deleted, true)",
            *(stamps[column] for column in there if column in stamps),
            self.landing.realm_id,
            newest=self.ids.newest,
            gone=self.ids.gone,
        )

    def _mark(self) -> int:
        """Mark what was read, and deleted since; answer with how many rows."""
        both, marked = self.ids.both, 0
        for start in range(0, len(both), FEW):
            ids = _texts(both[start : start + FEW])
            where = f"_realm_id = {literal(self.landing.realm_id)} AND {self.whose} IN ({ids})"
            ((found,),) = self.speaking.read(f"SELECT count() FROM {self.new} WHERE {where}")
            moment = f"toDateTime64({literal(f'{self.landing.started_at:%Y-%m-%d %H:%M:%S.%f}')}, 6, 'UTC')"
            self.speaking.tell(
                f"ALTER TABLE {self.new} UPDATE _deleted = true, _synced_at = {moment}, "
                f"_sync_id = {literal(self.landing.sync_id)} WHERE {where}"
            )
            marked += int(found)
        return marked

    def _told(self, full: str, *, out: int = 0, into: int = 0, lost: int = 0, before: int = 0) -> TableChange:
        ((total, live),) = self.speaking.read(
            f"SELECT count(), countIf(_realm_id = ? AND NOT ifNull(_deleted, true)) FROM {full}",
            self.landing.realm_id,
        )
        return TableChange(
            inserted=max(0, into - out),
            updated=min(out, into),
            deleted=lost + max(0, out - into),
            before=before,
            total=int(total),
            live=int(live),
        )

    def _listed(self, there: Columns) -> str:
        return ", ".join(map(self.speaking.name, there))


def _texts(ids: Sequence[str]) -> str:
    return ", ".join(map(literal, ids))
