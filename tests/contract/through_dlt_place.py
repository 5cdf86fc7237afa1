"""The kinds that dlt brings rows to, on a PostgreSQL: their own SQL and merge, as they are shipped.

No Redshift, SQL Server, Synapse or Databricks runs here. T-SQL and Databricks' SQL are translated, statement by
statement, by sqlglot. The rows are put into the stage by this file and not by dlt, which takes seconds for it:
tests/destinations/test_through_dlt.py has dlt bring them. What is shown is that the merge of these kinds keeps what a
sync promises wherever a server does what they say; not that theirs does.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import psycopg2.extensions
import pyarrow.parquet as pq
import pytest

from counterfoil.destinations.base import Destination, Kind
from counterfoil.destinations.through_dlt import databricks, mssql, redshift, synapse, tsql
from counterfoil.destinations.through_dlt import redshift_way as words
from counterfoil.destinations.through_dlt import stage as stages
from counterfoil.destinations.through_dlt.databricks_way import way as databricks_way
from counterfoil.destinations.through_dlt.load import ThroughDlt
from counterfoil.destinations.through_dlt.sql import Speaking
from counterfoil.destinations.through_dlt.stage import Loader, LoadingError
from counterfoil.destinations.through_dlt.tsql_way import sql_server
from counterfoil.destinations.through_dlt.tsql_way import synapse as synapse_way
from counterfoil.destinations.through_dlt.way import Way
from counterfoil.model.table import ColumnType, all_columns
from counterfoil.quickbooks.catalog import catalog
from counterfoil.stop import Stop
from tests.contract.place import Ability, Row
from tests.contract.postgres_place import PostgresPlace
from tests.contract.translated import DATABRICKS, SQL_SERVER, plainly, speaking
from tests.postgres import Server

MAKING = """
    CREATE FUNCTION public.getdate() RETURNS timestamp LANGUAGE sql AS $$ SELECT now() AT TIME ZONE 'UTC' $$;
    CREATE FUNCTION public.sysutcdatetime() RETURNS timestamptz LANGUAGE sql AS $$ SELECT now() $$;
    CREATE FUNCTION public.datalength(text) RETURNS int LANGUAGE sql AS $$ SELECT 2 * length($1) $$;
    CREATE COLLATION public.latin1_general_100_bin2 FROM "C";
"""
"""What those servers have and no PostgreSQL."""

KILLING = "its stand-in lives in the process of the tests; the connection is cut at each statement instead"
RIGHTS = "the rights of PostgreSQL, which stands in for it, are not its own"
HOLDING = (
    "nobody can lock a table there as PostgreSQL lets one, and its SQL sets no limit to waiting for that"
)
TOGETHER = "PostgreSQL, which stands in for it, refuses the second of two who make the same thing at once"
STOOD_IN = "a real PostgreSQL that takes its SQL translated by sqlglot; rows staged by COPY in place of dlt"
NAMES = "PostgreSQL, which stands in for it, keeps 63 characters of a name"

REWORDING = "PostgreSQL, which stands in for it, adds columns at a view's end and changes no others"


class Near(Way):
    """A way to a server that is reached through a socket in its folder."""

    def reach(self) -> None:
        if not Path(self.aim.machine).is_dir():
            super().reach()


def _bring(loader: Loader, work: dict[str, Any], folder: Path, stop: Stop) -> None:
    """Put rows into a stage as dlt would."""
    told = loader.arguments["credentials"]
    stage = work["dataset"]
    stop.check()
    try:
        with psycopg.connect(
            host=told["query"]["host"], dbname=told["database"], user=told["username"]
        ) as connection:
            connection.execute(f"CREATE SCHEMA {stage}".encode())
            for name, file in work["tables"].items():
                rows = pq.read_table(folder / file)
                declared = ", ".join(f"{column} text" for column in rows.column_names)
                connection.execute(f"CREATE TABLE {stage}.{name} ({declared})".encode())
                with connection.cursor().copy(f"COPY {stage}.{name} FROM STDIN".encode()) as copy:
                    for row in zip(*(column.to_pylist() for column in rows.columns), strict=True):
                        copy.write_row(row)
    except psycopg.Error as error:
        raise LoadingError(error.sqlstate or "", str(error)) from error


class RedshiftPlace(PostgresPlace):
    """A new database, to which Redshift's SQL is spoken as it is."""

    kind: Kind = redshift.KIND
    tried_on = (
        "no Redshift: a real PostgreSQL that takes its SQL as it is; rows staged by COPY in place of dlt"
    )
    lacks: Mapping[Ability, str] = {
        Ability.NAMES: NAMES,
        Ability.KILLING: KILLING,
        Ability.REWORDING: REWORDING,
    }
    cursor: type[Any] = plainly()

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.options |= {"user": "postgres", "password": "none"}
        for statement in MAKING.strip().split(";\n"):
            self.tell(statement)

    def open(self, **options: str) -> Destination:
        given = {**self.options, **options}
        resolved: dict[str, Any] = {option.name: option.default for option in self.kind.options} | given
        stages.run = _bring
        return ThroughDlt(self.way(resolved), int(resolved["wait_seconds"]))

    def way(self, options: dict[str, Any]) -> Way:
        made = self.shipped(options)
        theirs = {each.name: getattr(made, each.name) for each in fields(made)}
        return Near(**theirs | {"connect": lambda: self.signed_in(options), "loader": self.loader(options)})

    def shipped(self, options: dict[str, Any]) -> Way:
        """The way as it is without us."""
        return words.way(options)

    def loader(self, options: Mapping[str, Any]) -> Loader:
        """PostgreSQL's own, reached through its socket."""
        return Loader(
            destination="postgres",
            arguments={
                "credentials": {
                    "host": "localhost",
                    "database": options["database"],
                    "username": options["user"],
                    "password": "none",
                    "query": {"host": options["host"]},
                }
            },
        )

    def signed_in(self, options: Mapping[str, Any]) -> Any:
        connection = psycopg2.connect(
            host=options["host"],
            dbname=options["database"],
            user=options["user"],
            cursor_factory=self.cursor,
            options="-c timezone=UTC",
        )
        connection.autocommit = True
        return connection

    @contextmanager
    def cut_at(self, statement: int) -> Iterator[list[str]]:
        begun: list[str] = []
        begin = Speaking.begin

        def cut(speaking: Speaking, sql: str) -> None:
            begin(speaking, sql)
            begun.append(sql)
            if len(begun) == statement:
                self.end(speaking.connection.info.backend_pid)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Speaking, "begin", cut)
            patch.setattr(ThroughDlt, "_clear", lambda *_: None)  # of which nothing depends
            yield begun

    def forbidden(self, dataset: str, *, schema: bool) -> Destination:
        user = f"clerk_{secrets.token_hex(4)}"
        self.tell(f"CREATE ROLE {user} LOGIN")
        if schema:  # whoever stages rows has to make a dataset for them
            self.tell(f'GRANT CREATE ON DATABASE "{self.options["database"]}" TO {user}')
            self.tell(f'GRANT USAGE, CREATE ON SCHEMA "{dataset}" TO {user}')
        return self.open(user=user)

    def stages(self) -> list[str]:
        """The stages that are there."""
        with self.connected() as connection:
            found = connection.execute(
                "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'counterfoil_stage%' ORDER BY 1"
            )
            return [name for (name,) in found]


