"""Trying all that a load into Snowflake needs, a step at a time."""

from collections.abc import Generator
from contextlib import suppress

import pyarrow as pa
from snowflake.connector import Error

from counterfoil.destinations.merge import PROBE
from counterfoil.destinations.snowflake.sql import Speaking, commit, create_stage, has_dataset, schema
from counterfoil.errors import WarehouseFailed
from counterfoil.model.table import ColumnType

WORD = "counterfoil"


def prove(speaking: Speaking, dataset: str, warehouse: str) -> Generator[None, None, None]:
    """Make a dataset and a table, load a file and replace its row; all of it is taken away again."""
    if warehouse:
        speaking.execute(f"USE WAREHOUSE {warehouse}")
    speaking.execute("SELECT 1")
    yield
    made = not has_dataset(speaking, dataset)
    table = speaking.table(dataset, PROBE)
    try:
        speaking.create_dataset(dataset)
        yield
        speaking.execute(f"CREATE OR REPLACE TABLE {table} (word {speaking.types[ColumnType.TEXT]})")
        yield
        create_stage(speaking)
        speaking.load(table, [pa.RecordBatch.from_pydict({"WORD": [WORD]})])
        yield
        speaking.execute("BEGIN")
        speaking.execute(f"DELETE FROM {table} WHERE word = ?", WORD)
        speaking.execute(f"INSERT INTO {table} VALUES (?)", WORD)
        commit(speaking)
        if speaking.execute(f"SELECT word FROM {table}") != [(WORD,)]:
            raise WarehouseFailed("A row that was just written did not come back.", do="Check the warehouse.")
        yield
    finally:
        doing = speaking.doing
        for sql in (
            f"DROP TABLE IF EXISTS {table}",
            f"DROP SCHEMA IF EXISTS {schema(speaking, dataset)}" * made,
        ):
            with suppress(Error):
                if sql:
                    speaking.execute(sql)
        speaking.doing = doing
