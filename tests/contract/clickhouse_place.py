"""ClickHouse for the contract suite: an embedded engine behind HTTP, in a process of its own."""

import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from clickhouse_connect import get_client

from counterfoil.destinations.base import Destination
from counterfoil.destinations.clickhouse.kind import KIND
from counterfoil.destinations.clickhouse.sql import Speaking
from counterfoil.model.table import ColumnType
from tests.contract.place import Ability, Row, ToldInSQL
from tests.emulators import environment, free_port, serving

FRONT = Path(__file__).with_name("clickhouse_front.py")
ENGINE = ["chdb-core==26.9.0"]
USER, PASSWORD = "counterfoil", "let me in"


@contextmanager
def running_server(folder: Path) -> Iterator["ClickHousePlace"]:
    """A server with a folder for its data."""
    port = free_port()
    with serving([environment("clickhouse", ENGINE), FRONT, str(port), folder / "data"], port):
        yield ClickHousePlace(port)


@dataclass(frozen=True)
class Owner:
    """Whoever owns the server, and talks to it by other means than ours."""

    port: int

    def ask(self, sql: str, fmt: str | None = None, **more: int) -> bytes:
        """Run a statement, with more settings, and answer with what it says."""
        settings = {"mutations_sync": 2, "alter_sync": 2, "output_format_arrow_string_as_string": 1, **more}
        client = get_client(
            host="127.0.0.1", port=self.port, username=USER, password=PASSWORD, autogenerate_session_id=False
        )
        return bytes(client.raw_query(sql, settings=settings, fmt=fmt))

    def fetch(self, sql: str) -> pa.Table:
        """A query's rows."""
        return pa.ipc.open_stream(self.ask(sql, "ArrowStream")).read_all()

    def say(self, word: str) -> None:
        """Tell the front, which is no ClickHouse, to cut all connections, or to mend them."""
        urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{word}", timeout=20).close()


class ClickHousePlace(ToldInSQL):
    """A server that runs already."""

    kind = KIND
    tried_on = "the real engine: chDB, behind a small HTTP front"
    lacks: Mapping[Ability, str] = {
        Ability.RIGHTS: "the embedded engine knows one user only",
        Ability.HOLDING: "nobody can hold a table: readers and writers never wait for each other",
    }

    def __init__(self, port: int) -> None:
        self.server = Owner(port)
        self.options = {
            "host": "127.0.0.1",
            "port": str(port),
            "user": USER,
            "password": PASSWORD,
            "sslmode": "disable",
            "wait_seconds": "20",
        }

    def open(self, **options: str) -> Destination:
        return KIND.open({**self.options, **options})

    def rows(self, dataset: str, table: str) -> list[Row]:
        found: list[Row] = self.server.fetch(f"SELECT * FROM {self.full(dataset, table)}").to_pylist()
        return [{name: _in_utc(value) for name, value in row.items()} for row in found]

    def contents(self, dataset: str) -> dict[str, list[Row]]:
        return {table: self.rows(dataset, table) for table in self.tables(dataset)}

    def tables(self, dataset: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        listed = self.server.fetch(
            f"SELECT table, name FROM system.columns WHERE database = '{dataset}' ORDER BY table, position"
        )
        for row in listed.to_pylist():
            found.setdefault(row["table"], []).append(row["name"])
        return found

    def drop_dataset(self, dataset: str) -> None:
        self.tell(f"DROP DATABASE {self.name(dataset)}")

    def add_column(self, dataset: str, table: str, column: str, type_: str) -> None:
        words = type_ if type_.startswith("Nullable") else f"Nullable({type_})"  # all others hold no null
        super().add_column(dataset, table, column, words)

    def fill(self, dataset: str, table: str, column: str, word: str) -> None:
        self.tell(f"ALTER TABLE {self.full(dataset, table)} UPDATE {self.name(column)} = '{word}' WHERE true")

    def empty(self, dataset: str, table: str) -> None:
        self.tell(f"TRUNCATE TABLE {self.full(dataset, table)}")

    def retype(self, dataset: str, table: str, column: str, type_: ColumnType) -> None:
        words = self.types[type_]
        self.tell(f"ALTER TABLE {self.full(dataset, table)} MODIFY COLUMN {self.name(column)} {words}")

    def name(self, identifier: str) -> str:
        return "`" + identifier.replace("\\", "\\\\").replace("`", "\\`") + "`"

    def tell(self, sql: str) -> None:
        self.server.ask(sql)

    @contextmanager
    def cut_at(self, statement: int) -> Iterator[list[str]]:
        begun: list[str] = []
        begin = Speaking._begin

        def cut(speaking: Speaking, sql: str) -> None:
            begin(speaking, sql)
            begun.append(sql)
            if len(begun) == statement:
                self.server.say("cut")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Speaking, "_begin", cut)
            try:
                yield begun
            finally:
                self.server.say("mend")

    def held(self, dataset: str, table: str) -> AbstractContextManager[object]:
        raise NotImplementedError(self.lacks[Ability.HOLDING])

    def forbidden(self, dataset: str, *, schema: bool) -> Destination:
        raise NotImplementedError(self.lacks[Ability.RIGHTS])


def _in_utc(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value
