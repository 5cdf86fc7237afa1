"""Statements of QuickBooks' query language, with every value quoted.

Grammar, escapes and limits: API reference, section 3.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from counterfoil.errors import Defect
from counterfoil.model.stream import Stream

PAGE = 1000
"""Records in one answer at most."""

Scalar = str | bool | int | Decimal | date | datetime
Condition = tuple[str, str, Scalar | Sequence[Scalar]]
"""Property, operator, value: ("MetaData.CreateTime", ">=", moment), ("Id", "IN", ["1", "2"])."""

_OPERATORS = ("=", "<", ">", "<=", ">=", "LIKE", "IN")
_PROPERTY = re.compile(r"[A-Za-z][A-Za-z0-9]*(\.[A-Za-z][A-Za-z0-9]*)*")
_ORDER = re.compile(rf"{_PROPERTY.pattern}( ASC| DESC)?")


def select(
    stream: Stream,
    *,
    where: Iterable[Condition] = (),
    order: str = "",
    start: int = 1,
    limit: int = PAGE,
    fields: Sequence[str] = (),
) -> str:
    """Ask for records. `order` is one property, with " ASC" or " DESC"; `start` counts from 1.

    `fields` asks for a few properties only, which QuickBooks does not promise to grant (reference, section 3).
    Inactive records are included: QuickBooks hides them from anyone who does not name them.
    """
    if not 1 <= limit <= PAGE or start < 1:
        raise Defect(f"A page from {start} with {limit} records cannot be asked for.")
    if order and not _ORDER.fullmatch(order):
        raise Defect(f"Cannot order by {order!r}.")
    if not all(_PROPERTY.fullmatch(name) for name in fields):
        raise Defect(f"Cannot ask for {fields!r}.")
    return " ".join(
        [
            f"SELECT {', '.join(fields) or '*'} FROM {stream.name}",  # noqa: S608 - not SQL; the name is the catalog's
            *_where(stream, where),
            *([f"ORDERBY {order}"] if order else []),
            f"STARTPOSITION {start} MAXRESULTS {limit}",
        ]
    )


def select_count(stream: Stream, *, where: Iterable[Condition] = ()) -> str:
    """Ask how many records there are, inactive ones included."""
    return " ".join([f"SELECT count(*) FROM {stream.name}", *_where(stream, where)])  # noqa: S608 - as above


def _where(stream: Stream, conditions: Iterable[Condition]) -> list[str]:
    told = [_condition(*condition) for condition in conditions]
    if stream.has_inactive:
        told.append("Active IN (true,false)")
    if stream.where:
        told.append(stream.where)
    return [f"WHERE {' AND '.join(told)}"] if told else []


def _condition(name: str, operator: str, value: Scalar | Sequence[Scalar]) -> str:
    if not _PROPERTY.fullmatch(name) or operator not in _OPERATORS:
        raise Defect(f"No condition can be made of {name!r} {operator!r}.")
    if (operator == "IN") is not _is_several(value):
        raise Defect("IN takes several values, every other operator takes one.")
    return f"{name} {operator} {literal(value)}"


def _is_several(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def literal(value: Scalar | Sequence[Scalar]) -> str:
    r"""A value as the query language writes it: true, '12.50', 'O\'Hara', ('1','2').

    A moment must know its offset, for what QuickBooks makes of one without is not established. It is cut to
    whole seconds, since stored times have no fractions.
    """
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            if value.tzinfo is None:
                raise Defect("A moment without an offset cannot be asked for.")
            return f"'{value.isoformat(timespec='seconds')}'"
        case date():
            return f"'{value.isoformat()}'"
        case int() | Decimal():
            return f"'{value:f}'" if isinstance(value, Decimal) else f"'{value}'"
        case str():
            return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
        case list() | tuple() if value:
            return "(" + ",".join(literal(item) for item in value) + ")"
        case _:
            raise Defect(f"{value!r} cannot stand in a query.")
