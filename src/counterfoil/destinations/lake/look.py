"""A page of a lake's table in the order of its key: first the keys alone, then the rows that the page holds."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from counterfoil.destinations.base import Glance, Seen
from counterfoil.destinations.lake.format import Format, Only
from counterfoil.errors import NotFound
from counterfoil.model.table import Column, ColumnType

Key = tuple[Any, ...]


def look(format_: Format, glance: Glance) -> Seen:
    """The rows that the glance asks for. Raises NotFound when the dataset has no such table."""
    schema = format_.schema(glance.dataset, glance.table)
    if schema is None:
        raise NotFound(
            f"There is no table {glance.table} in {glance.dataset}.",
            do="It is made by the next sync that loads its stream.",
        )
    columns = tuple(column for column in glance.columns if column.name in schema.names)
    key = [column.name for column in glance.key]
    page = _page(format_.read(glance.dataset, glance.table, key), glance)
    rows = dict.fromkeys(page, ())
    if page:
        names = list(dict.fromkeys([*key, *(column.name for column in columns)]))
        for batch in format_.read(glance.dataset, glance.table, names, _only(page, glance.key)):
            for row in batch.to_pylist():
                if (named := tuple(row[name] for name in key)) in rows:
                    rows[named] = tuple(_in_utc(row[column.name]) for column in columns)
    return Seen(columns=columns, rows=tuple(row for row in rows.values() if row))


def _page(batches: Iterator[pa.RecordBatch], glance: Glance) -> list[Key]:
    """The keys of the page, in the order of the key."""
    direction = "descending" if glance.back else "ascending"
    best: pa.Table | None = None
    for batch in batches:
        ranked = _ranked(pa.Table.from_batches([batch]), glance.key)
        beyond = ranked.filter(_beyond(ranked, glance))
        together = beyond if best is None else pa.concat_tables([best, beyond])
        order = [(name, direction) for name in ranked.column_names]
        best = together.sort_by(order).slice(0, glance.limit)
    if best is None:
        return []
    names = [name for name in best.column_names if not name.startswith("#")]
    page = [tuple(row.values()) for row in best.select(names).to_pylist()]
    return page[::-1] if glance.back else page


def _ranked(rows: pa.Table, key: Sequence[Column]) -> pa.Table:
    """Ids are text and mostly numbers: the shorter ones first, so that 9 stands before 10."""
    columns: dict[str, Any] = {}
    for column in key:
        values = rows.column(column.name)
        if column.type is ColumnType.TEXT:
            columns[f"#{column.name}"] = pc.utf8_length(values)
        columns[column.name] = values
    return pa.table(columns)


def _beyond(rows: pa.Table, glance: Glance) -> pa.ChunkedArray:
    """Which rows are on the other side of the one that the page begins behind."""
    if not glance.beyond:
        return pa.chunked_array([pa.repeat(pa.scalar(value=True), len(rows))])
    farther = pc.less if glance.back else pc.greater
    row = dict(zip((column.name for column in glance.key), glance.beyond, strict=True))
    result: Any = pa.scalar(value=False)
    for name in reversed(rows.column_names):
        value = len(str(row[name[1:]])) if name.startswith("#") else row[name]
        values = rows.column(name)
        asked = pa.scalar(value, values.type)
        result = pc.or_(farther(values, asked), pc.and_(pc.equal(values, asked), result))
    return pc.fill_null(result, fill_value=False)


def _only(page: Sequence[Key], key: Sequence[Column]) -> list[Only]:
    """Conditions that a page's rows fulfil, and few others."""
    return [
        Only(column=column.name, values=pa.array(sorted({row[place] for row in page}), pa.string()))
        for place, column in enumerate(key)
        if column.type is ColumnType.TEXT and all(row[place] is not None for row in page)
    ]


def _in_utc(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value
