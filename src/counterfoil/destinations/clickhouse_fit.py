"""What a column takes as it is: the server itself would cut numbers and turn words to nothing, and not say so."""

import re
from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa

from counterfoil.destinations.clickhouse import TYPES
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


def _bare(type_: str) -> str:
    for around in ("LowCardinality", "Nullable"):
        if type_.startswith(f"{around}("):
            type_ = type_[len(around) + 1 : -1]
    return type_
