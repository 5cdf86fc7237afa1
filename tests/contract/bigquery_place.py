"""BigQuery for the contract suite: an emulator, which the tests start; our client is pointed at it by its options."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from google.api_core.exceptions import NotFound
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from counterfoil.destinations.base import Destination
from counterfoil.destinations.bigquery.connect import Carrier
from counterfoil.destinations.bigquery.kind import KIND
from counterfoil.destinations.bigquery.script import name
from counterfoil.destinations.bigquery.tables import STAGE
from counterfoil.model.table import ColumnType
from tests.contract.place import Ability, Row, ToldInSQL
from tests.emulators import environment, free_port, serving

DUCKDB = "1.5.5"
"""What the emulator is built on; it wants another one than we do."""

NEEDS = ("bqemulator==1.4.0", f"duckdb=={DUCKDB}", f"duckdb-extension-spatial=={DUCKDB}", "numpy>=2")

PROJECT = "counterfoil-tests"

WORDS = {"INTEGER": "INT64", "VARCHAR(5)": "STRING(5)"}


@contextmanager
def running_emulator() -> Iterator[int]:
    """An emulator that holds everything in memory, until the block ends; yields its port."""
    python, port = environment("bqemulator", NEEDS), free_port()
    with tempfile.TemporaryDirectory() as home:
        extension = next(python.parent.parent.glob("lib/*/site-packages/**/spatial.duckdb_extension"))
        there = Path(home, ".duckdb/extensions", f"v{DUCKDB}", "linux_amd64")
        there.mkdir(parents=True)
        shutil.copy(extension, there)  # it would fetch it otherwise
        command = (python.parent / "bqemulator", "start", "--rest-port", str(port), "--grpc-port", "0")
        with serving(command, f"http://127.0.0.1:{port}/healthz", environ={"HOME": home}):
            yield port


class BigQueryPlace(ToldInSQL):
    """One project of an emulator."""

    kind = KIND
    name = staticmethod(name)
    tried_on = "an emulator: bqemulator"
    lacks: Mapping[Ability, str] = {
        Ability.RIGHTS: "the emulator lets everybody do everything",
        Ability.NAMES: "the emulator takes shorter names of tables than BigQuery does",
        Ability.CHECKING: "the emulator takes a view unseen, and shows it after it was dropped",
        Ability.HOLDING: "nobody can hold a table of BigQuery's: whoever changes it undoes other loads",
    }

    def __init__(self, port: int) -> None:
        self.options = {
            "project": PROJECT,
            "host": "127.0.0.1",
            "port": str(port),
            "protocol": "http",
            "retry_seconds": "0",
            "wait_seconds": "20",
        }
        self.client = bigquery.Client(
            project=PROJECT,
            credentials=AnonymousCredentials(),
            client_options={"api_endpoint": f"http://127.0.0.1:{port}"},
        )

    def open(self, **options: str) -> Destination:
        return KIND.open({**self.options, **options})

    def rows(self, dataset: str, table: str) -> list[Row]:
        return [dict(row) for row in _ask(self.client, f"SELECT * FROM {self.full(dataset, table)}")]

    def contents(self, dataset: str) -> dict[str, list[Row]]:
        return {table: self.rows(dataset, table) for table in _for_readers(self.client, dataset)}

    def tables(self, dataset: str) -> dict[str, list[str]]:
        return {
            table: [field.name for field in self.client.get_table(f"{PROJECT}.{dataset}.{table}").schema]
            for table in _for_readers(self.client, dataset)
        }

    def tell(self, sql: str) -> None:
        """BigQuery changes all rows only when told so."""
        if sql.startswith(("UPDATE", "DELETE")):
            sql += " WHERE TRUE"
        _ask(self.client, sql)

    def drop_dataset(self, dataset: str) -> None:
        self.client.delete_dataset(f"{PROJECT}.{dataset}", delete_contents=True)

    def add_column(self, dataset: str, table: str, column: str, type_: str) -> None:
        super().add_column(dataset, table, column, WORDS.get(type_, type_))

    def drop_column(self, dataset: str, table: str, column: str) -> None:
        """The emulator forgets to tell of a column that ALTER TABLE dropped."""
        full = self.full(dataset, table)
        _ask(self.client, f"CREATE OR REPLACE TABLE {full} AS SELECT * EXCEPT ({name(column)}) FROM {full}")

    def retype(self, dataset: str, table: str, column: str, type_: ColumnType) -> None:
        full, cast = self.full(dataset, table), f"CAST({name(column)} AS {self.types[type_]})"
        _ask(
            self.client,
            f"CREATE OR REPLACE TABLE {full} AS SELECT * REPLACE({cast} AS {name(column)}) FROM {full}",
        )

    @contextmanager
    def cut_at(self, statement: int) -> Iterator[list[str]]:
        """Whatever asks for something to be made, changed or run is counted; what asks how it stands is not."""
        begun: list[str] = []
        send = Carrier.send

        def cut(
            carrier: Carrier, request: requests.PreparedRequest, *args: Any, **more: Any
        ) -> requests.Response:
            if request.method in {"POST", "PUT", "PATCH"}:
                begun.append(f"{request.method} {request.url}")
            if len(begun) >= statement:
                raise requests.ConnectionError("cut")
            return send(carrier, request, *args, **more)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Carrier, "send", cut)
            yield begun

    def held(self, dataset: str, table: str) -> AbstractContextManager[object]:
        raise NotImplementedError(self.lacks[Ability.HOLDING])

    def forbidden(self, dataset: str, *, schema: bool) -> Destination:
        raise NotImplementedError(self.lacks[Ability.RIGHTS])

    def full(self, dataset: str, table: str) -> str:
        return ".".join(map(name, (PROJECT, dataset, table)))


def _ask(client: bigquery.Client, sql: str) -> list[Any]:
    return list(client.query_and_wait(sql))


def _for_readers(client: bigquery.Client, dataset: str) -> list[str]:
    """All tables but the stages of loads that were cut, which stay for some hours."""
    try:
        listed = list(client.list_tables(f"{PROJECT}.{dataset}"))
    except NotFound:
        return []
    return [each.table_id for each in listed if not each.table_id.startswith(STAGE)]
