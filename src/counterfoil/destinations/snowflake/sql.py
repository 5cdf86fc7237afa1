"""Snowflake's SQL on one open connection."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor

from counterfoil.destinations import staged
from counterfoil.destinations.flavour import Flavour
from counterfoil.destinations.merge import Dialect
from counterfoil.destinations.snowflake.files import written
from counterfoil.destinations.snowflake.kind import TYPES
from counterfoil.model.table import Column
from counterfoil.stop import NEVER, Stop

FEW = 500
"""So many ids are written by a statement; more of them come as a file."""

TURN = "_counterfoil_turn_"
"""What the names of tables begin with that are no books: those that all who load take turns by."""

LAYOUT = """
    SELECT table_name, column_name FROM {}.information_schema.columns WHERE table_schema = ?
"""

ROWS = """
    SELECT table_name, row_count FROM {}.information_schema.tables
    WHERE table_schema = ? AND table_type = 'BASE TABLE'
"""

COPY = (
    "COPY INTO {table} FROM @{place} FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE) "
    "MATCH_BY_COLUMN_NAME = CASE_SENSITIVE ON_ERROR = ABORT_STATEMENT"
)


class Speaking(Dialect):
    """Snowflake's SQL; `doing` is the statement that was begun last. Files go by way of the folder."""

    types = TYPES
    flavour = Flavour(
        newest="_counterfoil_newest",
        gone="_counterfoil_gone",
        scratch="CREATE OR REPLACE TEMPORARY TABLE",  # the driver asks again when it got no answer
        create="CREATE TABLE IF NOT EXISTS",
        add="ADD COLUMN IF NOT EXISTS",
        clear="DELETE FROM",  # TRUNCATE would end the transaction
        now="current_timestamp()",
        row="SELECT {}",
        length="length(CAST({} AS TEXT))",
    )

    def __init__(self, connection: SnowflakeConnection, database: str, folder: Path, stop: Stop) -> None:
        self.connection = connection
        self.database = database
        self.folder = folder
        self.stop = stop
        self.doing = ""
        self.stage = "_counterfoil_" + folder.name.rpartition("-")[2]
        self._numbers = count(1)
        self._stale: pa.Array = pa.array([], pa.int64())

    def execute(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._run(sql, values).fetchall()]

    def read(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self.execute(sql, *values)

    def change(self, sql: str, *values: object) -> int:
        return int(self._run(sql, values).rowcount or 0)

    def find_newest(self, files: Sequence[Path], *, listed: bool) -> None:
        if not files:
            return
        ids, self._stale = staged.newest(files)
        if listed and 0 < len(ids) <= FEW:
            self.execute(
                f"INSERT INTO {self.flavour.newest} (id) {self.flavour.values(len(ids))}", *ids.to_pylist()
            )
        elif listed and len(ids):
            self.load(self.flavour.newest, [pa.RecordBatch.from_arrays([ids], names=["id"])])

    def insert(self, table: str, columns: Sequence[Column], files: Sequence[Path], *, made: bool) -> int:  # noqa: ARG002
        present = staged.present(files, columns)
        return self.load(table, staged.pieces(files, present, self._stale))

    def table(self, dataset: str, name: str) -> str:
        return f"{schema(self, dataset)}.{self.name(name)}"

    def layout(self, dataset: str) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {}
        for table, column in self.execute(LAYOUT.format(_quoted(self.database)), self.kept(dataset)):
            found.setdefault(table, set()).add(column)
        return found

    def create_dataset(self, dataset: str) -> None:
        if not has_dataset(self, dataset):  # IF NOT EXISTS asks for the right all the same
            self.execute(f"CREATE SCHEMA IF NOT EXISTS {schema(self, dataset)}")
        self.execute(f"USE SCHEMA {schema(self, dataset)}")  # where the tables of this session are made

    def index(self, table: str, column: str) -> None:
        """Snowflake knows which parts of a table may hold a value."""

    @staticmethod
    def name(identifier: str) -> str:
        return _quoted(identifier.upper())

    @staticmethod
    def kept(identifier: str) -> str:
        return identifier.upper()

    def load(self, table: str, rows: Iterable[pa.RecordBatch]) -> int:
        """Write files, put them on the stage and copy them into the table; answers with how many rows came."""
        place, sent = f"{self.stage}/{next(self._numbers)}", 0
        for path, length in written(self.folder, rows, self.stop):
            self.execute(f"PUT 'file://{path}' @{place} AUTO_COMPRESS = FALSE")
            path.unlink()
            sent += length
        if not sent:
            return 0
        copied = self.execute(COPY.format(table=table, place=f"{place}/"))
        return sum(int(row[3]) for row in copied)

    def _run(self, sql: str, values: Sequence[object]) -> SnowflakeCursor:
        self._begin(sql)
        cursor = self.connection.cursor()
        future: Future[object] = Future()
        bound = [_bound(value) for value in values] or None
        if self.stop is NEVER:
            cursor.execute(sql, bound)
            return cursor

        def run() -> None:
            try:
                future.set_result(cursor.execute(sql, bound))
            except BaseException as error:  # whatever it is, it is raised where it is waited for
                future.set_exception(error)

        threading.Thread(target=run, name="snowflake", daemon=True).start()
        self.stop.result(future)
        return cursor

    def _begin(self, statement: str) -> None:
        self.stop.check()
        if statement != "ROLLBACK":  # what was done before it is to blame
            self.doing = statement


def schema(speaking: Speaking, dataset: str) -> str:
    """A dataset's full name, quoted."""
    return f"{_quoted(speaking.database)}.{speaking.name(dataset)}"


def has_dataset(speaking: Speaking, dataset: str) -> bool:
    """Tell whether it is there, for us to see."""
    sql = f"SELECT 1 FROM {_quoted(speaking.database)}.information_schema.schemata WHERE schema_name = ?"
    return bool(speaking.execute(sql, speaking.kept(dataset)))


def count_all(speaking: Speaking, dataset: str) -> dict[str, int]:
    """The rows of each table, by the name that it has there."""
    rows = speaking.execute(ROWS.format(_quoted(speaking.database)), speaking.kept(dataset))
    return {name: int(total) for name, total in rows if not name.startswith(speaking.kept(TURN))}


def views_of(speaking: Speaking, dataset: str, names: Sequence[str]) -> list[str]:
    """Those of the names that are views there, in their order."""
    sql = (
        f"SELECT table_name FROM {_quoted(speaking.database)}.information_schema.views WHERE table_schema = ?"
    )
    there = {name for (name,) in speaking.execute(sql, speaking.kept(dataset))} if names else set()
    return [name for name in names if speaking.kept(name) in there]


def create_stage(speaking: Speaking) -> None:
    """Where files are put; it goes with the session, and so do they."""
    speaking.execute(f"CREATE OR REPLACE TEMPORARY STAGE {speaking.stage}")


def commit(speaking: Speaking) -> None:
    """Not to be interrupted: nobody could say whether it took place."""
    speaking.doing = "COMMIT"
    speaking.connection.cursor().execute("COMMIT")


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _bound(value: object) -> object:
    """A value with its type, where the driver would take another one."""
    return ("TIMESTAMP_TZ", value) if isinstance(value, datetime) else value
