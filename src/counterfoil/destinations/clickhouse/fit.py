"""What a column takes as it is: the server itself would cut numbers and turn words to nothing, and not say so."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from counterfoil.destinations.clickhouse.kind import TYPES
from counterfoil.errors import WarehouseRefused
from counterfoil.model.table import Column, ColumnType

FITS = {
    ColumnType.TEXT: re.compile("String"),
    ColumnType.JSON: re.compile("String"),
    ColumnType.DECIMAL: re.compile(r"String|Decimal\((?:38|39|[4-7]\d), 9\)"),
    ColumnType.INTEGER: re.compile("String|Int64|Int128|Int256"),
    ColumnType.BOOLEAN: re.compile("String|Bool"),
    ColumnType.DATE: re.compile("String|Date32"),
    ColumnType.TIMESTAMP: re.compile(r"String|DateTime64\(6(?:, '[^']*')?\)"),
}
"""The types that hold all values of ours, and take them as they are."""

EARLIEST, BEYOND = datetime(1900, 1, 1), datetime(2300, 1, 1)  # noqa: DTZ001 (as the values are compared)
"""The days of older servers."""


def fitting(
    table: str, columns: Sequence[Column], there: Mapping[str, str], rows: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """The rows, for a table whose columns are of these types. Raises WarehouseRefused where some do not fit."""
    for column in columns:
        type_ = there.get(column.name, TYPES[column.type])
        if not FITS[column.type].fullmatch(_bare(type_)):
            raise WarehouseRefused(
                f"Column {column.name} of {table} is of the type {type_}, which does not hold every {column.type}.",
                do=f"Give it the type {TYPES[column.type]} again, then sync.",
            )
    return rows


def within(table: str, rows: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The rows, for a server that would move other days to the nearest that it holds. Raises WarehouseRefused."""
    for piece in rows:
        for field, column in zip(piece.schema, piece.columns, strict=True):
            if pa.types.is_temporal(field.type):
                ends = pc.min_max(column.cast(pa.timestamp("us"))).as_py()
                if ends["min"] is not None and (ends["min"] < EARLIEST or ends["max"] >= BEYOND):
                    raise WarehouseRefused(
                        f"Column {field.name} of {table} has a day before 1900 or after 2299, "
                        "which this version of ClickHouse does not hold.",
                        do="Correct it in QuickBooks, or give the server a newer version, then sync again.",
                    )
        yield piece


def _bare(type_: str) -> str:
    for around in ("LowCardinality", "Nullable"):
        if type_.startswith(f"{around}("):
            type_ = type_[len(around) + 1 : -1]
    return type_
