"""Trying all that a load needs of BigQuery, a step at a time."""

import secrets
from collections.abc import Iterator
from functools import partial

import pyarrow as pa

from counterfoil.destinations.bigquery.script import text
from counterfoil.destinations.bigquery.tables import STAGE, Dataset
from counterfoil.errors import WarehouseFailed
from counterfoil.model.table import Column, ColumnType

WORD = (Column(name="id", type=ColumnType.TEXT),)


def prove(dataset: Dataset) -> Iterator[None]:
    """Run a job, make a dataset and a table, load a row and replace it in a transaction; yields after each."""
    dataset.ask("SELECT 1")
    yield
    made = dataset.make()
    try:
        yield
        yield from _prove_tables(dataset)
    finally:
        if made:
            dataset.service.client.delete_dataset(
                dataset.id, not_found_ok=True
            )  # one that holds anything stays


def _prove_tables(dataset: Dataset) -> Iterator[None]:
    table, stage = (f"{STAGE}probe_{secrets.token_hex(8)}" for _ in range(2))
    try:
        dataset.create({table: (WORD, "")})
        yield
        row = pa.RecordBatch.from_arrays([pa.array(["counterfoil"])], names=["id"])
        dataset.errands.one(partial(dataset.upload, stage, WORD, iter([row])))
        yield
        full, staged = dataset.full(table), dataset.full(stage)
        dataset.ask(
            f"BEGIN TRANSACTION; INSERT INTO {full} (id) SELECT id FROM {staged}; "
            f"DELETE FROM {full} WHERE id IN (SELECT id FROM {staged}); "
            f"INSERT INTO {full} (id) VALUES ({text('replaced')}); COMMIT TRANSACTION;"
        )
        if dataset.ask(f"SELECT id FROM {full}") != [("replaced",)]:
            raise WarehouseFailed("A row that was just written did not come back.", do="Check the project.")
        yield
    finally:
        dataset.errands.each(partial(dataset.drop, each) for each in (table, stage))
