"""What the suite needs of each kind: one that is really there, and ways to look at it and to be cruel to it."""

from contextlib import AbstractContextManager
from typing import Any, Protocol

from counterfoil.destinations.base import Destination, Kind

Row = dict[str, Any]


class Place(Protocol):
    """A warehouse of one kind that runs here, read by its own means and not by ours."""

    kind: Kind
    options: dict[str, str]

    def open(self, **options: str) -> Destination:
        """Our way in, with these options besides its own."""

    def rows(self, dataset: str, table: str) -> list[Row]:
        """All rows by column, values exact: Decimal, date, aware datetime in UTC, JSON as its text."""

    def contents(self, dataset: str) -> dict[str, list[Row]]:
        """The rows of each table."""

    def tables(self, dataset: str) -> dict[str, list[str]]:
        """Tables and their columns in order."""

    def tell(self, sql: str) -> None:
        """Do something behind our back, as the owner of it all."""

    def cut_at(self, statement: int) -> AbstractContextManager[list[str]]:
        """Cut every connection just before its nth statement; yields those that were begun."""

    def held(self, dataset: str, table: str) -> AbstractContextManager[object]:
        """Another program holds the table, so that nobody can load it."""

    def forbidden(self, dataset: str, *, schema: bool) -> Destination | None:
        """The same warehouse as somebody who may not make a schema; or, with one, not write to its tables.

        None where the kind knows no rights of its own.
        """
