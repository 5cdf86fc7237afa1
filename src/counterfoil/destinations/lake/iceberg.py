"""Iceberg: tables that keep their history, each change of one visible in one moment."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from time import sleep
from typing import Any, TypeVar

import pyarrow as pa
from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import NoSuchNamespaceError, NoSuchTableError
from pyiceberg.expressions import AlwaysTrue, And, BooleanExpression, In, Reference
from pyiceberg.expressions.literals import literal
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.types import (
    BooleanType,
    DateType,
    DecimalType,
    LongType,
    NestedField,
    PrimitiveType,
    StringType,
    TimestamptzType,
)

from counterfoil.destinations.base import TableChange
from counterfoil.destinations.lake.change import chosen
from counterfoil.destinations.lake.format import Only, Replacement
from counterfoil.destinations.lake.iceberg_expire import expire
from counterfoil.destinations.lake.iceberg_folder import FolderCatalog
from counterfoil.destinations.lake.iceberg_words import CAME_BETWEEN, Words
from counterfoil.destinations.lake.iceberg_write import files_of, plain, replace, sign
from counterfoil.destinations.lake.store import Root
from counterfoil.errors import CounterfoilError
from counterfoil.model.table import Column, ColumnType

T = TypeVar("T")

TYPES: dict[ColumnType, PrimitiveType] = {
    ColumnType.TEXT: StringType(),
    ColumnType.DECIMAL: DecimalType(38, 9),
    ColumnType.INTEGER: LongType(),
    ColumnType.BOOLEAN: BooleanType(),
    ColumnType.DATE: DateType(),
    ColumnType.TIMESTAMP: TimestamptzType(),
    ColumnType.JSON: StringType(),
}

TRIES = 20
"""How often a change is tried where others change the same table meanwhile."""

FEW = 200
"""Values that files are left out by, which hold none of them."""

SECRETS = ("catalog_credential", "catalog_token")


class Iceberg:
    """Tables that a catalog knows; or that describe themselves, where the options name none."""

    def __init__(self, root: Root, options: Mapping[str, Any]) -> None:
        self.root, self.options = root, options
        self._left: dict[tuple[str, str], Table] = {}
        self.words = Words(tuple(str(options[name]) for name in SECRETS if options[name]))

    @cached_property
    def catalog(self) -> Catalog:
        if not self.options["catalog"]:
            return FolderCatalog(self.root)
        from counterfoil.destinations.lake.iceberg_rest import Rest  # noqa: PLC0415

        return Rest(self.root, self.options)

    def names(self, dataset: str) -> Sequence[str]:
        with self.words.ours(dataset):
            try:
                return sorted(identifier[-1] for identifier in self.catalog.list_tables((dataset,)))
            except NoSuchNamespaceError:
                return []

    def schema(self, dataset: str, table: str) -> pa.Schema | None:
        with self.words.ours(dataset, table):
            found = self._found(dataset, table)
            return plain(found.schema()) if found else None

    def ensure(self, dataset: str, table: str, columns: Sequence[Column]) -> None:
        with self.words.ours(dataset, table):
            again(lambda: self._ensure(dataset, table, columns))

    def replace(self, dataset: str, table: str, brought: Replacement) -> TableChange:
        with self.words.ours(dataset, table):
            return again(lambda: replace(self._to_change(dataset, table), brought))

    def sign(self, dataset: str, table: str, row: pa.RecordBatch) -> None:
        with self.words.ours(dataset, table):
            again(lambda: sign(self._to_change(dataset, table), row))

    def rows(self, dataset: str, table: str) -> int:
        with self.words.ours(dataset, table):
            return self._table(dataset, table).scan().count()

    def read(
        self, dataset: str, table: str, columns: Sequence[str], only: Sequence[Only] = ()
    ) -> Iterator[pa.RecordBatch]:
        which: BooleanExpression = AlwaysTrue()
        for each in only:
            if len(each.values) <= FEW:
                values = {literal(value) for value in each.values.to_pylist()}
                which = And(which, In(term=Reference(each.column), values=values))
        with self.words.ours(dataset, table):
            for file in files_of(self._table(dataset, table), which):
                yield from chosen(file, columns, only)

    def drop(self, dataset: str, table: str) -> None:
        with self.words.ours(dataset, table):
            self.catalog.purge_table((dataset, table))

    def maintain(self, dataset: str, table: str) -> None:
        with suppress(CounterfoilError), self.words.ours(dataset, table):
            if left := self._left.pop((dataset, table), None):
                expire(left, datetime.now(UTC))

    def _table(self, dataset: str, table: str) -> Table:
        return self.catalog.load_table((dataset, table))

    def _to_change(self, dataset: str, table: str) -> Table:
        """The table as it stands; and, once it is changed, as we left it."""
        self._left[dataset, table] = found = self._table(dataset, table)
        return found

    def _found(self, dataset: str, table: str) -> Table | None:
        try:
            return self._table(dataset, table)
        except (NoSuchTableError, NoSuchNamespaceError):
            return None

    def _ensure(self, dataset: str, name: str, columns: Sequence[Column]) -> None:
        table = self._found(dataset, name)
        if table is None:
            self.catalog.create_namespace_if_not_exists((dataset,))
            self.catalog.create_table((dataset, name), _schema(columns))
            return
        there = set(table.schema().column_names)
        with table.update_schema() as update:
            for column in columns:
                if column.name not in there:
                    update.add_column((column.name,), TYPES[column.type])


def again(change: Callable[[], T]) -> T:
    """Change a table; anew when somebody else has changed it meanwhile."""
    chance = random.Random()  # noqa: S311 (two who wait as long would meet again)
    for tried in range(1, TRIES):
        try:
            return change()
        except CAME_BETWEEN:
            sleep(chance.uniform(0, min(2.0, 0.05 * tried)))
    return change()


def _schema(columns: Sequence[Column]) -> Schema:
    fields = [
        NestedField(number, column.name, TYPES[column.type], required=False)
        for number, column in enumerate(columns, 1)
    ]
    return Schema(*fields)
