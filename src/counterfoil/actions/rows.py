"""What one may see of a table: some of its rows, as text, as they stand in a destination just now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from counterfoil.actions.destinations import warehouse_of
from counterfoil.actions.surroundings import Surroundings
from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Glance, Seen
from counterfoil.errors import RequestInvalid
from counterfoil.model.connection import Connection
from counterfoil.model.table import Column, ColumnType, Table, all_columns

LARGEST_LOOK = 200
"""Rows of one look."""
CENTS = 2
"""Decimals that a number is shown with at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A page of rows in the order of the key; None is null, which an empty text is not.

    `before` and `after` ask for the neighbouring pages; "" where there is none.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str | None, ...], ...]
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which rows and columns are looked at; `before` wins over `after`, both as an earlier answer gave them.

    `columns` None means all; the key and `_deleted` always come along.
    """

    after: str = ""
    before: str = ""
    limit: int = 25
    columns: Collection[str] | None = None


BEGINNING = Part()


def look(around: Surroundings, feed: Connection, table: Table, part: Part = BEGINNING) -> Rows:
    """Rows of one table in one destination.

    Raises NotFound for a table that was not made yet, WarehouseBusy while it is loaded, RequestInvalid for a place that
    is none, and what opening a destination raises.
    """
    limit = min(max(part.limit, 1), LARGEST_LOOK)
    key = key_of(table)
    always = {"_deleted", *(column.name for column in key)}
    glance = Glance(
        dataset=feed.dataset,
        table=feed.source.prefix + table.name,
        columns=[
            column
            for column in all_columns(table)
            if part.columns is None or column.name in part.columns or column.name in always
        ],
        key=key,
        beyond=_place(part.before or part.after, key),
        back=bool(part.before),
        limit=limit + 1,  # one more tells whether there is another page
    )
    seen = warehouse_of(around, feed.destination).look(glance)
    return _page(seen, key, glance, limit)


def key_of(table: Table) -> tuple[Column, ...]:
    """The columns that name a row of the table among those of all companies."""
    columns = {column.name: column for column in all_columns(table)}
    return tuple(columns[name] for name in ("_realm_id", *table.key))


def as_text(value: Any) -> str | None:
    """A value for people to read: numbers and times exact, with the zone; None stays None."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, datetime):
        zone = " UTC" if value.tzinfo is UTC else f" {value.tzinfo}" if value.tzinfo else ""
        return value.replace(tzinfo=None).isoformat(" ") + zone
    return str(value)


def select(feed: Connection, table: Table) -> str:
    """SQL that shows the table's newest rows, in the words and quotes of the destination's kind."""
    name = KINDS[feed.destination.kind].capabilities.quoted
    there = {column.name for column in table.columns}
    newest = [f"{name('updated_at')} DESC"] if "updated_at" in there else [name(one) for one in table.key]
    return (
        f"SELECT *\nFROM {name(feed.dataset)}.{name(feed.source.prefix + table.name)}\n"
        f"WHERE NOT {name('_deleted')}\nORDER BY {', '.join(newest)}\nLIMIT 100;"
    )


def _number(value: Decimal) -> str:
    if not value.is_finite():
        return str(value)
    whole, _, fraction = f"{value:f}".partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(CENTS, '0')}"


def _page(seen: Seen, key: Sequence[Column], glance: Glance, limit: int) -> Rows:
    more = len(seen.rows) > limit
    if glance.back:
        rows, earlier, later = seen.rows[-limit:], more, True
    else:
        rows, earlier, later = seen.rows[:limit], bool(glance.beyond), more
    names = [column.name for column in seen.columns]
    places = [names.index(column.name) for column in key]

    def place(row: tuple[Any, ...]) -> str:
        return msgspec.json.encode([row[at] for at in places]).decode()

    return Rows(
        columns=seen.columns,
        rows=tuple(tuple(map(as_text, row)) for row in rows),
        before=place(rows[0]) if rows and earlier else "",
        after=place(rows[-1]) if rows and later else "",
    )


def _place(told: str, key: Sequence[Column]) -> list[str | int]:
    """A row's key, as a page before told it. Raises RequestInvalid."""
    if not told:
        return []
    try:
        place = msgspec.json.decode(told, type=list[str | int])
    except msgspec.MsgspecError:
        place = []
    kinds = [int if column.type is ColumnType.INTEGER else str for column in key]
    if [type(value) for value in place] != kinds:
        raise RequestInvalid("This is no place in the table.", do="Begin with its first rows.")
    return place
