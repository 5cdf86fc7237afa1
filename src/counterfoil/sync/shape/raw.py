"""JSON kept as it came: fields without a column (Promise 6) and columns that hold free structures."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec

from counterfoil.model.stream import Stream
from counterfoil.sync.shape.tree import Items, Leaf, Node, Path, tree_of
from counterfoil.sync.shape.wiretext import dump, quote, read

NOTHING = ("null", "[]", "{}")
UNTAKEN = re.compile(r'[\\"\x00-\x1f]')

Texts = dict[str, dict[Path, list[str | None]]]
"""By table: for each path within its rows (() is all that has no column) one JSON text or None a row."""


@dataclass(slots=True)
class _Spot:
    """One object on the way to raw values."""

    table: str  # set where the object is a row
    raw: list[tuple[str, str, bool]] = field(default_factory=list)  # attribute, name, is declared
    inner: list[tuple[str, str, "_Spot"]] = field(default_factory=list)
    rows: list[tuple[str, "_Spot"]] = field(default_factory=list)
    struct: type[Any] = msgspec.Struct


def can_collect(paths: Iterable[Path]) -> bool:
    """Tell whether msgspec takes every name on the paths: it refuses quotes, backslashes and control characters."""
    return not any(UNTAKEN.search(name) for path in paths for name in path)


def collect(records: list[msgspec.Raw], stream: Stream, paths: frozenset[Path]) -> Texts:
    """Pick the JSON text at the given paths out of records, for each row of each table it belongs to."""
    if not paths:
        return {}
    decoder, spot = _plan(stream, paths)
    texts: Texts = {}
    _prepare(spot, texts)
    for record in records:
        _gather_row(decoder.decode(record), spot, texts)
    return texts


@lru_cache(maxsize=512)
def _plan(stream: Stream, paths: frozenset[Path]) -> tuple[msgspec.json.Decoder[Any], _Spot]:
    spot = _spot(tree_of(stream), sorted(paths), stream.table.name)
    return msgspec.json.Decoder(spot.struct), spot


def _spot(node: Node, paths: list[Path], table: str) -> _Spot:
    """Build the narrow struct that decodes only what lies on the paths."""
    spot = _Spot(table)
    fields: list[tuple[str, Any, Any]] = []
    names: dict[str, str] = {}
    for place, name in enumerate(dict.fromkeys(path[0] for path in paths)):
        attribute = f"f{place}"
        names[attribute] = name
        entry = node.fields.get(name)
        deeper = [path[1:] for path in paths if path[0] == name and len(path) > 1]
        if entry is None or isinstance(entry, Leaf):
            spot.raw.append((attribute, name, entry is not None))
            kind: Any = msgspec.Raw
        elif isinstance(entry, Items):
            inner = _spot(entry.node, deeper, entry.table)
            spot.rows.append((attribute, inner))
            kind = list[inner.struct | None] | None  # type: ignore[name-defined]
        else:
            inner = _spot(entry, deeper, "")
            spot.inner.append((attribute, name, inner))
            kind = inner.struct | None
        fields.append((attribute, kind | msgspec.UnsetType, msgspec.UNSET))
    spot.struct = msgspec.defstruct("Row", fields, rename=names)
    return spot


def _prepare(spot: _Spot, texts: Texts) -> None:
    texts.setdefault(spot.table, {(): []})
    _prepare_columns(spot, (), texts[spot.table])
    for inner in _rows_below(spot):
        _prepare(inner, texts)


def _prepare_columns(spot: _Spot, prefix: Path, columns: dict[Path, list[str | None]]) -> None:
    for _, name, declared in spot.raw:
        if declared:
            columns[(*prefix, name)] = []
    for _, name, inner in spot.inner:
        _prepare_columns(inner, (*prefix, name), columns)


def _rows_below(spot: _Spot) -> list[_Spot]:
    return [inner for _, inner in spot.rows] + [
        deep for _, _, inner in spot.inner for deep in _rows_below(inner)
    ]


def _gather_row(value: Any, spot: _Spot, texts: Texts) -> None:
    columns = texts[spot.table]
    place = len(columns[()])
    for column in columns.values():
        column.append(None)
    if value is not None:
        columns[()][place] = _gather(value, spot, (), columns, place, texts)


def _gather(
    value: Any, spot: _Spot, prefix: Path, columns: dict[Path, list[str | None]], place: int, texts: Texts
) -> str | None:
    """Fill the row's JSON columns; answer with the text of all that has no column."""
    parts: list[str] = []
    for attribute, name, declared in spot.raw:
        text = _text(getattr(value, attribute))
        if text is None:
            continue
        if declared:
            columns[(*prefix, name)][place] = text
        else:
            parts.append(f"{quote(name)}:{text}")
    for attribute, name, inner in spot.inner:
        found = getattr(value, attribute)
        if found is not msgspec.UNSET and found is not None:
            beyond = _gather(found, inner, (*prefix, name), columns, place, texts)
            if beyond:
                parts.append(f"{quote(name)}:{beyond}")
    for attribute, inner in spot.rows:
        found = getattr(value, attribute)
        for item in [] if found is msgspec.UNSET or found is None else found:
            _gather_row(item, inner, texts)
    return "{" + ",".join(parts) + "}" if parts else None


def _text(raw: Any) -> str | None:
    if raw is msgspec.UNSET:
        return None
    text = bytes(raw).decode()
    if "\\u" in text:
        text = dump(read(text))
    return None if text in NOTHING else text
