"""Trying all that a load through dlt needs, a step at a time, on a table that is gone afterwards."""

import tempfile
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from counterfoil.destinations.base import Batch, Landing
from counterfoil.destinations.merge import PROBE
from counterfoil.destinations.through_dlt.sql import Speaking
from counterfoil.destinations.through_dlt.stage import Stage
from counterfoil.errors import WarehouseFailed
from counterfoil.model.table import Column, ColumnType, Table, all_columns
from counterfoil.stop import NEVER, Stop

TABLE = Table(name=PROBE, columns=(Column(name="id", type=ColumnType.TEXT),))
WORD = "counterfoil"


class Staging(Protocol):
    """Who brings a landing's rows into a stage."""

    def staged(self, landing: Landing, stop: Stop) -> AbstractContextManager[Stage]:
        """The rows of a landing, staged for as long as the block runs."""


def prove(warehouse: Staging, speaking: Speaking, dataset: str) -> Generator[None, None, None]:
    """Make a dataset and a table, bring a row through the stage, and replace it; yields after each."""
    table, was_there = speaking.table(dataset, PROBE), speaking.has_dataset(dataset)
    try:
        speaking.create_dataset(dataset)
        yield
        declared = f"id {speaking.types[ColumnType.TEXT]}"
        speaking.execute(f"CREATE TABLE {table} ({declared}){speaking.flavour.heap}")
        yield
        with _one_row(dataset) as landing, warehouse.staged(landing, NEVER) as speaking.stage:
            yield from _replace(speaking, table, landing.batches[0])
    finally:
        with suppress(Exception):
            speaking.execute(f"DROP TABLE {table}")
        with suppress(Exception):
            if not was_there:
                speaking.execute(f"DROP SCHEMA {speaking.name(dataset)}")


def _replace(speaking: Speaking, table: str, batch: Batch) -> Generator[None, None, None]:
    files, columns, its = batch.files[PROBE], all_columns(TABLE), speaking.flavour
    speaking.insert(table, columns, files, made=True)
    yield
    ids = f"SELECT id FROM {its.newest}"
    if speaking.way.one_transaction:
        text = its.scratch_text or speaking.types[ColumnType.TEXT]
        speaking.execute(f"{its.scratch} {its.newest} (id {text}){its.heap}")
        speaking.find_newest(files, listed=True)
    else:
        here = speaking.stage.of(files)
        ids = f"SELECT {here.column('id')} FROM {speaking.table(speaking.stage.dataset, here.name)}"
    speaking.execute(f"DELETE FROM {table} WHERE {its.exact.format('id')} IN ({ids})")
    speaking.insert(table, columns, files, made=True)
    if speaking.execute(f"SELECT id FROM {table}") != [(WORD,)]:
        raise WarehouseFailed("A row that was just written did not come back.", do="Check the warehouse.")
    yield


@contextmanager
def _one_row(dataset: str) -> Iterator[Landing]:
    with tempfile.TemporaryDirectory(prefix="counterfoil-") as folder:
        file = Path(folder) / "probe.parquet"
        pq.write_table(pa.table({"id": [WORD], "_seq": pa.array([0], pa.int64())}), file)
        yield Landing(
            dataset=dataset,
            prefix="",
            realm_id="",
            source="",
            sync_id="",
            started_at=datetime.now(UTC),
            tables=(),
            batches=(Batch(table=TABLE, files={PROBE: [file]}),),
        )
