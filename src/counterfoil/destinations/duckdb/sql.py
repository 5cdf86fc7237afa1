"""DuckDB's SQL on one open connection, and how it is broken off."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from counterfoil.destinations.merge import Dialect
from counterfoil.destinations.views import in_utc
from counterfoil.model.table import Column, ColumnType
from counterfoil.stop import Stop

TYPES = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.DECIMAL: "DECIMAL(38,9)",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.DATE: "DATE",
    ColumnType.TIMESTAMP: "TIMESTAMPTZ",
    ColumnType.JSON: "JSON",
}

INSISTING = 0.05
"""Seconds between interrupts: one that comes between two statements is forgotten by DuckDB."""


class Speaking(Dialect):
    """DuckDB's SQL on one open connection."""

    types = TYPES

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, stop: Stop, database: str = "warehouse"
    ) -> None:
        self.connection = connection
        self.stop = stop
        self.database = database

    def execute(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        self.stop.check()
        return self.connection.execute(sql, list(values)).fetchall()

    def read(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        self.stop.check()
        found = self.connection.sql(sql, params=list(values)).to_arrow_table()
        return list(zip(*(column.to_pylist() for column in found.columns), strict=True))

    def change(self, sql: str, *values: object) -> int:
        return int(self.execute(sql, *values)[0][0])

    def table(self, dataset: str, name: str) -> str:
        return f"{self._schema(dataset)}.{self.name(name)}"

    def find_newest(self, files: Sequence[Path], *, listed: bool) -> None:  # noqa: ARG002
        if files:
            rows = f"SELECT id, max(_seq) FROM {_staged(files)} GROUP BY id"
            self.execute(
                f"INSERT INTO newest {rows}"
            )  # `insert` needs them, whether or not they are compared

    def insert(self, table: str, columns: Sequence[Column], files: Sequence[Path], *, made: bool) -> int:  # noqa: ARG002
        staged = _staged(files)
        present = {row[0] for row in self.execute(f"DESCRIBE SELECT * FROM {staged}")}
        names = ", ".join(self.name(column.name) for column in columns if column.name in present)
        return self.change(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM {staged} "
            "WHERE _seq IN (SELECT _seq FROM newest)"
        )

    def layout(self, dataset: str) -> dict[str, set[str]]:
        rows = self.execute(
            "SELECT table_name, list(column_name) FROM duckdb_columns() "
            "WHERE database_name = ? AND schema_name = ? "
            "AND table_oid NOT IN (SELECT view_oid FROM duckdb_views() WHERE database_name = ?) "
            "GROUP BY table_name",
            self.database,
            dataset,
            self.database,
        )
        return {name: set(columns) for name, columns in rows}

    def views(self, dataset: str, names: Sequence[str]) -> list[str]:
        """Those of the names that are views there, in their order."""
        found = self.execute(
            "SELECT view_name FROM duckdb_views() WHERE database_name = ? AND schema_name = ?",
            self.database,
            dataset,
        )
        there = {name for (name,) in found}
        return [name for name in names if name in there]

    def ask(self, dataset: str, sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        """The rows of a query whose bare names are those of a dataset, in UTC."""
        self.execute(f"USE {self._schema(dataset)}")
        return in_utc(self.read(sql, *values))

    def columns(self, dataset: str, table: str) -> set[str]:
        try:
            return {row[0] for row in self.execute(f"DESCRIBE {self.table(dataset, table)}")}
        except duckdb.CatalogException:
            return set()  # and the other tables were not read through, which takes longer than a page may

    def create_dataset(self, dataset: str) -> None:
        self.execute(f"CREATE SCHEMA IF NOT EXISTS {self._schema(dataset)}")

    def index(self, table: str, column: str) -> None:
        """DuckDB reads a column so fast that an index costs more than it saves."""

    def _schema(self, dataset: str) -> str:
        return f"{self.name(self.database)}.{self.name(dataset)}"


def _staged(files: Sequence[Path]) -> str:
    """What stands after FROM to read staged files; columns missing in some are null."""
    listed = ", ".join(text(str(file)) for file in files)
    return f"read_parquet([{listed}], union_by_name = true)"


@contextmanager
def interrupted(connection: duckdb.DuckDBPyConnection, stop: Stop) -> Iterator[None]:
    """Break off whatever the connection does when the stop is asked during the block."""
    over = threading.Event()

    def insist() -> None:
        while not over.wait(INSISTING):
            connection.interrupt()

    interrupter = threading.Thread(target=insist, name="interrupt")
    with stop.calling(interrupter.start):
        try:
            yield
        finally:
            over.set()
    if interrupter.ident is not None:
        interrupter.join()


def text(value: str) -> str:
    """A text as it stands in SQL."""
    return "'" + value.replace("'", "''") + "'"
