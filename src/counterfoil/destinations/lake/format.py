"""What a lake's format does: keep one table of files at a time, each change of it visible in one moment."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import pyarrow as pa

from counterfoil.destinations.base import TableChange
from counterfoil.model.table import Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """Rows whose text in a column is one of some."""

    column: str
    values: pa.Array  # of strings, each once


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """What one landing brings to one table.

    Of this company's rows those whose `whose` is among the `newest` ids are replaced by `rows`, and those among the
    `gone` ids, where they are not marked deleted yet, are marked so, with the moment and the sync. An id may be in
    both: a new row that was deleted meanwhile is marked too.
    """

    realm_id: str
    whose: str  # the column that holds the record's id, in a child its parent's
    newest: pa.Array  # of strings, each once
    gone: pa.Array
    columns: Sequence[Column]  # all that are declared; the table has them, and maybe others
    rows: Callable[
        [], Iterator[pa.RecordBatch]
    ]  # from the beginning at each call, with `columns` as in staged.ARROW
    synced_at: datetime
    sync_id: str

    @property
    def changes_nothing(self) -> bool:
        return not len(self.newest) and not len(self.gone)


class Format(Protocol):
    """Tables of one format under the root of a store; a dataset is a folder there, a table a folder in it.

    Errors of its library are raised as they are: who loads turns them into ours. None of its methods is called for
    the same table by two threads of this process at once, but for SYNCS; other machines may come between, and then
    the change is done again on what they left, a few times.
    """

    def names(self, dataset: str) -> Sequence[str]:
        """The tables that are there."""

    def schema(self, dataset: str, table: str) -> pa.Schema | None:
        """The columns of a table as they stand; None when there is no such table."""

    def ensure(self, dataset: str, table: str, columns: Sequence[Column]) -> None:
        """Make the table, or add those of the columns that it lacks at its end, in one commit."""

    def replace(self, dataset: str, table: str, brought: Replacement) -> TableChange:
        """Do all of it in one commit, or in none where nothing changes; tells all counts of the change.

        Columns made by hand stay; they are null in rows that came. Raises WarehouseRefused where a column can no
        longer hold a value exactly.
        """

    def sign(self, dataset: str, table: str, row: pa.RecordBatch) -> None:
        """Put one row in place of those with its first column's value, in one commit."""

    def rows(self, dataset: str, table: str) -> int:
        """How many rows a table has, without reading them where the format knows."""

    def read(
        self, dataset: str, table: str, columns: Sequence[str], only: Sequence[Only] = ()
    ) -> Iterator[pa.RecordBatch]:
        """Some columns of the rows that fulfil all conditions, a piece at a time, as they stand at this moment."""

    def drop(self, dataset: str, table: str) -> None:
        """Take the table away with all its files."""

    def maintain(self, dataset: str, table: str) -> None:
        """After a commit: join small files, expire old ones. What goes wrong here harms no load."""
