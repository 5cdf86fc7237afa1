"""DuckDB for the contract suite: a file."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from counterfoil.destinations.base import Destination
from counterfoil.destinations.duckdb.kind import KIND
from counterfoil.destinations.duckdb.sql import Speaking
from tests.contract.place import Ability, Row, ToldInSQL
from tests.road.broken import holding


class DuckDBPlace(ToldInSQL):
    """A new file."""

    kind = KIND
    tried_on = "the real engine: DuckDB, in this process"
    lacks: Mapping[Ability, str] = {
        Ability.RIGHTS: "they are those of the file, which the operating system keeps"
    }

    def __init__(self, folder: Path) -> None:
        self.path = folder / "lake.duckdb"
        self.options = {"path": str(self.path), "wait_seconds": "20"}

    def open(self, **options: str) -> Destination:
        return KIND.open({**self.options, **options})

    def rows(self, dataset: str, table: str) -> list[Row]:
        with duckdb.connect(self.path, read_only=True) as connection:
            return _rows(connection, dataset, table)

    def contents(self, dataset: str) -> dict[str, list[Row]]:
        if not self.path.exists():
            return {}
        with duckdb.connect(self.path, read_only=True) as connection:
            names = connection.execute(
                "SELECT table_name FROM duckdb_tables() WHERE schema_name = ?", [dataset]
            ).fetchall()
            return {name: _rows(connection, dataset, name) for (name,) in names}

    def tables(self, dataset: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        if not self.path.exists():
            return found
        with duckdb.connect(self.path, read_only=True) as connection:
            listed = connection.execute(
                "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = ? "
                "ORDER BY table_name, column_index",
                [dataset],
            ).fetchall()
        for table, column in listed:
            found.setdefault(table, []).append(column)
        return found

    def tell(self, sql: str) -> None:
        with duckdb.connect(self.path) as connection:
            connection.execute(sql)

    @contextmanager
    def cut_at(self, statement: int) -> Iterator[list[str]]:
        begun: list[str] = []
        execute = Speaking.execute

        def cut(speaking: Speaking, sql: str, *values: object) -> list[tuple[Any, ...]]:
            begun.append(sql)
            if len(begun) == statement:
                speaking.connection.close()
            return execute(speaking, sql, *values)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Speaking, "execute", cut)
            yield begun

    def held(self, dataset: str, table: str) -> AbstractContextManager[object]:
        return holding(self.path)  # it is the file that is held

    def forbidden(self, dataset: str, *, schema: bool) -> Destination:
        raise NotImplementedError(self.lacks[Ability.RIGHTS])


def _rows(connection: duckdb.DuckDBPyConnection, dataset: str, table: str) -> list[Row]:
    found: list[Row] = connection.table(f'"{dataset}".{_quoted(table)}').to_arrow_table().to_pylist()
    return [{name: _in_utc(value) for name, value in row.items()} for row in found]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _in_utc(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value
