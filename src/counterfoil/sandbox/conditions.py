"""What a WHERE asks for: bounds of the two times, ids, and tests that need the record itself."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from counterfoil.sandbox.books import CREATED, UPDATED
from counterfoil.sandbox.clock import read_time
from counterfoil.sandbox.faults import invalid_query
from counterfoil.sandbox.grammar import Condition
from counterfoil.sandbox.places import Bounds
from counterfoil.sandbox.records import value_at
from counterfoil.sandbox.wire import Record

AXES = {"metadata.createtime": CREATED, "metadata.lastupdatedtime": UPDATED}

Test = Callable[[Record], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which records a statement asks for."""

    bounds: dict[str, Bounds]
    ids: tuple[str, ...] | None
    tests: tuple[Test, ...]

    def holds(self, record: Record) -> bool:
        return all(test(record) for test in self.tests)


def wanted(conditions: tuple[Condition, ...], *, only_active: bool) -> Wanted:
    """Sort conditions by what can answer them.

    Raises FaultError 4001 for a value that its property cannot have.
    """
    bounds = {CREATED: Bounds(), UPDATED: Bounds()}
    ids: tuple[str, ...] | None = None
    tests: list[Test] = [_is_active] if only_active else []
    for condition in conditions:
        axis = AXES.get(condition.field.lower())
        if axis and condition.sign != "in":
            bounds[axis] = bounds[axis].within(_bounds(condition))
        elif condition.field.lower() == "id" and condition.sign in ("=", "in") and ids is None:
            ids = tuple(dict.fromkeys(condition.values))
        else:
            tests.append(_test(condition, is_time=axis is not None))
    return Wanted(bounds=bounds, ids=ids, tests=tuple(tests))


def _is_active(record: Record) -> bool:
    return value_at(record, "Active") is not False


def _bounds(condition: Condition) -> Bounds:
    time = _time(condition, condition.values[0])
    match condition.sign:
        case "<" | "<=":
            return Bounds(high=time, high_out=condition.sign == "<")
        case ">" | ">=":
            return Bounds(low=time, low_out=condition.sign == ">")
        case "=":
            return Bounds(low=time, high=time)
    raise invalid_query(f"operator {condition.sign} cannot be used with property {condition.field}")


def _time(condition: Condition, text: str) -> float:
    try:
        return read_time(text)
    except ValueError:
        raise invalid_query(f"value '{text}' is not a valid date for property {condition.field}") from None


def _test(condition: Condition, *, is_time: bool) -> Test:
    field, sign, values = condition.field, condition.sign, condition.values
    if is_time:
        times = {_time(condition, text) for text in values}
        return lambda record: read_time(str(value_at(record, field))) in times
    if sign == "like":
        pattern = _like(values[0])
        return lambda record: bool(pattern.fullmatch(_plain_text(value_at(record, field))))
    compare = _comparison[sign]
    return lambda record: _compares(value_at(record, field), values, compare)


def _like(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in text.split("%")), re.DOTALL | re.IGNORECASE)


_comparison: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda found, value: found == value,
    "in": lambda found, value: found == value,
    "<": lambda found, value: found < value,
    "<=": lambda found, value: found <= value,
    ">": lambda found, value: found > value,
    ">=": lambda found, value: found >= value,
}


def _compares(found: Any, values: tuple[str, ...], compare: Callable[[Any, Any], bool]) -> bool:
    found = _plain(found)
    if found is None:
        return False
    return any(compare(found, value) for value in (_as(found, text) for text in values) if value is not None)


def _plain(found: Any) -> Any:
    """References compare by their id, e-mail addresses by their text."""
    if isinstance(found, dict):
        return found.get("value", found.get("Address"))
    return None if isinstance(found, list) else found


def _plain_text(found: Any) -> str:
    plain = _plain(found)
    return "" if plain is None else str(plain)


def _as(found: Any, text: str) -> Any:
    """The value in the type of what stands in the record; None when it cannot be."""
    if isinstance(found, bool):
        return {"true": True, "false": False}.get(text.lower())
    if isinstance(found, int | Decimal):
        try:
            return Decimal(text)
        except InvalidOperation:
            return None
    return text
