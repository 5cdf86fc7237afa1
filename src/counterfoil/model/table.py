"""Tables and columns: how a record stands in the warehouse."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class ColumnType(StrEnum):
    """What a column holds; every destination kind maps these seven."""

    TEXT = "text"
    DECIMAL = "decimal"  # decimal(38,9): money, quantities, rates
    INTEGER = "integer"  # 64 bit
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"  # microseconds, UTC
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column and where its value stands in the record.

    `path` is the way from the record (or from the array item, in a child table) to the value: ("CustomerRef",
    "value"); "0" is the first item of the array named before it. `when` limits it: with (("TxnType",),
    ("Payment",)) the column is filled only if one of those texts stands there.
    """

    name: str
    type: ColumnType
    path: tuple[str, ...] = ()
    when: tuple[tuple[str, ...], tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table without its prefix: an entity's own, or a child that holds the items of one of its arrays.

    A child repeats its parent's id in `parent_id`; a child of a child also carries its parent's place in
    `parent_index`. `path` leads from the parent's record or item to the array.
    """

    name: str
    columns: tuple[Column, ...]
    path: tuple[str, ...] = ()
    parent_id: str = ""
    parent_index: str = ""
    children: tuple["Table", ...] = field(default=())

    @property
    def is_child(self) -> bool:
        return bool(self.parent_id)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that name a row, within one realm."""
        if not self.parent_id:
            return ("id",)
        return tuple(name for name in (self.parent_id, self.parent_index, "index") if name)

    def family(self) -> Iterator["Table"]:
        """This table, then its children and theirs, depth first."""
        yield self
        for child in self.children:
            yield from child.family()


SYSTEM_COLUMNS = (
    Column(name="_realm_id", type=ColumnType.TEXT),
    Column(name="_deleted", type=ColumnType.BOOLEAN),
    Column(name="_synced_at", type=ColumnType.TIMESTAMP),
    Column(name="_sync_id", type=ColumnType.TEXT),
    Column(name="_extra", type=ColumnType.JSON),
)
"""On every table, after its own columns."""


def all_columns(table: Table) -> tuple[Column, ...]:
    """Every column of the table as it stands in the warehouse: keys of a child first, system columns last."""
    keys: list[Column] = []
    if table.parent_id:
        keys.append(Column(name=table.parent_id, type=ColumnType.TEXT))
        if table.parent_index:
            keys.append(Column(name=table.parent_index, type=ColumnType.INTEGER))
        keys.append(Column(name="index", type=ColumnType.INTEGER))
    return (*keys, *table.columns, *SYSTEM_COLUMNS)
