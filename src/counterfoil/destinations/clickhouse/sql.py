"""ClickHouse's SQL over HTTP: every request is one statement, and Arrow carries its rows."""

import re
import uuid
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import TimeoutError as Late
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from itertools import count
from typing import Any, ClassVar, TypeVar

import pyarrow as pa
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.external import ExternalData

from counterfoil.destinations.clickhouse.reach import TROUBLES, in_a_thread
from counterfoil.destinations.flavour import Flavour
from counterfoil.errors import Cancelled
from counterfoil.stop import NEVER, Stop

T = TypeVar("T")

MARK = re.compile(r"(`(?:[^`\\]|\\.)*`|'(?:[^'\\]|\\.)*')|\?", re.DOTALL)

LAYOUT = """
    SELECT table, name, type, default_kind IN ('', 'DEFAULT') FROM system.columns
    WHERE database = ? AND table NOT IN (SELECT name FROM system.tables WHERE database = ? AND engine LIKE '%View')
    ORDER BY table, position
"""

PACKED = pa.ipc.IpcWriteOptions(compression="lz4")
FAREWELL = 10.0
"""Seconds that a last request may take when the work was broken off."""

Columns = Mapping[str, str]
"""A table's columns that can be written to, in their order, with the server's own words for their types."""


class Speaking:
    """One user's statements; `doing` is the one that was begun last."""

    flavour: ClassVar[Flavour] = Flavour()

    def __init__(self, client: Client, stop: Stop) -> None:
        self.client = client
        self.stop = stop
        self.doing = ""

    def tell(self, sql: str, *values: object) -> None:
        """Run a statement that has no rows."""
        self._ask(sql, values, None, {})

    execute = tell

    def read(self, sql: str, *values: object, **ids: pa.Array) -> list[tuple[Any, ...]]:
        """Run a query with `?` values and answer with its rows, their values exact.

        Lists of ids can be asked of by their names, as tables with the one column `id`.
        """
        found = self.fetch(sql, *values, **ids)
        return list(zip(*(column.to_pylist() for column in found.columns), strict=True))

    def fetch(self, sql: str, *values: object, **ids: pa.Array) -> pa.Table:
        """Run a query as `read` does, and answer with its rows in columns."""
        return pa.ipc.open_stream(self._ask(sql, values, "ArrowStream", ids)).read_all()

    def copy(self, sql: str, *values: object, **ids: pa.Array) -> None:
        """Run an INSERT … SELECT, which may ask of lists of ids."""
        self._ask(sql, values, None, ids)

    def insert(self, table: str, schema: pa.Schema, rows: Iterator[pa.RecordBatch]) -> int:
        """Send rows, and answer with how many there were."""
        self._begin(f"INSERT INTO {table}")
        sent = 0

        def counted() -> Iterator[pa.RecordBatch]:
            nonlocal sent
            for piece in rows:
                self.stop.check()
                sent += len(piece)
                yield piece

        self._wait(
            lambda query: self.client.raw_insert(
                table,
                schema.names,
                _stream(schema, counted()),
                settings={"query_id": query},
                fmt="ArrowStream",
            )
        )
        return sent

    def layout(self, dataset: str) -> dict[str, Columns]:
        """The tables of a dataset, asked at once."""
        found: dict[str, dict[str, str]] = {}
        for table, column, type_, written in self.read(LAYOUT, dataset, dataset):
            columns = found.setdefault(table, {})
            if written:
                columns[column] = type_
        return dict(found)

    def columns(self, dataset: str, table: str) -> set[str]:
        """The columns of one table; none when it is not there."""
        sql = "SELECT name FROM system.columns WHERE database = ? AND table = ?"
        return {name for (name,) in self.read(sql, dataset, table)}

    def table(self, dataset: str, name: str) -> str:
        """A table's full name, quoted."""
        return f"{self.name(dataset)}.{self.name(name)}"

    @staticmethod
    def name(identifier: str) -> str:
        """A name, quoted."""
        return "`" + identifier.replace("\\", "\\\\").replace("`", "\\`") + "`"

    @staticmethod
    def kept(identifier: str) -> str:
        """A name as `columns` tells it."""
        return identifier

    def drop(self, tables: Sequence[str]) -> None:
        """Take tables of ours away after all went wrong, as far as the server still listens."""
        self.stop = NEVER
        with suppress(*TROUBLES, Late):
            for table in tables:
                sql = f"DROP TABLE IF EXISTS {table}"
                self._begin(sql)
                in_a_thread(lambda sql=sql: self.client.raw_query(sql)).result(FAREWELL)  # type: ignore[misc]

    def _ask(self, sql: str, values: Sequence[object], fmt: str | None, ids: Mapping[str, pa.Array]) -> bytes:
        self._begin(sql)
        text, parameters = _bound(sql, values)
        lists = ExternalData()
        for name, column in ids.items():
            batch = pa.RecordBatch.from_arrays([column], names=["id"])
            data = b"".join(_stream(batch.schema, iter([batch])))
            lists.add_file(file_name=name, data=data, fmt="ArrowStream", structure="id String")
        answer = self._wait(
            lambda query: self.client.raw_query(
                text,
                parameters,
                settings={"query_id": query},
                fmt=fmt,
                external_data=lists if ids else None,
            )
        )
        return bytes(answer)

    def _begin(self, statement: str) -> None:
        self.stop.check()
        self.doing = statement

    def _wait(self, deed: Callable[[str], T]) -> T:
        """Have a request made, and leave it when the stop is asked: the server is told to break it off."""
        query = uuid.uuid4().hex
        try:
            return self.stop.result(in_a_thread(lambda: deed(query)))
        except Cancelled:
            with suppress(*TROUBLES, Late):
                end = f"KILL QUERY WHERE query_id = '{query}' ASYNC"
                in_a_thread(lambda: self.client.raw_query(end)).result(FAREWELL)
            raise


def literal(text: str) -> str:
    """A text as it stands in a statement: for those that can take no values of their own."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\0", "\\0") + "'"


def _bound(sql: str, values: Sequence[object]) -> tuple[str, dict[str, Any]]:
    """The statement with a named parameter for each `?`, but for those in names and texts."""
    numbers, given = count(), {f"v{place}": _held(value) for place, value in enumerate(values)}

    def named(found: re.Match[str]) -> str:
        if found[1]:
            return found[1]
        place = next(numbers)
        return f"{{v{place}:{_type(values[place])}}}"

    return (MARK.sub(named, sql), given) if values else (sql, {})


def _type(value: object) -> str:
    if isinstance(value, datetime):
        return "DateTime64(6, 'UTC')"
    return {bool: "Bool", int: "Int64"}.get(type(value), "String")


def _held(value: object) -> object:
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value


def _stream(schema: pa.Schema, rows: Iterator[pa.RecordBatch]) -> Generator[bytes, None, None]:
    """Rows as Arrow's stream, a piece at a time."""
    buffer = BytesIO()
    with pa.ipc.new_stream(buffer, schema, options=PACKED) as writer:
        for piece in rows:
            writer.write_batch(piece)
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
