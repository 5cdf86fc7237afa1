"""What the suite needs of each kind: one that is really there, and ways to look at it and to be cruel to it."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Any, Protocol

import pytest

from counterfoil.destinations.base import Destination, Kind
from counterfoil.model.table import ColumnType

Row = dict[str, Any]


class Ability(StrEnum):
    """What a kind, or the stand-in for it that runs here, may lack."""

    RIGHTS = "people with rights of their own"
    HOLDING = "somebody else who holds a table"
    TURNS = "loads that take turns"
    CUTTING = "a connection that is cut"
    COLUMNS = "columns that are dropped or added by hand"
    RETYPING = "a column that is given another type"
    TOGETHER = "a new dataset that two loads make at once"
    CATALOG = "datasets called main, pg_catalog or pg_mine"
    NAMES = "names as long as the kind says"
    KILLING = "a process of its own that is killed"
    VIEWS = "views, and questions in SQL"
    REWORDING = "a view that is given other columns"
    CHECKING = "a view that is looked at when it is made, and is gone when it is dropped"
    ASKING_ONLY = "questions that can change nothing"


class Place(Protocol):
    """A warehouse of one kind that runs here, read by its own means and not by ours.

    What it `lacks` is told with the reason, and stands in the table of kinds beside what it was `tried_on`: the real
    server or engine, an emulator of it, or the adapter of it on something else.
    """

    kind: Kind
    tried_on: str
    options: dict[str, str]
    lacks: Mapping[Ability, str]

    def open(self, **options: str) -> Destination:
        """Our way in, with these options besides its own."""

    def rows(self, dataset: str, table: str) -> list[Row]:
        """All rows by column, values exact: Decimal, date, aware datetime in UTC, JSON as its text."""

    def contents(self, dataset: str) -> dict[str, list[Row]]:
        """The rows of each table."""

    def tables(self, dataset: str) -> dict[str, list[str]]:
        """Tables and their columns in order."""

    def drop_dataset(self, dataset: str) -> None:
        """Take a dataset away with all that is in it."""

    def drop_table(self, dataset: str, table: str) -> None:
        """Take a table away."""

    def empty(self, dataset: str, table: str) -> None:
        """Take all rows of a table away."""

    def drop_column(self, dataset: str, table: str, column: str) -> None:
        """Take a column away."""

    def add_column(self, dataset: str, table: str, column: str, type_: str) -> None:
        """Add a column, of a type in the SQL of most: INTEGER, VARCHAR(5)."""

    def fill(self, dataset: str, table: str, column: str, word: str) -> None:
        """Write a word into a column of all rows."""

    def retype(self, dataset: str, table: str, column: str, type_: ColumnType) -> None:
        """Give a column another of the kind's types."""

    def grant(self, statement: str) -> None:
        """Do what our error says, as the owner of it all."""

    def cut_at(self, statement: int) -> AbstractContextManager[list[str]]:
        """Cut every connection just before its nth statement, or request; yields those that were begun."""

    def held(self, dataset: str, table: str) -> AbstractContextManager[object]:
        """Another program holds the table, so that nobody can load it."""

    def forbidden(self, dataset: str, *, schema: bool) -> Destination:
        """The same warehouse as somebody who may not make a schema; or, with one, not write to its tables."""


def need(place: Place, ability: Ability) -> None:
    """Leave a test out where the place lacks what it is about, and say why."""
    if ability in place.lacks:
        pytest.skip(f"{ability}: {place.lacks[ability]}")


class ToldInSQL:
    """How most kinds are meddled with."""

    def tell(self, sql: str) -> None:
        """Run a statement as the owner of it all."""
        raise NotImplementedError

    def drop_dataset(self, dataset: str) -> None:
        self.tell(f"DROP SCHEMA {self.name(dataset)} CASCADE")

    def drop_table(self, dataset: str, table: str) -> None:
        self.tell(f"DROP TABLE {self.full(dataset, table)}")

    def empty(self, dataset: str, table: str) -> None:
        self.tell(f"DELETE FROM {self.full(dataset, table)}")

    def drop_column(self, dataset: str, table: str, column: str) -> None:
        self.tell(f"ALTER TABLE {self.full(dataset, table)} DROP COLUMN {self.name(column)}")

    def add_column(self, dataset: str, table: str, column: str, type_: str) -> None:
        self.tell(f"ALTER TABLE {self.full(dataset, table)} ADD COLUMN {self.name(column)} {type_}")

    def fill(self, dataset: str, table: str, column: str, word: str) -> None:
        self.tell(f"UPDATE {self.full(dataset, table)} SET {self.name(column)} = '{word}'")

    def retype(self, dataset: str, table: str, column: str, type_: ColumnType) -> None:
        words = self.types[type_]
        self.tell(f"ALTER TABLE {self.full(dataset, table)} ALTER COLUMN {self.name(column)} TYPE {words}")

    def grant(self, statement: str) -> None:
        self.tell(statement)

    @property
    def types(self) -> Mapping[ColumnType, str]:
        """The kind's words for types."""
        kind: Kind = self.kind  # type: ignore[attr-defined]
        return kind.capabilities.types

    def full(self, dataset: str, table: str) -> str:
        """A table's name, quoted."""
        return f"{self.name(dataset)}.{self.name(table)}"

    def name(self, identifier: str) -> str:
        """A name, quoted."""
        return '"' + identifier.replace('"', '""') + '"'
