"""A shelf: where one connection's tables stand, and how the warehouse is asked there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from counterfoil.books.views import asked
from counterfoil.destinations.base import Destination
from counterfoil.model.connection import Connection
from counterfoil.model.table import Table
from counterfoil.model.view import Ground
from counterfoil.stop import NEVER, Stop

SECONDS = 600.0
"""So long may one question take: the ledger of a large company is worked out anew for it."""
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Where one connection's tables stand, and how to ask there."""

    connection: Connection
    destination: Destination
    tables: Sequence[Table]
    stop: Stop = NEVER

    @property
    def dataset(self) -> str:
        """Where the tables live."""
        return self.connection.dataset

    @property
    def prefix(self) -> str:
        """What their names begin with."""
        return self.connection.source.prefix

    @property
    def realm_id(self) -> str:
        """The company."""
        return self.connection.source.credential.realm_id

    @property
    def ground(self) -> Ground:
        """What SQL of the books stands on there."""
        return self.destination.capabilities.ground(self.dataset, self.prefix, self.tables)

    def ask_ledger(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of a question in DuckDB's SQL about `ledger`: no view has to stand there for it."""
        return self.ask(asked(question, self.ground), *values)

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of a question; `{name}` in it is a column, quoted. Raises what `Destination.query` raises."""
        return self.destination.query(self.dataset, sql, values, seconds=SECONDS, stop=self.stop)

    def name(self, column: str) -> str:
        """A column, quoted."""
        return self.destination.capabilities.quoted(column)

    @property
    def living(self) -> str:
        """The condition of a row of this company that is not marked deleted; takes the company's id."""
        return f"{self.name('_realm_id')} = ? AND NOT {self.name('_deleted')}"

    def full(self, table: str) -> str:
        """A table without prefix, as it stands in SQL there."""
        return self.destination.capabilities.full(self.dataset, self.prefix + table)


def bare(sql: str) -> str:
    """A query of ours without its comments: an apostrophe in one would hide the marks of values behind it."""
    return COMMENT.sub("", sql)