class Translated(RedshiftPlace):
    """A new database, to which another warehouse's SQL is spoken through sqlglot."""

    lacks: Mapping[Ability, str] = {
        Ability.NAMES: NAMES,
        Ability.KILLING: KILLING,
        Ability.REWORDING: REWORDING,
        Ability.RIGHTS: RIGHTS,
        Ability.CATALOG: "PostgreSQL, which stands in for it, keeps those that begin with pg_",
    }

    def add_column(self, dataset: str, table: str, column: str, type_: str) -> None:
        own = self.kind.capabilities.types[ColumnType.TEXT]
        super().add_column(dataset, table, column, "text" if type_ == own else type_)

    def way(self, options: dict[str, Any]) -> Way:
        made = super().way(options)
        theirs = {each.name: getattr(made, each.name) for each in fields(made)}
        told = {
            "errors": psycopg2.Error,
            "meanings": words.MEANINGS,
            "limit": None,
            "conflict": "loaded the same",
        }
        told |= {"mark": "?", "layout": words.LAYOUT}
        return Near(**theirs | told)

    @property
    def types(self) -> Mapping[ColumnType, str]:
        """PostgreSQL's, for those who meddle by hand."""
        return {**dict.fromkeys(ColumnType, "text"), ColumnType.INTEGER: "bigint"}

    def rows(self, dataset: str, table: str) -> list[Row]:
        return [_as_read(row) for row in super().rows(dataset, table)]

    def contents(self, dataset: str) -> dict[str, list[Row]]:
        return {name: list(map(_as_read, rows)) for name, rows in super().contents(dataset).items()}


BITS = {"_deleted", "paid"} | {
    column.name
    for stream in catalog().values()
    for table in stream.table.family()
    for column in all_columns(table)
    if column.type is ColumnType.BOOLEAN
}
"""Columns of yes or no, in the tests' own table and in QuickBooks' catalog."""


def _as_read(row: Row) -> Row:
    """What stands in for a bit is a small number."""
    return {name: bool(value) if name in BITS and value is not None else value for name, value in row.items()}


class SqlServerPlace(Translated):
    """T-SQL, and a turn by PostgreSQL's own lock."""

    kind = mssql.KIND
    tried_on = f"no SQL Server: {STOOD_IN}"
    cursor = speaking(SQL_SERVER)

    def shipped(self, options: dict[str, Any]) -> Way:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                tsql, "odbc", lambda: SimpleNamespace(drivers=lambda: tsql.DRIVERS, Error=Exception)
            )
            return self.served(options)

    def served(self, options: dict[str, Any]) -> Way:
        """Which of the two servers."""
        return sql_server(options, mssql.CAPABILITIES)


class SynapsePlace(SqlServerPlace):
    """T-SQL as Synapse takes it; its tables are made before the transaction."""

    kind = synapse.KIND
    lacks: Mapping[Ability, str] = {
        **Translated.lacks,
        Ability.HOLDING: HOLDING,
        Ability.TOGETHER: TOGETHER,
    }
    tried_on = f"no Synapse: {STOOD_IN}"

    def served(self, options: dict[str, Any]) -> Way:
        return synapse_way(options, synapse.CAPABILITIES)


class DatabricksPlace(Translated):
    """One MERGE for each table."""

    kind = databricks.KIND
    lacks: Mapping[Ability, str] = SynapsePlace.lacks
    tried_on = f"no Databricks: {STOOD_IN}"
    cursor = speaking(DATABRICKS)

    def shipped(self, options: dict[str, Any]) -> Way:
        told = {"server_hostname": options["host"], "http_path": "/sql/1", "catalog": options["database"]}
        return databricks_way({**options, **told})
