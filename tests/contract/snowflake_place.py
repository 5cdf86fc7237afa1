"""Snowflake for the contract suite: a database of its own in `fakesnow`, which has its wire and DuckDB behind it."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector

from counterfoil.destinations.base import Destination
from counterfoil.destinations.snowflake.kind import KIND
from counterfoil.destinations.snowflake.sql import TURN, Speaking
from tests.contract.place import Ability, Row, ToldInSQL
from tests.emulators import environment, free_port, serving

FRONT = Path(__file__).with_name("snowflake_front.py")
REQUIREMENTS = (
    "fakesnow[server]==0.12.1",
    "snowflake-connector-python==4.8.1",  # the server imports modules that 5 no longer has
    "duckdb==2.0.0",
)


@contextmanager
def running_account() -> Iterator[int]:
    """The emulator's port."""
    port = free_port()
    python = environment("fakesnow", REQUIREMENTS)
    with serving([python, "-P", FRONT, str(port)], port):
        yield port


class Found(dict[str, Any]):
    """A row by column: what stands there in upper case is found by its own name."""

    def __missing__(self, name: str) -> Any:
        if name == name.lower():
            raise KeyError(name)
        return self[name.lower()]


class SnowflakePlace(ToldInSQL):
    """A new database."""

    kind = KIND
    tried_on = "fakesnow 0.12, an emulator"
    lacks: Mapping[Ability, str] = {
        Ability.RIGHTS: "the emulator asks nobody who they are",
        Ability.TOGETHER: "the emulator refuses the second of two who make a thing at once, where Snowflake waits",
        Ability.CATALOG: "DuckDB, which stands behind the emulator, keeps them for itself",
    }

    def __init__(self, port: int) -> None:
        self.options = {
            "account": "acme-books",
            "user": "counterfoil",
            "password": "any",
            "database": f"db_{secrets.token_hex(4)}",
            "host": "127.0.0.1",
            "port": str(port),
            "protocol": "http",
            "connect_seconds": "10",
            "network_seconds": "10",
            "wait_seconds": "20",
        }

    def open(self, **options: str) -> Destination:
        return KIND.open({**self.options, **options})

    def rows(self, dataset: str, table: str) -> list[Row]:
        with self.connected() as connection:
            return _rows(connection, self.full(dataset, table))

    def contents(self, dataset: str) -> dict[str, list[Row]]:
        with self.connected() as connection:
            return {
                name: _rows(connection, self.full(dataset, name)) for name in _tables(connection, dataset)
            }

    def tables(self, dataset: str) -> dict[str, list[str]]:
        with self.connected() as connection:
            return _tables(connection, dataset)

    def drop_dataset(self, dataset: str) -> None:
        self.tell(f"DROP SCHEMA {self.name(dataset)}")

    def tell(self, sql: str) -> None:
        with self.connected() as connection:
            connection.cursor().execute(sql)

    @contextmanager
    def cut_at(self, statement: int) -> Iterator[list[str]]:
        begun: list[str] = []
        begin = Speaking._begin

        def cut(speaking: Speaking, sql: str) -> None:
            begin(speaking, sql)
            begun.append(sql)
            if len(begun) == statement:
                connection: Any = speaking.connection
                connection.rest.delete_session()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Speaking, "_begin", cut)
            yield begun

    @contextmanager
    def held(self, dataset: str, table: str) -> Iterator[object]:
        with self.connected() as connection:  # where loads take turns: the emulator locks no table
            connection.cursor().execute("BEGIN")
            connection.cursor().execute(f"UPDATE {self.full(dataset, TURN)} SET turn = 1 - turn")
            yield connection

    def forbidden(self, dataset: str, *, schema: bool) -> Destination:
        raise NotImplementedError(self.lacks[Ability.RIGHTS])

    def full(self, dataset: str, table: str) -> str:
        return f"{self.name(self.options['database'])}.{super().full(dataset, table)}"

    def name(self, identifier: str) -> str:
        return super().name(identifier.upper())

    @contextmanager
    def connected(self) -> Iterator[Any]:
        with snowflake.connector.connect(
            account="acme",
            user="owner",
            password="any",
            database=self.options["database"],
            host="127.0.0.1",
            port=int(self.options["port"]),
            protocol="http",
            paramstyle="qmark",
            platform_detection_timeout_seconds=0,
        ) as connection:
            yield connection


def _tables(connection: Any, dataset: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    listed = connection.cursor().execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = ? "
        "ORDER BY table_name, ordinal_position",
        [dataset.upper()],
    )
    for table, column in listed.fetchall():
        if table.startswith(TURN.upper()):
            continue  # no books
        found.setdefault(table.lower(), []).append(column.lower())
    return found


def _rows(connection: Any, table: str) -> list[Row]:
    cursor = connection.cursor().execute(f"SELECT * FROM {table}")
    names = [each.name.lower() for each in cursor.description]
    return [Found(zip(names, map(_in_utc, row), strict=True)) for row in cursor.fetchall()]


def _in_utc(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value
