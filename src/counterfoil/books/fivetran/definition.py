"""What each table of Fivetran's schema holds, and where it stands in ours: `tables.json`, read.

A table there has its `columns`: name: type, for the column of the same name of the table of the same name; or name:
[type, expression]. `from` names another table of ours, `where` limits its rows, `join` adds more. Expressions are in
DuckDB's SQL; `t` is the table read. `addresses` are the places where records bear addresses: "table.prefix".

Source of the names and types: the columns that Fivetran's published models select, and its test data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import msgspec


class Holds(StrEnum):
    """What a column of Fivetran's holds."""

    TEXT = "text"
    DECIMAL = "decimal"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"  # a moment, with its zone
    MIDNIGHT = "midnight"  # a day, as Fivetran's timestamp: without a zone, that no zone may shift it
    CUSTOM = "custom"  # the text of a company's own field, by the name of the column


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One column; `expression` is empty where it is the column of the same name."""

    holds: Holds
    expression: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One of Fivetran's tables, and what it is made of."""

    name: str
    source: str
    columns: Mapping[str, Told]
    where: str = ""
    join: str = ""
    addresses: tuple[tuple[str, str], ...] = ()

    @property
    def custom(self) -> tuple[str, ...]:
        """The columns that hold fields of a company's own."""
        return tuple(name for name, told in self.columns.items() if told.holds is Holds.CUSTOM)


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    columns: dict[str, Holds | tuple[Holds, str]]
    source: str = msgspec.field(default="", name="from")
    where: str = ""
    join: str = ""
    addresses: list[str] = []


@cache
def schema() -> Mapping[str, Shown]:
    """Every table of Fivetran's schema by name, by the alphabet."""
    content = (files("counterfoil.books.fivetran") / "tables.json").read_bytes()
    written = msgspec.json.decode(content, type=dict[str, _Written])
    return MappingProxyType({name: _shown(name, written[name]) for name in sorted(written)})


def _shown(name: str, written: _Written) -> Shown:
    return Shown(
        name=name,
        source=written.source or name,
        columns=MappingProxyType({column: _told(told) for column, told in written.columns.items()}),
        where=written.where,
        join=written.join,
        addresses=tuple(_place(place) for place in written.addresses),
    )


def _told(told: Holds | tuple[Holds, str]) -> Told:
    return Told(holds=told) if isinstance(told, Holds) else Told(holds=told[0], expression=told[1])


def _place(place: str) -> tuple[str, str]:
    table, _, prefix = place.partition(".")
    return table, prefix
