"""PostgreSQL's SQL on one open connection, inside one transaction."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa

from counterfoil.destinations import staged
from counterfoil.destinations.merge import Dialect
from counterfoil.destinations.postgres.copy import END, HEAD, INSTEAD_OF_NUL, encode
from counterfoil.destinations.postgres.kind import TYPES
from counterfoil.model.table import Column, ColumnType
from counterfoil.stop import Stop

OIDS = {
    ColumnType.TEXT: {25, 1043},  # text, varchar: the same on the wire
    ColumnType.DECIMAL: {1700},
    ColumnType.INTEGER: {20},
    ColumnType.BOOLEAN: {16},
    ColumnType.DATE: {1082},
    ColumnType.TIMESTAMP: {1184},
    ColumnType.JSON: {114},
}
"""Types that take our bytes as they are. Others would take some of them for what they are not."""

PART = 8_192
"""Rows that are made while as many are on their way."""

LAYOUT = """
    SELECT c.relname, array_agg(a.attname::text), array_agg(a.atttypid::bigint)
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE n.nspname = ? AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    GROUP BY c.relname
"""

VIEWS = "SELECT viewname FROM pg_catalog.pg_views WHERE schemaname = ?"

SOME = 1000
"""Ids that PostgreSQL takes a table for that it does not know."""

MARK = re.compile(r"""("(?:[^"]|"")*"|'(?:[^']|'')*')|\?""")


class Speaking(Dialect):
    """PostgreSQL's SQL; `doing` is the statement that was begun last."""

    types = TYPES

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]], stop: Stop) -> None:
        self.connection = connection
        self.stop = stop
        self.doing = ""
        self._stale: pa.Array = pa.array([], pa.int64())
        self._there: dict[str, Mapping[str, int]] = {}

    def execute(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        cursor = self._run(sql, values)
        return cursor.fetchall() if cursor.description else []

    def read(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self.execute(sql, *values)

    def change(self, sql: str, *values: object) -> int:
        return self._run(sql, values).rowcount

    def find_newest(self, files: Sequence[Path], *, listed: bool) -> None:
        if not files:
            return
        ids, self._stale = staged.newest(files)
        if listed:
            self._copy("newest", ["id"], [pa.RecordBatch.from_arrays([ids], names=["id"])])
            if len(ids) > SOME:
                self.execute("ANALYZE newest")  # unknown, it would count as small whatever it holds

    def insert(self, table: str, columns: Sequence[Column], files: Sequence[Path], *, made: bool) -> int:
        present = staged.present(files, columns)
        names = [column.name for column in present]
        rows = staged.pieces(files, present, self._stale)
        if self._takes(table, present):
            return self._copy(table, names, rows, frozen=made)
        return self._convert(table, present, rows)

    def table(self, dataset: str, name: str) -> str:
        return f"{self.name(dataset)}.{self.name(name)}"

    def layout(self, dataset: str) -> dict[str, set[str]]:
        found = {
            name: dict(zip(columns, types, strict=True))
            for name, columns, types in self.execute(LAYOUT, dataset)
        }
        self._there = {self.table(dataset, name): columns for name, columns in found.items()}
        return {name: set(columns) for name, columns in found.items()}

    def create_dataset(self, dataset: str) -> None:
        if not self.execute("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = ?", dataset):
            self.execute(
                f"CREATE SCHEMA {self.name(dataset)}"
            )  # IF NOT EXISTS asks for the right all the same

    def index(self, table: str, column: str) -> None:
        self.execute(f"CREATE INDEX ON {table} ({self.name(column)})")

    def _takes(self, table: str, columns: Sequence[Column]) -> bool:
        """Tell whether all columns are of the types that we gave them."""
        there = self._there.get(table, {})  # one that was made in this transaction is as we made it
        return all(there.get(column.name) in {None, *OIDS[column.type]} for column in columns)

    def _convert(self, table: str, columns: Sequence[Column], rows: Any) -> int:
        """Somebody gave columns other types: let the server convert what it can, and refuse what it cannot."""
        listed = ", ".join(self.name(column.name) for column in columns)
        declared = ", ".join(f"{self.name(column.name)} {TYPES[column.type]}" for column in columns)
        self.execute(f"CREATE TEMPORARY TABLE converted ({declared})")
        self._copy("converted", [column.name for column in columns], rows)
        count = self.change(f"INSERT INTO {table} ({listed}) SELECT {listed} FROM converted")
        self.execute("DROP TABLE converted")
        return count

    def _copy(self, table: str, names: Sequence[str], rows: Any, *, frozen: bool = False) -> int:
        listed = ", ".join(map(self.name, names))
        options = "FORMAT binary, FREEZE" if frozen else "FORMAT binary"
        self._begin(f"COPY {table} ({listed}) FROM STDIN ({options})")
        with self.connection.cursor() as cursor:
            with cursor.copy(self.doing) as copy:
                copy.write(HEAD)
                for piece in _ahead(encode(some) for each in rows for some in _in_parts(each)):
                    self.stop.check()
                    copy.write(piece)
                copy.write(END)
            return cursor.rowcount

    def _run(self, sql: str, values: tuple[object, ...]) -> psycopg.Cursor[tuple[Any, ...]]:
        self._begin(sql)
        return self.connection.execute(_numbered(sql), [_held(value) for value in values])

    def _begin(self, statement: str) -> None:
        self.stop.check()
        if statement != "ROLLBACK":  # what was done before it is to blame
            self.doing = statement


def views_of(speaking: Speaking, dataset: str, names: Sequence[str]) -> list[str]:
    """Those of the names that are views there, in their order."""
    there = {name for (name,) in speaking.execute(VIEWS, dataset)}
    return [name for name in names if name in there]


def _in_parts(rows: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    return (rows.slice(start, PART) for start in range(0, len(rows), PART))


def _ahead(pieces: Iterable[memoryview]) -> Iterator[memoryview]:
    """The same pieces, each made while the one before it is on its way: both sides work at once."""
    coming = iter(pieces)
    with ThreadPoolExecutor(1) as maker:
        made = maker.submit(next, coming, None)
        while (piece := made.result()) is not None:
            made = maker.submit(next, coming, None)
            yield piece


@lru_cache(maxsize=512)
def _numbered(sql: str) -> bytes:
    """The statement with `$1` for the first `?` and so on, but for those in names and texts."""
    numbers = count(1)
    return MARK.sub(lambda found: found[1] or f"${next(numbers)}", sql).encode()


def _held(value: object) -> object:
    return value.replace("\0", INSTEAD_OF_NUL) if isinstance(value, str) else value
