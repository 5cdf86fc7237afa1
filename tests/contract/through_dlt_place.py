"""The adapter for dlt's kinds, on a PostgreSQL: their own SQL and merge, staged by dlt's destination for PostgreSQL.

No Redshift, SQL Server, Synapse or Databricks runs here. What is shown is that the road, the SQL and the merge of these
kinds keep what a sync promises wherever a server does what they say; not that theirs does.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import psycopg2.extensions
import pytest

from counterfoil.destinations import redshift
from counterfoil.destinations.base import Destination, Kind, Landing
from counterfoil.destinations.redshift_way import way as redshift_way
from counterfoil.destinations.through_dlt import ThroughDlt
from counterfoil.destinations.through_dlt_sql import Speaking
from counterfoil.destinations.through_dlt_stage import Loader, Stage
from counterfoil.destinations.through_dlt_way import Way
from counterfoil.stop import Stop
from tests.contract.place import Ability
from tests.contract.postgres_place import PostgresPlace
from tests.postgres import Server

UNKNOWN = ("SET enable_case_sensitive_identifier",)
"""What a Redshift is told and no PostgreSQL knows: it keeps capitals in names by itself."""

GETDATE = """
    CREATE FUNCTION public.getdate() RETURNS timestamp LANGUAGE sql AS $$ SELECT now() AT TIME ZONE 'UTC' $$
"""


class Lenient(psycopg2.extensions.cursor):  # type: ignore[misc]
    """Leaves out what no PostgreSQL knows."""

    def execute(self, query: Any, values: Any = None) -> None:
        if not str(query).startswith(UNKNOWN):
            super().execute(query, values)


class RedshiftPlace(PostgresPlace):
    """A new database, to which Redshift's SQL is spoken."""

    kind: Kind = redshift.KIND
    tried_on = "no Redshift: the adapter, on a real PostgreSQL"
    lacks: Mapping[Ability, str] = {
        Ability.NAMES: "PostgreSQL, which stands in for it, keeps 63 characters of a name",
    }

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.options |= {"user": "postgres", "password": "none"}
        self.tell(GETDATE)
        self.left = ExitStack()
        self.stages: dict[tuple[str, str], Stage] = {}

    def open(self, **options: str) -> Destination:
        given = {**self.options, **options}
        resolved: dict[str, Any] = {option.name: option.default for option in self.kind.options} | given
        return ThroughDlt(self.way(resolved), int(resolved["wait_seconds"]))

    def way(self, options: dict[str, Any]) -> Way:
        return replace(
            redshift_way(options), connect=lambda: self.signed_in(options), loader=self.loader(options)
        )

    def loader(self, options: Mapping[str, Any]) -> Loader:
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
            host=options["host"], dbname=options["database"], user=options["user"], cursor_factory=Lenient
        )
        connection.autocommit = True
        return connection

    @contextmanager
    def cut_at(self, statement: int) -> Iterator[list[str]]:
        begun: list[str] = []
        begin, staged = Speaking.begin, ThroughDlt.staged

        @contextmanager
        def once(warehouse: ThroughDlt, landing: Landing, stop: Stop) -> Iterator[Stage]:
            """The rows need not be brought again for each of a hundred cuts."""
            key = (landing.dataset, landing.sync_id)
            if key not in self.stages:
                self.stages[key] = self.left.enter_context(staged(warehouse, landing, stop))
            yield self.stages[key]

        def cut(speaking: Speaking, sql: str) -> None:
            begin(speaking, sql)
            begun.append(sql)
            if len(begun) == statement:
                self.end(speaking.connection.info.backend_pid)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Speaking, "begin", cut)
            patch.setattr(ThroughDlt, "staged", once)
            yield begun

    def forbidden(self, dataset: str, *, schema: bool) -> Destination:
        user = f"clerk_{secrets.token_hex(4)}"
        self.tell(f"CREATE ROLE {user} LOGIN")
        if schema:  # whoever stages rows has to make a dataset for them
            self.tell(f'GRANT CREATE ON DATABASE "{self.options["database"]}" TO {user}')
            self.tell(f'GRANT USAGE, CREATE ON SCHEMA "{dataset}" TO {user}')
        return self.open(user=user)
