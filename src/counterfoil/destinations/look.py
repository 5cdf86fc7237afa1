"""Looking at rows, in plain SQL: a page of a table in the order of its key, what the kinds that speak SQL share."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from counterfoil.destinations.base import Glance, Seen
from counterfoil.destinations.flavour import Flavour
from counterfoil.errors import NotFound
from counterfoil.model.table import Column, ColumnType


class Reading(Protocol):
    """One warehouse's SQL, as far as it takes to look."""

    @property
    def flavour(self) -> Flavour:
        """How its SQL differs from others'."""

    def read(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Run one query with `?` values and answer with its rows, their values exact."""

    def columns(self, dataset: str, table: str) -> set[str]:
        """The columns of one table; none when it is not there."""

    def table(self, dataset: str, name: str) -> str:
        """A table's full name, quoted."""

    def name(self, identifier: str) -> str:
        """A name, quoted."""

    def kept(self, identifier: str) -> str:
        """A name as `columns` tells it."""


def look(dialect: Reading, glance: Glance) -> Seen:
    """The rows that the glance asks for. Raises NotFound when the dataset has no such table."""
    there = dialect.columns(glance.dataset, glance.table)
    if not there:
        raise NotFound(
            f"There is no table {glance.table} in {glance.dataset}.",
            do="It is made by the next sync that loads its stream.",
        )
    columns = tuple(column for column in glance.columns if dialect.kept(column.name) in there)
    sql, values = _query(dialect, glance, columns)
    rows = dialect.read(sql, *values)
    if glance.back:
        rows.reverse()
    return Seen(columns=columns, rows=tuple(tuple(map(_in_utc, row)) for row in rows))


def _query(dialect: Reading, glance: Glance, columns: Sequence[Column]) -> tuple[str, list[Any]]:
    listed = ", ".join(dialect.name(column.name) for column in columns)
    where, values = _beyond(dialect, glance)
    order = ", ".join(
        f"{term}{' DESC' if glance.back else ''}" for column in glance.key for term in _terms(dialect, column)
    )
    table = dialect.table(glance.dataset, glance.table)
    top, page = (each.format(int(glance.limit)) for each in (dialect.flavour.top, dialect.flavour.page))
    return f"SELECT {top}{listed} FROM {table}{where} ORDER BY {order}{page}", values


def _beyond(dialect: Reading, glance: Glance) -> tuple[str, list[Any]]:
    """A condition for rows on the other side of one: not every warehouse can compare several columns at once."""
    if not glance.beyond:
        return "", []
    sign = "<" if glance.back else ">"
    terms: list[tuple[str, str, Any]] = []
    for column, value in zip(glance.key, glance.beyond, strict=True):
        asked = (dialect.flavour.length.format("?"), "?") if column.type is ColumnType.TEXT else ("?",)
        terms += [(term, mark, value) for term, mark in zip(_terms(dialect, column), asked, strict=True)]
    ways, values = [], []
    for place, (term, mark, value) in enumerate(terms):
        same = [f"{equal} = {its_mark}" for equal, its_mark, _ in terms[:place]]
        ways.append("(" + " AND ".join([*same, f"{term} {sign} {mark}"]) + ")")
        values += [its_value for _, _, its_value in terms[:place]] + [value]
    return f" WHERE {' OR '.join(ways)}", values


def _terms(dialect: Reading, column: Column) -> tuple[str, ...]:
    """Ids are text and mostly numbers: the shorter ones first, so that 9 stands before 10."""
    name = dialect.name(column.name)
    return (
        (dialect.flavour.length.format(name), dialect.flavour.exact.format(name))
        if column.type is ColumnType.TEXT
        else (name,)
    )


def _in_utc(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value
