"""A struct array to flat tables: references to columns, arrays to child tables."""

from dataclasses import dataclass, replace
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from counterfoil.model.stream import Stream
from counterfoil.model.table import Column, ColumnType, Table
from counterfoil.sync.shape.parse import Parsed
from counterfoil.sync.shape.raw import Texts
from counterfoil.sync.shape.tree import EXTRA, FIRST, WIRE_TYPES, Path

CAST = {ColumnType.DATE: pa.date32(), ColumnType.TIMESTAMP: pa.timestamp("us", "UTC")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a sync writes on each of its rows. `synced_at` is aware, UTC."""

    realm_id: str
    sync_id: str
    synced_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Rows of one table on their way: the objects, and the keys that children repeat."""

    objects: pa.StructArray
    ids: pa.Array
    seq: pa.Array
    place: pa.Array | None = None  # index within the parent


@dataclass(frozen=True, slots=True)
class _Page:
    """What all tables of a page share, and the tables made so far."""

    texts: Texts | None
    stamp: Stamp
    tables: dict[str, pa.Table]


def flatten(parsed: Parsed, stream: Stream, stamp: Stamp, first_seq: int) -> dict[str, pa.Table]:
    """One Arrow table for each table of the stream that has rows, with only the columns that were observed.

    Raises ArrowInvalid when a value does not fit its column.
    """
    count = len(parsed.rows)
    seq = pa.array(range(first_seq, first_seq + count), pa.int64())
    rows = _Rows(objects=parsed.rows, ids=_ids(parsed.rows, stream, first_seq), seq=seq)
    page = _Page(parsed.texts, stamp, {})
    _emit(stream.table, rows, (), page)
    return page.tables


def _ids(objects: pa.StructArray, stream: Stream, first_seq: int) -> pa.Array:
    """Each record's id; where QuickBooks gives none, the values that name it, joined."""
    parts = [_reach(objects, path, {}) for path in stream.id_path]
    known = [part for part in parts if part is not None]
    if len(known) == 1:
        ids = known[0]
    elif known:
        ids = pc.binary_join_element_wise(
            *(part.cast(pa.string()) for part in known), "|", null_handling="skip"
        )
    else:
        ids = pa.nulls(len(objects), pa.string())
    if ids.null_count:
        nameless = pa.array([f"?{first_seq + row}" for row in range(len(objects))])
        ids = pc.coalesce(ids, nameless)
    return ids


def _emit(table: Table, rows: _Rows, above: tuple[tuple[str, pa.Array], ...], page: _Page) -> None:
    columns: dict[str, pa.Array] = dict(above)
    if not table.is_child:
        columns["id"] = rows.ids
    reached: dict[Path, pa.Array | None] = {}
    for column in table.columns:
        if column.name not in columns:
            values = _column(column, rows.objects, reached, page.texts, table.name)
            if values is not None:
                columns[column.name] = values
    columns |= _system(table, rows, page.texts, page.stamp)
    page.tables[table.name] = pa.table(columns)
    for child in table.children:
        _emit_child(child, rows, above, reached, page)


def _emit_child(
    child: Table,
    rows: _Rows,
    above: tuple[tuple[str, pa.Array], ...],
    reached: dict[Path, pa.Array | None],
    page: _Page,
) -> None:
    lists = _reach(rows.objects, child.path, reached)
    if lists is None or not pa.types.is_list(lists.type):
        return
    objects = lists.flatten()
    if not len(objects) or not pa.types.is_struct(objects.type):
        return
    parents = pc.list_parent_indices(lists)
    starts = pc.take(_starts(lists), parents)
    index = pc.subtract(pa.array(range(len(objects)), pa.int64()), starts)
    ids = rows.ids.take(parents)
    keys: list[tuple[str, pa.Array]] = [(child.parent_id, ids)]
    if child.parent_index:
        keys.append((child.parent_index, dict(above)["index"].take(parents)))
    keys.append(("index", index))
    below = replace(rows, objects=objects, ids=ids, seq=rows.seq.take(parents), place=index)
    _emit(child, below, tuple(keys), page)


def _starts(lists: pa.ListArray) -> pa.Array:
    """For each list the number of items in the lists before it."""
    lengths = pc.fill_null(pc.list_value_length(lists), 0).cast(pa.int64())
    return pc.subtract(pc.cumulative_sum(lengths), lengths)


def _column(
    column: Column,
    objects: pa.StructArray,
    reached: dict[Path, pa.Array | None],
    texts: Texts | None,
    table: str,
) -> pa.Array | None:
    if column.type is ColumnType.JSON and texts is not None:
        listed = texts.get(table, {}).get(column.path)
        return None if listed is None else pa.array(listed, pa.string())
    values = _reach(objects, column.path, reached)
    if values is None or values.type != WIRE_TYPES[column.type]:
        return None  # of another type only where no record of the page has more than [] or {}
    if column.type in CAST:
        values = values.cast(CAST[column.type])
    if column.when:
        return _only_when(values, column.when, objects, reached)
    return values


def _only_when(
    values: pa.Array,
    when: tuple[Path, tuple[str, ...]],
    objects: pa.StructArray,
    reached: dict[Path, pa.Array | None],
) -> pa.Array | None:
    asked = _reach(objects, when[0], reached)
    if asked is None:
        return None
    fitting = pc.is_in(asked, value_set=pa.array(when[1], asked.type))
    return pc.if_else(fitting, values, pa.scalar(None, values.type))


def _reach(objects: pa.StructArray, path: Path, reached: dict[Path, pa.Array | None]) -> pa.Array | None:
    """The values at a path, None when no record of the page has it."""
    if not path:
        return objects
    if path in reached:
        return reached[path]
    outer = _reach(objects, path[:-1], reached)
    reached[path] = found = None if outer is None else _step(outer, path[-1])
    return found


def _step(outer: pa.Array, name: str) -> pa.Array | None:
    if name == FIRST and pa.types.is_list(outer.type):
        return _firsts(outer)
    if not pa.types.is_struct(outer.type) or outer.type.get_field_index(name) < 0:
        return None
    return pc.struct_field(outer, [outer.type.get_field_index(name)])


def _firsts(lists: pa.ListArray) -> pa.Array:
    has_one = pc.greater(pc.fill_null(pc.list_value_length(lists), 0), 0)
    where = pc.if_else(has_one, _starts(lists), pa.scalar(None, pa.int64()))
    return lists.flatten().take(where)


def _system(table: Table, rows: _Rows, texts: Texts | None, stamp: Stamp) -> dict[str, pa.Array]:
    count = len(rows.objects)
    columns = {
        "_realm_id": pa.repeat(pa.scalar(stamp.realm_id), count),
        "_deleted": pa.repeat(pa.scalar(value=False), count),
        "_synced_at": pa.repeat(pa.scalar(stamp.synced_at, pa.timestamp("us", "UTC")), count),
        "_sync_id": pa.repeat(pa.scalar(stamp.sync_id), count),
        "_seq": rows.seq,
    }
    extra = _extra(table, rows, texts)
    if extra is not None:
        columns["_extra"] = extra
    return columns


def _extra(table: Table, rows: _Rows, texts: Texts | None) -> pa.Array | None:
    if texts is None:
        return _step(rows.objects, EXTRA)
    listed = texts.get(table.name, {}).get(())
    return None if listed is None else pa.array(listed, pa.string())
