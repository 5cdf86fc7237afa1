"""What every kind of warehouse offers: declared options, capabilities, and one way to load."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from counterfoil.model.table import Column, ColumnType, Table
from counterfoil.model.view import Ground, View
from counterfoil.stop import NEVER, Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing a kind wants to know; form, API, command line and docs follow from it.

    A `tuning` option changes how the warehouse is loaded, never which tables are meant. A `host` option names a
    machine: whoever is no administrator may aim it only where the settings allow.
    """

    name: str
    help: str
    type: type = str
    required: bool = False
    secret: bool = False
    default: Any = None
    tuning: bool = False
    host: bool = False
    choices: tuple[str, ...] = ()  # empty where any text will do


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """How a kind differs, as data. Nothing asks for a kind by name."""

    all_tables_at_once: bool  # a sync becomes visible in one moment
    default_dataset: str
    longest_name: int  # characters of a table or column name
    types: Mapping[ColumnType, str] = field(repr=False)  # its own words
    quote: str  # what stands around a name in its SQL; twice, where the name holds it
    reserved_datasets: str = ""  # a pattern of names that it keeps for itself
    instead_of_nul: str = "\0"  # what a text holds where QuickBooks sent U+0000
    longest_text: int = 0  # bytes of UTF-8 in one value; 0 for as many as anybody sends
    upper_names: bool = False  # names stand there in upper case, as its people write them without quotes
    names: str = ""  # a pattern of the names that it takes for tables and columns; empty where any will do
    tables_first: bool = (
        False  # making a table ends a transaction: all are there, empty, before the load's begins
    )
    dialect: str = ""  # sqlglot's name for its SQL; empty where a kind has no views
    views_beside: bool = (
        False  # a view finds tables of its own dataset by their bare names, wherever it is read
    )

    def full(self, dataset: str, name: str) -> str:
        """A table or view of a dataset, as it stands in our own SQL there."""
        return self.quoted(name) if self.views_beside else f"{self.quoted(dataset)}.{self.quoted(name)}"

    def ground(self, dataset: str, prefix: str, tables: Sequence[Table]) -> Ground:
        """What the views of a source stand on here."""
        return Ground(
            dialect=self.dialect,
            prefix=prefix,
            tables=tables,
            dataset="" if self.views_beside else dataset,
            upper_names=self.upper_names,
        )

    def quoted(self, name: str) -> str:
        """A name as it stands in SQL that people run there."""
        kept = name.upper() if self.upper_names else name
        return self.quote + kept.replace(self.quote, self.quote * 2) + self.quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows of one stream's tables, staged and ready to be merged.

    `files` maps a table's name (without prefix) to its Parquet files. Rows carry `_seq`, which grows with each
    record read: of several versions of one id the one with the highest `_seq` is the newest, and children
    belong to the parent row with the same `_seq`. `deleted` lists ids that QuickBooks no longer has. When
    `complete`, every id that QuickBooks has is in the files: what the warehouse has beyond them is gone, but for those
    `spared`, which QuickBooks has and could not serve.
    """

    table: Table
    files: Mapping[str, Sequence[Path]]
    deleted: Sequence[str] = ()
    complete: bool = False
    spared: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """Everything one sync brings to one connection.

    `tables` are all tables of the source, which have to exist afterwards, whether or not a batch fills them.
    """

    dataset: str
    prefix: str
    realm_id: str
    source: str
    sync_id: str
    started_at: datetime  # aware, UTC
    tables: Sequence[Table]
    batches: Sequence[Batch]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableChange:
    """What a landing did to one table, in rows.

    It had `before`; of its `total` rows afterwards, `live` are not marked deleted.
    """

    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    before: int = 0
    total: int = 0
    live: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """Which rows of a table are looked at: in the order of its key, those behind a row, or before it when `back`.

    `table` is the full name; `key` are those of the `columns` that name a row, and `beyond` that row's values in them,
    empty to begin at the end.
    """

    dataset: str
    table: str
    columns: Sequence[Column]
    key: Sequence[Column]
    beyond: Sequence[str | int] = ()
    back: bool = False
    limit: int = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Rows in the order of their key, with those of the asked columns that the table has.

    Values are exact: Decimal, aware datetime in UTC, date, int, bool, str; None is null.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]


LONGEST_QUERY = 60.0
"""Seconds that a question may take, where nobody says otherwise."""

Waiting = Callable[[str], None]
"""Called with a sentence for people whenever a destination has to wait."""


def in_silence(_: str) -> None:
    """Wait without a word."""


Assure = Callable[[], None]
"""Called in the last moment before a load becomes visible; what it raises undoes the load."""


def nothing_to_assure() -> None:
    """Nothing but the load itself decides whether it may become visible."""


Grew = Callable[[str, tuple[str, ...]], None]
"""Called with a table's full name and the columns that it was given; without columns when it was made.

