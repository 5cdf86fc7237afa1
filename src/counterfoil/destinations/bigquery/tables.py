"""The tables of one dataset in BigQuery: what is there, what is made, and where rows are staged."""

import secrets
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
from google.api_core.exceptions import GoogleAPIError, NotFound
from google.cloud import bigquery
from google.cloud.bigquery import QueryJobConfig

from counterfoil.destinations import staged
from counterfoil.destinations.bigquery.connect import Errands, Service
from counterfoil.destinations.bigquery.kind import TYPES
from counterfoil.destinations.bigquery.script import name
from counterfoil.model.table import Column, ColumnType
from counterfoil.stop import NEVER

STAGE = "_counterfoil_stage_"
"""How tables begin that hold what is being loaded. They are taken away after the load, or by BigQuery itself."""

KEPT = timedelta(hours=12)
"""How long BigQuery keeps a stage that nobody took away; no load takes as long."""

LABELS = {"counterfoil": "load"}
"""On every job, so that the bill can tell what it was for."""

IN_MEMORY = 16 * 1024 * 1024
"""Bytes of a stage above which it is written to disk."""

LAYOUT = """
SELECT table_name, column_name, data_type FROM {dataset}.INFORMATION_SCHEMA.COLUMNS
WHERE table_name IN UNNEST(@names)
"""


