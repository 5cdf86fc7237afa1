"""The slow, exact reading of records that the fast one refuses: a value that does not fit is kept, not guessed."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Any

from counterfoil.model.table import ColumnType
from counterfoil.sync.shape.tree import EXTRA, Items, Leaf, Node, Path
from counterfoil.sync.shape.wiretext import Number, dump, read, whole

MISFIT = "@"
"""Before a field's name in `_extra`: the value as it came, because its column could not hold all of it."""

SCALE = Decimal("1e-9")
LIMIT = Decimal(10) ** 29
ROOMY = Context(prec=2000)


@dataclass(slots=True)
class Cleaned:
    """Records whose every declared value fits its column, and the paths met on the way."""

    records: list[bytes] = field(default_factory=list)
    seen: set[Path] = field(default_factory=set)


def clean(records: list[bytes], tree: Node) -> Cleaned:
    """Rewrite records so that the fast reading takes them, losing nothing."""
    cleaned = Cleaned()
    for record in records:
        value = read(record)
        cleaned.records.append(dump(_row(value, tree, (), cleaned.seen)).encode())
    return cleaned


@dataclass(frozen=True, slots=True)
class _Split:
    """An object taken apart: what fits its declared columns, and what does not."""

    path: Path
    seen: set[Path]
    fitting: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


def _row(value: dict[str, Any], node: Node, path: Path, seen: set[Path]) -> dict[str, Any]:
    split = _object(value, node, path, seen)
    if split.extra:
        split.fitting[EXTRA] = dump(split.extra)
    return split.fitting


def _object(value: dict[str, Any], node: Node, path: Path, seen: set[Path]) -> _Split:
    split = _Split(path, seen)
    for name, inner in value.items():
        if inner is None or inner in ([], {}):
            continue
        entry = node.fields.get(name)
        if entry is None:
            seen.add((*path, name))
            split.extra[name] = inner
        elif isinstance(entry, Leaf):
            _leaf(name, inner, entry, split)
        elif isinstance(entry, Node):
            _inner(name, inner, entry, split)
        else:
            _items(name, inner, entry, split)
    return split


def _leaf(name: str, value: Any, leaf: Leaf, into: _Split) -> None:
    if leaf.type is None:
        return
    into.seen.add((*into.path, name))
    if leaf.type is ColumnType.JSON:
        into.fitting[name] = dump(value)
        return
    fits, whole = FITTING[leaf.type](value)
    if fits is not None:
        into.fitting[name] = fits
    if not whole:
        into.extra[MISFIT + name] = value


def _inner(name: str, value: Any, node: Node, into: _Split) -> None:
    if not isinstance(value, dict):
        into.extra[MISFIT + name] = value
        return
    inner = _object(value, node, (*into.path, name), into.seen)
    into.fitting[name] = inner.fitting
    if inner.extra:
        into.extra[name] = inner.extra


def _items(name: str, value: Any, items: Items, into: _Split) -> None:
    listed = [value] if isinstance(value, dict) else value
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed if item is not None):
        into.extra[MISFIT + name] = value
        return
    path = (*into.path, name)
    into.fitting[name] = [
        None if item is None else _row(item, items.node, path, into.seen) for item in listed
    ]


Fit = tuple[Any, bool]
"""What the column takes (None: nothing) and whether that is the whole value."""


def _text(value: Any) -> Fit:
    if isinstance(value, bool):
        return ("true" if value else "false"), True
    if not isinstance(value, str):
        return None, False
    mended = whole(str(value))
    return mended, mended == value


def _decimal(value: Any) -> Fit:
    try:
        number = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or abs(number) >= LIMIT:
        return None, False
    rounded = number.quantize(SCALE, rounding=ROUND_HALF_EVEN, context=ROOMY)
    if abs(rounded) >= LIMIT:
        return None, False
    return Number(f"{rounded:f}"), rounded == number


def _integer(value: Any) -> Fit:
    number, whole = _decimal(value)
    if number is None or not whole or Decimal(number) % 1 or abs(Decimal(number)) >= 2**63:
        return None, False
    return Number(int(Decimal(number))), True


def _boolean(value: Any) -> Fit:
    spoken = {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else value
    return (spoken, True) if isinstance(spoken, bool) else (None, False)


def _date(value: Any) -> Fit:
    try:
        return date.fromisoformat(value).isoformat(), len(value) == len("2026-05-05")
    except (TypeError, ValueError):
        return None, False


def _timestamp(value: Any) -> Fit:
    """Times without an offset are not guessed; a bare date counts as midnight UTC and is also kept as it came."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None, False
    if len(value) == len("2026-05-05"):
        return f"{value}T00:00:00Z", False
    if moment.tzinfo is None:
        return None, False
    digits = value.partition(".")[2].rstrip("Zz").partition("+")[0].partition("-")[0]
    try:
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z"), len(digits.rstrip("0")) <= 6
    except OverflowError:
        return None, False


FITTING = {
    ColumnType.TEXT: _text,
    ColumnType.DECIMAL: _decimal,
    ColumnType.INTEGER: _integer,
    ColumnType.BOOLEAN: _boolean,
    ColumnType.DATE: _date,
    ColumnType.TIMESTAMP: _timestamp,
}
