"""The tree of a record: which fields the catalog declares, and where arrays become child tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

import pyarrow as pa

from counterfoil.model.stream import Stream
from counterfoil.model.table import ColumnType, Table

Path = tuple[str, ...]
FIRST = "0"
"""In a column's path: the first item of the array named before it."""
EXTRA = "@extra"
"""In a record on the exact path: JSON text of all that has no column."""


@dataclass(slots=True)
class Leaf:
    """A declared scalar, or JSON kept as it came; None marks a field that is left out on purpose."""

    type: ColumnType | None


@dataclass(slots=True)
class Node:
    """An object."""

    fields: dict[str, "Leaf | Node | Items"] = field(default_factory=dict)


@dataclass(slots=True)
class Items:
    """An array of objects: the rows of a child table."""

    node: Node
    table: str = ""


@lru_cache(maxsize=256)
def tree_of(stream: Stream) -> Node:
    """The tree of a stream's records, from its tables' paths."""
    root = _table(stream.table)
    for path in stream.ignored:
        _parent_of(root, path).fields[path[-1]] = Leaf(None)
    return root


def _table(table: Table) -> Node:
    node = Node()
    for column in table.columns:
        if column.path:
            _declare(node, column.path, column.type)
        if column.when:
            _declare(node, column.when[0], ColumnType.TEXT)
    for child in table.children:
        _graft(node, child)
    return node


def _declare(node: Node, path: Path, type_: ColumnType) -> None:
    _parent_of(node, path).fields.setdefault(path[-1], Leaf(type_))


def _graft(node: Node, child: Table) -> None:
    """Hang a child table's tree into its parent's; both may name fields of the same array."""
    owner, name = _parent_of(node, child.path), child.path[-1]
    there = owner.fields.get(name)
    grown = _table(child)
    if isinstance(there, Items):
        _blend(grown, there.node)
    owner.fields[name] = Items(grown, child.name)


def _blend(into: Node, other: Node) -> None:
    for name, entry in other.fields.items():
        mine = into.fields.setdefault(name, entry)
        if isinstance(mine, Node) and isinstance(entry, Node) and mine is not entry:
            _blend(mine, entry)


def _parent_of(node: Node, path: Path) -> Node:
    """The object that holds the path's last field, made on the way."""
    for here, following in pairwise(path):
        if here == FIRST:
            continue
        entry = node.fields.get(here)
        if entry is None or isinstance(entry, Leaf):
            entry = Items(Node()) if following == FIRST else Node()
            node.fields[here] = entry
        node = entry.node if isinstance(entry, Items) else entry
    return node


WIRE_TYPES: Mapping[ColumnType, pa.DataType] = {
    ColumnType.TEXT: pa.string(),
    ColumnType.DECIMAL: pa.decimal128(38, 9),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.DATE: pa.string(),  # the JSON reader has no dates; they are cast afterwards
    ColumnType.TIMESTAMP: pa.string(),  # the JSON reader takes a time without an offset for UTC; a cast refuses it
    ColumnType.JSON: pa.string(),
}


def wire_schema(tree: Node, observed: frozenset[Path], *, exact: bool = False) -> pa.Schema:
    """The Arrow schema of the declared fields that were observed.

    On the exact path JSON comes as text and every object that is a row carries EXTRA.
    """
    return pa.schema(_fields(tree, (), observed, exact=exact, row=True))


def _fields(node: Node, prefix: Path, observed: frozenset[Path], *, exact: bool, row: bool) -> list[pa.Field]:
    found: list[pa.Field] = [pa.field(EXTRA, pa.string())] if exact and row else []
    for name, entry in node.fields.items():
        path = (*prefix, name)
        if isinstance(entry, Leaf):
            if entry.type is not None and path in observed and (exact or entry.type is not ColumnType.JSON):
                found.append(pa.field(name, WIRE_TYPES[entry.type]))
            continue
        inner = entry.node if isinstance(entry, Items) else entry
        fields = _fields(inner, path, observed, exact=exact, row=isinstance(entry, Items))
        if fields:
            struct = pa.struct(fields)
            found.append(pa.field(name, pa.list_(struct) if isinstance(entry, Items) else struct))
    return found
