"""A statement of a company's books: lines of accounts or names, columns of months or ages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

NOTHING = Decimal("0.00")


class LineKind(StrEnum):
    """What a line is to those around it."""

    GROUP = "group"  # a heading: the lines below it are summed in a later one
    ENTRY = "entry"  # an account, or a name
    SUM = "sum"  # of the group that began before
    RESULT = "result"  # of several sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: the days from `since` to `until`, both of them in it; an age has no days but a `key`."""

    title: str
    since: date | None = None
    until: date | None = None
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line; its `cells` are as many as the statement's columns, empty for a heading.

    `of` is the id of the account or name that an entry is about; None where it has none, or is no entry. `leads` tells
    whether its numbers are made of postings of that account. A `part` names what a chart draws of it.
    """

    kind: LineKind
    label: str
    depth: int = 0
    cells: tuple[Decimal, ...] = ()
    total: Decimal | None = None
    of: str | None = None
    number: str = ""
    leads: bool = False
    part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement in one currency; `home` is the company's own, `currencies` those in which there is something."""

    name: str
    home: str
    currency: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    currencies: tuple[str, ...] = ()
    summed: bool = False  # the lines have totals

    @property
    def is_empty(self) -> bool:
        """Tell whether there is no number but nought in it."""
        return not any(cell for line in self.lines for cell in line.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as a list of accounts has it."""

    id: str
    name: str
    number: str = ""
    parent: str = ""


def added(rows: Sequence[Sequence[Decimal]], width: int) -> tuple[Decimal, ...]:
    """The sum of rows, column by column."""
    return tuple(sum((row[at] for row in rows), NOTHING) for at in range(width))
