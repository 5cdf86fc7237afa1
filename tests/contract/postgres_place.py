"""PostgreSQL for the contract suite: a database of its own on a server that the tests start."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg.types.string import TextLoader
from sqlalchemy import make_url

from counterfoil.destinations.base import Destination
from counterfoil.destinations.postgres.kind import KIND
from counterfoil.destinations.postgres.sql import Speaking
from tests.contract.place import Ability, Row, ToldInSQL
from tests.postgres import Server


class PostgresPlace(ToldInSQL):
    """A new database."""

    kind = KIND
    tried_on = "a real server: PostgreSQL"
    lacks: Mapping[Ability, str] = {}

    def __init__(self, server: Server) -> None:
        name = make_url(server.new_database()).database or ""
        self.options = {
            "host": str(server.folder),
            "database": name,
            "user": "postgres",
            "wait_seconds": "20",
        }

    def open(self, **options: str) -> Destination:
        return KIND.open({**self.options, **options})

    def rows(self, dataset: str, table: str) -> list[Row]:
        with self.connected() as connection:
            return _rows(connection, dataset, table)

    def contents(self, dataset: str) -> dict[str, list[Row]]:
        with self.connected() as connection:
            names = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = %s", [dataset]
            ).fetchall()
            return {name: _rows(connection, dataset, name) for (name,) in names}

    def tables(self, dataset: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        with self.connected() as connection:
            listed = connection.execute(
                "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = %s "
                "ORDER BY table_name, ordinal_position",
                [dataset],
            ).fetchall()
        for table, column in listed:
            found.setdefault(table, []).append(column)
        return found

    def tell(self, sql: str) -> None:
        with self.connected() as connection:
            connection.execute(sql.encode())

    @contextmanager
    def cut_at(self, statement: int) -> Iterator[list[str]]:
        begun: list[str] = []
        begin = Speaking._begin

        def cut(speaking: Speaking, sql: str) -> None:
            begin(speaking, sql)
            begun.append(sql)
            if len(begun) == statement:
                self.end(speaking.connection.info.backend_pid)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Speaking, "_begin", cut)
            yield begun

    @contextmanager
    def held(self, dataset: str, table: str) -> Iterator[object]:
        with self.connected() as connection, connection.transaction():
            connection.execute(f'LOCK TABLE "{dataset}".{_quoted(table)}'.encode())
            yield connection

    def forbidden(self, dataset: str, *, schema: bool) -> Destination:
        user = f"clerk_{secrets.token_hex(4)}"
        self.tell(f"CREATE ROLE {user} LOGIN")
        if schema:
            self.tell(f'GRANT USAGE, CREATE ON SCHEMA "{dataset}" TO {user}')
        return self.open(user=user)

    def end(self, process: int) -> None:
        """End a session of the server, and wait until it is gone."""
        with self.connected() as connection:
            connection.execute("SELECT pg_terminate_backend(%s, 5000)", [process])

    @contextmanager
    def connected(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        with psycopg.connect(
            host=self.options["host"],
            dbname=self.options["database"],
            user="postgres",
            autocommit=True,
            options="-c timezone=UTC",
        ) as connection:
            yield connection


def _rows(connection: psycopg.Connection[tuple[Any, ...]], dataset: str, table: str) -> list[Row]:
    connection.adapters.register_loader("json", TextLoader)
    cursor = connection.execute(f'SELECT * FROM "{dataset}".{_quoted(table)}'.encode())
    names = [each.name for each in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
