"""What a landing brings, on its way into stages in BigQuery."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from counterfoil.destinations import staged
from counterfoil.destinations.base import Batch
from counterfoil.destinations.bigquery.kind import TYPES
from counterfoil.destinations.bigquery.script import Family, Incoming, name, text
from counterfoil.destinations.bigquery.tables import Dataset, Stages
from counterfoil.model.table import Column, ColumnType, Table, all_columns

ID = (Column(name="id", type=ColumnType.TEXT),)


class Bringing:
    """Uploads what batches bring, several tables at once; `layout` is what the dataset's tables are like."""

    def __init__(self, dataset: Dataset, prefix: str, layout: Mapping[str, Mapping[str, str]]) -> None:
        self._dataset, self._prefix, self._layout = dataset, prefix, layout
        self._uploads: dict[str, Callable[[], int]] = {}

    def bring(self, batches: Sequence[Batch], stages: Stages) -> list[Family]:
        """Stage everything; answers with what is to be done with it."""
        families = [self._family(batch, stages) for batch in batches]
        counts = dict(zip(self._uploads, self._dataset.errands.each(self._uploads.values()), strict=True))
        return [_counted(family, counts) for family in families]

    def _family(self, batch: Batch, stages: Stages) -> Family:
        parents = batch.files.get(batch.table.name, ())
        found, stale = (
            staged.newest(parents) if parents else (pa.array([], pa.string()), pa.array([], pa.int64()))
        )
        tables = [
            self._incoming(table, batch.files.get(table.name, ()), stale, stages)
            for table in batch.table.family()
        ]
        range_ = pc.min_max(found).as_py()
        return Family(
            tables=tables,
            first=range_["min"] or "",
            last=range_["max"] or "",
            listed=self._listed(batch.deleted, stages),
            spared=self._listed(batch.spared, stages),
            complete=batch.complete,
        )

    def _incoming(self, table: Table, files: Sequence[Path], stale: pa.Array, stages: Stages) -> Incoming:
        full_name = self._prefix + table.name
        incoming = Incoming(name=full_name, full=self._dataset.full(full_name), key=table.parent_id or "id")
        if not files:
            return incoming
        columns = staged.present(files, all_columns(table))
        stage = self._uploaded(columns, staged.pieces(files, columns, stale), stages)
        there = {column.lower(): type_ for column, type_ in self._layout.get(full_name, {}).items()}
        values = {column.name: _value(column, there.get(column.name.lower(), "")) for column in columns}
        return replace(incoming, stage=stage, values=values)

    def _listed(self, ids: Sequence[str], stages: Stages) -> str:
        if not ids:
            return ""
        rows = pa.RecordBatch.from_arrays([pa.array(ids, pa.string())], names=["id"])
        return self._uploaded(ID, iter([rows]), stages)

    def _uploaded(self, columns: Sequence[Column], rows: Iterator[pa.RecordBatch], stages: Stages) -> str:
        stage = stages.name()
        full = self._dataset.full(stage)
        self._uploads[full] = partial(self._dataset.upload, stage, columns, rows)
        return full


def _counted(family: Family, counts: Mapping[str, int]) -> Family:
    """With the rows that were staged: there is no stage for none."""
    tables = [
        replace(table, rows=counts[table.stage]) if counts.get(table.stage) else replace(table, stage="")
        for table in family.tables
    ]
    return replace(family, tables=tables, newest=tables[0].stage)


def _value(column: Column, there: str) -> str:
    """What to write into a column; somebody may have given it another type, which has to hold every value whole."""
    written, ours = name(column.name), TYPES[column.type]
    if there in {"", ours}:
        return written
    if there == "JSON" and column.type is ColumnType.JSON:
        return f"PARSE_JSON({written})"
    held = f"CAST({written} AS {there})"
    why = text(f"The column {column.name} is {there} now, which does not hold a value that came")
    return f"IF(CAST({held} AS {ours}) IS NOT DISTINCT FROM {written}, {held}, ERROR({why}))"