class Dataset:
    """One dataset as it is loaded."""

    def __init__(self, service: Service, errands: Errands, dataset: str) -> None:
        self.service, self.errands = service, errands
        self.dataset = dataset
        self.id = f"{service.project}.{dataset}"
        self.location: str | None = None
        self._client, self._retry = service.client, service.retry

    def full(self, table: str) -> str:
        """A table's name in SQL."""
        return ".".join(map(name, (self.service.project, self.dataset, table)))

    def make(self) -> bool:
        """Make the dataset if it is not there; tells whether it did. Jobs run where it is."""
        try:
            found = self.errands.one(partial(self._client.get_dataset, self.id, retry=self._retry))
        except NotFound:
            wanted = bigquery.Dataset(self.id)
            wanted.location = self.service.location
            found = self.errands.one(
                partial(self._client.create_dataset, wanted, exists_ok=True, retry=self._retry)
            )
            self.location = found.location
            return True
        self.location = found.location
        return False

    def layout(self, names: Sequence[str]) -> dict[str, dict[str, str]]:
        """Those of the tables that are there, their columns, and the columns' types."""
        asked = bigquery.ArrayQueryParameter("names", "STRING", list(names))
        found: dict[str, dict[str, str]] = {}
        dataset = ".".join(map(name, (self.service.project, self.dataset)))
        for table, column, type_ in self.ask(LAYOUT.format(dataset=dataset), asked):
            found.setdefault(table, {})[column] = type_
        return found

    def names(self, kind: str = "TABLE") -> list[str]:
        """All tables; none where there is no such dataset. Views and the like are no tables: `VIEW` asks for those."""
        try:
            listed = self.errands.one(lambda: list(self._client.list_tables(self.id, retry=self._retry)))
        except NotFound:
            return []
        return [each.table_id for each in listed if each.table_type == kind]

    def ask(self, sql: str, *values: Any, seconds: float | None = None) -> list[tuple[Any, ...]]:
        """Run one query and answer with its rows. Raises TimeoutError when it takes longer."""
        return self.errands.one(partial(self._run, sql, values, seconds))

    def _run(self, sql: str, values: Sequence[Any], seconds: float | None) -> list[tuple[Any, ...]]:
        rows = self._client.query_and_wait(
            sql,
            job_config=QueryJobConfig(query_parameters=values, labels=LABELS, use_query_cache=False),
            location=self.location,
            retry=self._retry,
            job_retry=None,
            wait_timeout=seconds,
        )
        return [tuple(row) for row in rows]

    def create(self, tables: Mapping[str, tuple[Sequence[Column], str]]) -> None:
        """Make tables with their columns, each laid out by one of them."""
        self.errands.each(
            partial(self._create, table, columns, clustered) for table, (columns, clustered) in tables.items()
        )

    def _create(self, table: str, columns: Sequence[Column], clustered: str, *, stage: bool = False) -> None:
        wanted = bigquery.Table(f"{self.id}.{table}", schema=_schema(columns))
        if stage:
            wanted.expires = datetime.now(UTC) + KEPT
        elif clustered:
            wanted.clustering_fields = ["_realm_id", clustered]
        self._client.create_table(wanted, exists_ok=True, retry=self._retry)

    def widen(self, tables: Mapping[str, Sequence[Column]]) -> None:
        """Add columns to tables."""
        self.errands.each(partial(self._widen, table, columns) for table, columns in tables.items())

    def _widen(self, table: str, columns: Sequence[Column]) -> None:
        added = [f"ADD COLUMN IF NOT EXISTS {name(column.name)} {TYPES[column.type]}" for column in columns]
        self._run(f"ALTER TABLE {self.full(table)} {', '.join(added)}", (), None)

    @contextmanager
    def stages(self) -> Iterator["Stages"]:
        """Tables for what is being loaded, which are taken away at the end."""
        stages = Stages(self)
        try:
            yield stages
        finally:
            stages.take_away()

    def upload(self, table: str, columns: Sequence[Column], rows: Iterator[pa.RecordBatch]) -> int:
        """Fill a new stage with rows, by a load job, which is free; answers with how many."""
        self.errands.stop.check()
        with tempfile.SpooledTemporaryFile(IN_MEMORY, mode="r+b") as file:
            count = _written(file, columns, rows)
            if count:
                self._create(table, columns, "", stage=True)
                self._load(table, columns, file)
        return count

    def _load(self, table: str, columns: Sequence[Column], file: IO[bytes]) -> None:
        config = bigquery.LoadJobConfig(
            source_format=bigquery.SourceFormat.PARQUET,
            schema=_schema(columns),
            create_disposition=bigquery.CreateDisposition.CREATE_NEVER,  # it may be gone: the load was given up
            write_disposition=bigquery.WriteDisposition.WRITE_EMPTY,
            labels=LABELS,
        )
        job = self._client.load_table_from_file(
            file,
            f"{self.id}.{table}",
            rewind=True,
            num_retries=self.service.tries,
            location=self.location,
            project=self.service.project,
            job_config=config,
        )
        job.result(retry=self._retry)

    def drop(self, table: str) -> None:
        """Take a table away, if it is there."""
        self._client.delete_table(f"{self.id}.{table}", not_found_ok=True, retry=self._retry)


class Stages:
    """The stages of one load."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._mark = f"{STAGE}{secrets.token_hex(8)}"
        self._made: list[str] = []

    def name(self) -> str:
        """A name for one more."""
        self._made.append(f"{self._mark}_{len(self._made)}")
        return self._made[-1]

    def take_away(self) -> None:
        """Drop them all; where that fails, BigQuery does so later."""
        with Errands(NEVER) as errands, suppress(GoogleAPIError, OSError):
            errands.each(partial(self._dataset.drop, table) for table in self._made)


def ids(values: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Ids as rows."""
    yield pa.RecordBatch.from_arrays([pa.array(values, pa.string())], names=["id"])


ID = (Column(name="id", type=ColumnType.TEXT),)


def _schema(columns: Sequence[Column]) -> list[bigquery.SchemaField]:
    return [bigquery.SchemaField(column.name, TYPES[column.type]) for column in columns]


def _written(file: IO[bytes], columns: Sequence[Column], rows: Iterator[pa.RecordBatch]) -> int:
    schema, count = pa.schema([pa.field(each.name, staged.ARROW[each.type]) for each in columns]), 0
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for piece in rows:
            writer.write_batch(piece)
            count += len(piece)
    return count
