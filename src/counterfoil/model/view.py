"""Views on the tables of a source, and what they stand on."""

from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil.model.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view: its full name, prefix and all, and its query in the SQL of the warehouse where it will stand."""

    name: str
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What views stand on: a warehouse's SQL by sqlglot's name for it, and the tables that a source has there.

    `tables` are named without the prefix: a view may read these and no others. `dataset` is written before the name of
    each table; it is empty where the warehouse finds them beside the view.
    """

    dialect: str
    prefix: str
    tables: Sequence[Table]
    dataset: str = ""
    upper_names: bool = False

    @property
    def names(self) -> frozenset[str]:
        """The tables that are there, without prefix."""
        return frozenset(table.name for table in self.tables)