Nothing has grown until the load has become visible.
"""


def unnoticed(_: str, __: tuple[str, ...]) -> None:
    """Let tables grow without a word."""


class Destination(Protocol):
    """A configured warehouse."""

    capabilities: Capabilities

    def load(
        self,
        landing: Landing,
        *,
        waiting: Waiting,
        stop: Stop = NEVER,
        assure: Assure = nothing_to_assure,
        grew: Grew = unnoticed,
    ) -> Mapping[str, TableChange]:
        """Merge all batches and answer with the change of each table that was merged or made, by full table name.

        Loading the same landing twice changes nothing (Promise 2). Where `all_tables_at_once`, either every
        table changes or none. Raises WarehouseBusy, WarehouseFailed, WarehouseRefused; what the stop is asked with,
        while it works or waits, and what `assure` raises: then nothing has changed.
        """

    def tables(self, dataset: str, *, waiting: Waiting = in_silence, stop: Stop = NEVER) -> Mapping[str, int]:
        """The tables in a dataset with their row counts; empty when there is no such dataset."""

    def look(self, glance: Glance) -> Seen:
        """Rows of a table, as they stand; takes a few seconds at most, and never waits for a load.

        Raises NotFound when there is no such table, WarehouseBusy while somebody else holds the warehouse or when it
        takes too long, WarehouseFailed, WarehouseRefused.
        """

    def define(
        self,
        dataset: str,
        views: Sequence[View],
        *,
        gone: Sequence[str] = (),
        waiting: Waiting = in_silence,
        stop: Stop = NEVER,
    ) -> None:
        """Make or replace the views in the order given, and take away those that are `gone`.

        The dataset is made where it is not there. All of them or none, where a kind can. Raises WarehouseBusy,
        WarehouseFailed, WarehouseRefused, telling which view it was.
        """

    def query(
        self,
        dataset: str,
        sql: str,
        parameters: Sequence[object] = (),
        *,
        seconds: float = LONGEST_QUERY,
        stop: Stop = NEVER,
    ) -> list[tuple[Any, ...]]:
        """The rows of one SELECT in the warehouse's own SQL, a `?` for each parameter; it changes nothing.

        Tables and views of the dataset are named as `Capabilities.full` writes them. Values are exact: Decimal, date,
        aware datetime in UTC, int, bool, str; None is null. Raises WarehouseBusy while somebody else holds the
        warehouse or when it takes longer than `seconds`, NotFound, WarehouseFailed, WarehouseRefused.
        """

    def prove(self, dataset: str) -> Generator[None, None, None]:
        """Try all that a load needs, a step at a time: yields after each of its kind's `steps` that worked.

        Leaves no table behind. Raises WarehouseBusy, WarehouseFailed, WarehouseRefused for the step that did not.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of proving a destination: what is tried, and what to grant or mend when it fails."""

    name: str
    grant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of warehouse: its words, its options, how to open one."""

    name: str
    title: str
    options: tuple[Option, ...]
    capabilities: Capabilities
    steps: tuple[Step, ...]
    make: Callable[[Mapping[str, Any]], Destination] = field(repr=False)
    driver: tuple[str, str] = ("", "")  # a module that it needs, and our extra that brings it

    @property
    def lacks(self) -> str:
        """The extra that has to be installed first; "" when all is here."""
        module, extra = self.driver
        return extra if module and not _is_here(module) else ""

    def open(
        self, given: Mapping[str, str], addresses: Mapping[str, tuple[str, ...]] | None = None
    ) -> Destination:
        """Open a warehouse with the options that were given as text, and the defaults of the others.

        `addresses` are those that a host's name was found to stand for, by its option: where they are given, nothing
        else is connected to. The kind finds them among its options as `host_addresses`.
        """
        options = {option.name: option.default for option in self.options}
        for option in self.options:
            if given.get(option.name):
                options[option.name] = option.type(given[option.name])
        for name, found in (addresses or {}).items():
            options[f"{name}_addresses"] = found
        return self.make(options)


def _is_here(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # not even the package that holds it
        return False
