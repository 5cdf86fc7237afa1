"""Views, and questions in a warehouse's own SQL: what the kinds share."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn, Protocol

from counterfoil.errors import WarehouseFailed, WarehouseRefused
from counterfoil.model.view import View

QUESTION = re.compile(r"(?:\s|/\*.*?\*/|--[^\n]*\n|\()*(?:SELECT|WITH)\b", re.IGNORECASE | re.DOTALL)


class Telling(Protocol):
    """One warehouse's SQL, as far as it takes to make views."""

    def execute(self, sql: str, *values: object) -> Any:
        """Run one statement."""

    def table(self, dataset: str, name: str) -> str:
        """A table's or view's full name, quoted."""


@dataclass(slots=True)
class Making:
    """Which view is being made, for who has to be told that it could not be."""

    view: str = ""

    def replace(self, telling: Telling, dataset: str, views: Sequence[View]) -> None:
        """Make each view, or put it in place of the one that was there, in the order given."""
        for view in views:
            self.view = view.name
            telling.execute(f"CREATE OR REPLACE VIEW {telling.table(dataset, view.name)} AS {view.sql}")
        self.view = ""


@contextmanager
def making() -> Iterator[Making]:
    """Have errors of the block tell which view they are about."""
    now = Making()
    try:
        yield now
    except (WarehouseFailed, WarehouseRefused) as error:
        if not now.view:
            raise
        raise type(error)(f"The view {now.view} could not be made. {error.what}", do=error.do) from error


def remove(telling: Telling, dataset: str, names: Sequence[str]) -> None:
    """Take views away, the last one first: it may read those before it."""
    for name in reversed(names):
        telling.execute(f"DROP VIEW IF EXISTS {telling.table(dataset, name)}")


def refuse_deeds(sql: str) -> None:
    """Raise WarehouseRefused for what is no question: not every kind can be told to change nothing."""
    if not QUESTION.match(sql):
        raise WarehouseRefused("Only questions are asked here.", do="Begin with SELECT or WITH.")


def no_views(title: str) -> NoReturn:
    """Say that a kind has no SQL of its own."""
    raise WarehouseRefused(
        f"{title} keeps files: it has no views, and answers no questions in SQL.",
        do="Read the tables with a program that reads such files, or feed a warehouse that speaks SQL too.",
    )


def in_utc(rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """The same rows, with moments in UTC."""
    return [
        tuple(value.astimezone(UTC) if isinstance(value, datetime) else value for value in row)
        for row in rows
    ]
