"""One session of a warehouse that is loaded through dlt: the merge's SQL over the driver that dlt brings along."""

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from counterfoil.destinations.merge import Dialect
from counterfoil.destinations.through_dlt.stage import ESCAPES, Stage, Staged
from counterfoil.destinations.through_dlt.way import AGAIN, Way
from counterfoil.errors import WarehouseFailed
from counterfoil.model.table import Column, ColumnType
from counterfoil.stop import Stop

INSISTING = 0.5
"""Seconds between two requests to break a statement off: one that comes before it ends nothing."""

MARK = re.compile(r"""("(?:[^"]|"")*"|`(?:[^`]|``)*`|'(?:[^']|'')*')|(\?)|(%)""")


class Speaking(Dialect):
    """The warehouse's SQL on one open connection; `doing` is the statement that was begun last."""

    def __init__(self, way: Way, connection: Any, stop: Stop) -> None:
        self.way, self.connection, self.stop = way, connection, stop
        self.types = way.types  # type: ignore[misc]  # of this kind, not of all
        self.flavour = way.flavour  # type: ignore[misc]
        self.doing = ""
        self.stage = Stage(dataset="")

    def execute(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._run(sql, values) as cursor:
            return [tuple(row) for row in cursor.fetchall()] if cursor.description else []

    def read(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return [tuple(map(_aware, row)) for row in self.execute(sql, *values)]

    def change(self, sql: str, *values: object) -> int:
        with self._run(sql, values) as cursor:
            return int(cursor.rowcount)

    def find_newest(self, files: Sequence[Path], *, listed: bool) -> None:
        if files and listed:
            here = self.stage.of(files)
            if here.rows:
                id_ = next(column for column in here.columns if column.name == "id")
                self.execute(
                    f"INSERT INTO {self.flavour.newest} (id) SELECT {value(self.way, here, id_)} "
                    f"FROM {self.table(self.stage.dataset, here.name)}"
                )

    def insert(self, table: str, columns: Sequence[Column], files: Sequence[Path], *, made: bool) -> int:  # noqa: ARG002
        here = self.stage.of(files)
        if not here.rows:
            return 0
        listed = ", ".join(self.name(column.name) for column in here.columns)
        values = ", ".join(value(self.way, here, column) for column in here.columns)
        came = self.change(
            f"INSERT INTO {table} ({listed}) SELECT {values} FROM {self.table(self.stage.dataset, here.name)}"
        )
        refuse_other(came, here.rows, table)
        return came

    def table(self, dataset: str, name: str) -> str:
        return f"{self.name(dataset)}.{self.name(name)}"

    def layout(self, dataset: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for table, column in self.execute(self.way.layout, dataset):
            found.setdefault(table, set()).add(column)
        return found

    def has_dataset(self, dataset: str) -> bool:
        return bool(self.execute("SELECT 1 FROM INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME = ?", dataset))

    def create_dataset(self, dataset: str) -> None:
        if not self.has_dataset(dataset):
            self.execute(f"CREATE SCHEMA {self.name(dataset)}")

    def index(self, table: str, column: str) -> None:
        """None of these warehouses finds rows by an index on text of any length."""

    def name(self, identifier: str) -> str:  # type: ignore[override]
        quote = self.way.capabilities.quote
        return quote + identifier.replace(quote, quote * 2) + quote

    @contextmanager
    def _run(self, sql: str, values: Sequence[object]) -> Iterator[Any]:
        self.begin(sql)
        cursor = self.connection.cursor()
        try:
            with self._broken_off(cursor):
                if values:
                    cursor.execute(marked(sql, self.way.mark), [_held(self.way, each) for each in values])
                else:
                    cursor.execute(sql)
                yield cursor
        finally:
            with suppress(Exception):
                cursor.close()

    def begin(self, statement: str) -> None:
        """Note what is done next, unless it is to stop."""
        self.stop.check()
        if statement != "ROLLBACK":  # what was done before it is to blame
            self.doing = statement

    @contextmanager
    def _broken_off(self, cursor: Any) -> Iterator[None]:
        """Break off what the cursor does when the stop is asked."""
        over = threading.Event()
        cancel = getattr(self.connection, "cancel", None) or cursor.cancel

        def insist() -> None:
            while not over.wait(INSISTING):
                with suppress(Exception):
                    cancel()

        thread = threading.Thread(target=insist, name="interrupt", daemon=True)
        with self.stop.calling(thread.start):
            try:
                yield
            finally:
                over.set()


def value(way: Way, here: Staged, column: Column) -> str:
    """A column of the stage as what its text stands for."""
    name, its = here.column(column.name), way.flavour
    if column.type in {ColumnType.TEXT, ColumnType.JSON}:
        return _unescaped(way, name) if column.name in here.escaped else name
    if column.type is ColumnType.BOOLEAN:
        return f"CASE {name} WHEN '1' THEN {its.true} WHEN '0' THEN {its.false} END"
    return f"CAST({name} AS {way.types[column.type]})"


def _unescaped(way: Way, name: str) -> str:
    text = way.flavour.exact.format(name)
    for character, instead in reversed(ESCAPES):
        text = f"REPLACE({text}, '{instead}', {way.flavour.char.format(ord(character))})"
    return text


def drop_dataset(speaking: Speaking, dataset: str) -> None:
    """Take a stage away with all that is in it."""
    name = speaking.name(dataset)
    if speaking.flavour.cascade:
        speaking.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")
        return
    for table in speaking.layout(dataset):
        speaking.execute(f"DROP TABLE {speaking.table(dataset, table)}")
    if speaking.has_dataset(dataset):
        speaking.execute(f"DROP SCHEMA {name}")


def put_away(speaking: Speaking, dataset: str, names: Sequence[str]) -> None:
    """Take views away, the last one first; not all of these warehouses know IF EXISTS for them."""
    sql = "SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_TYPE = 'VIEW'"
    there = {str(name) for (name,) in speaking.execute(sql, dataset)} if names else set()
    for name in reversed([name for name in names if name in there]):
        speaking.execute(f"DROP VIEW {speaking.table(dataset, name)}")


def _held(way: Way, value: object) -> object:
    if isinstance(value, datetime) and way.moments_as_text:
        return value.astimezone(UTC).isoformat()
    return value.replace("\0", way.capabilities.instead_of_nul) if isinstance(value, str) else value


def refuse_other(came: int, expected: int, table: str) -> None:
    """Raise WarehouseFailed where the stage lost or doubled rows."""
    if came != expected:
        raise WarehouseFailed(f"Of {expected} rows for {table} {came} came through the stage.", do=AGAIN)


@lru_cache(maxsize=512)
def marked(sql: str, mark: str) -> str:
    """The statement with the driver's own marks for values, but for those in names and texts."""
    if mark == "?":
        return sql
    plain = MARK.sub(lambda found: found[1] or ("\0" if found[2] else "%"), sql)
    return plain.replace("%", "%%").replace("\0", mark)


def _aware(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and not value.tzinfo else value


def stages_left(speaking: Speaking) -> Mapping[str, None]:
    """The datasets of all tables, each once."""
    found = speaking.execute("SELECT DISTINCT TABLE_SCHEMA FROM INFORMATION_SCHEMA.TABLES")
    return dict.fromkeys(str(name) for (name,) in found)
