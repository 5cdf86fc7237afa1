"""Records to one Arrow struct array: the fast reading, which widens what it expects by what it meets."""

import io
from dataclasses import dataclass

import msgspec
import pyarrow as pa
import pyarrow.json as pj

from counterfoil.model.stream import Stream
from counterfoil.sync.shape import exact, raw
from counterfoil.sync.shape.tree import Items, Leaf, Node, Path, tree_of, wire_schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A page's records as one struct array; `texts` holds JSON by table, or is None on the exact path."""

    rows: pa.StructArray
    texts: raw.Texts | None
    observed: frozenset[Path]


def parse(records: list[msgspec.Raw], stream: Stream, observed: frozenset[Path]) -> Parsed:
    """Read records with the observed schema; what is new widens it and the page is read again.

    Source of the method: reading with only the fields that occur is four times faster than with all declared.
    """
    body = b"\n".join(records)
    tree = tree_of(stream)
    for _ in range(3):
        schema = wire_schema(tree, observed)
        try:
            table = _read(body, schema)
            met = _beyond(pa.struct(table.schema), pa.struct(schema), tree, ())
        except pa.ArrowInvalid:
            break
        if met <= observed:
            if not raw.can_collect(met):
                break
            texts = raw.collect(records, stream, frozenset(met))
            return Parsed(rows=_rows(table, len(records)), texts=texts, observed=observed)
        observed |= met
    return parse_exactly(records, stream, observed)


def parse_exactly(records: list[msgspec.Raw], stream: Stream, observed: frozenset[Path]) -> Parsed:
    """Read records whose values do not all fit; slower, and nothing is lost or guessed."""
    tree = tree_of(stream)
    cleaned = exact.clean([bytes(record) for record in records], tree)
    observed |= cleaned.seen
    table = _read(b"\n".join(cleaned.records), wire_schema(tree, observed, exact=True))
    return Parsed(rows=_rows(table, len(records)), texts=None, observed=observed)


def _read(body: bytes, schema: pa.Schema) -> pa.Table:
    return pj.read_json(
        io.BytesIO(body),
        read_options=pj.ReadOptions(use_threads=False, block_size=len(body) + 64),
        parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="infer"),
    )


def _rows(table: pa.Table, count: int) -> pa.StructArray:
    array = table.combine_chunks().to_struct_array()
    array = array.chunk(0) if array.num_chunks == 1 else pa.concat_arrays(array.chunks)
    if len(array) != count:
        raise pa.ArrowInvalid(f"{count} records became {len(array)} rows")
    return array


def _beyond(found: pa.DataType, asked: pa.DataType | None, node: Node, prefix: Path) -> set[Path]:
    """The paths that the records have and the schema did not ask for, stopping where the catalog ends.

    Once all declared fields that occur are observed, these are just the paths that are kept as JSON text.
    """
    met: set[Path] = set()
    names = {} if asked is None else {field.name: field.type for field in asked}
    for field in found:
        path, entry = (*prefix, field.name), node.fields.get(field.name)
        if _is_empty(field.type) or field.type == names.get(field.name):
            continue
        if entry is None:
            met.add(path)
        elif isinstance(entry, Leaf):
            if entry.type is not None:
                met.add(path)
        else:
            met |= _beyond_inside(field.type, names.get(field.name), entry, path)
    return met


def _beyond_inside(
    found: pa.DataType, asked: pa.DataType | None, entry: Node | Items, path: Path
) -> set[Path]:
    if isinstance(entry, Items):
        if not pa.types.is_list(found):
            raise pa.ArrowInvalid(f"{path} is not an array")
        found, asked, entry = found.value_type, asked.value_type if asked is not None else None, entry.node
    if pa.types.is_null(found):
        return set()
    if not pa.types.is_struct(found):
        raise pa.ArrowInvalid(f"{path} is not an object")
    return _beyond(found, asked, entry, path)


def _is_empty(type_: pa.DataType) -> bool:
    """Tell whether nothing but null, [] and {} was seen."""
    if pa.types.is_list(type_):
        return _is_empty(type_.value_type)
    return bool(pa.types.is_null(type_) or (pa.types.is_struct(type_) and type_.num_fields == 0))
