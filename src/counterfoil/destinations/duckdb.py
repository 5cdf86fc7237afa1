"""DuckDB: one file; all tables of a sync in one transaction; the file is held only while loading."""

import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from counterfoil.destinations.base import (
    Assure,
    Capabilities,
    Kind,
    Landing,
    Option,
    Step,
    TableChange,
    Waiting,
    in_silence,
    nothing_to_assure,
)
from counterfoil.destinations.duckdb_words import as_ours, held, holder
from counterfoil.destinations.merge import SYNCS, Dialect, Merge, prove
from counterfoil.destinations.untouched import Known, Mark, Untouched, mark_of
from counterfoil.errors import WarehouseFailed
from counterfoil.model.table import ColumnType
from counterfoil.stop import NEVER, Stop

CAPABILITIES = Capabilities(all_tables_at_once=True, default_dataset="quickbooks", longest_name=255)

OPTIONS = (
    Option(name="path", help="The DuckDB file; made when it does not exist.", required=True),
    Option(
        name="wait_seconds",
        help="How long to wait for someone else who holds the file.",
        type=int,
        default=600,
        tuning=True,
    ),
    Option(name="memory", help="What DuckDB may use while loading.", default="256MB", tuning=True),
)

STEPS = (
    Step(
        name="Reach the folder", grant="Make the folder, or let Counterfoil's user write in the one above it."
    ),
    Step(
        name="Open the file",
        grant="Close it in other programs, and let Counterfoil's user read and write it.",
    ),
    Step(
        name="Make a dataset and a table",
        grant="Give the disk room; name no dataset that DuckDB keeps for itself.",
    ),
    Step(name="Write a row and read it back", grant="Give the disk room."),
)

HASTE = 5
"""Seconds that a test waits for someone else who holds the file."""

OLDEST_READER = "v1.2.0"
"""New files are written so that DuckDB from 1.2 on can open them."""

TYPES = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.DECIMAL: "DECIMAL(38,9)",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.DATE: "DATE",
    ColumnType.TIMESTAMP: "TIMESTAMPTZ",
    ColumnType.JSON: "JSON",
}

POLL_SECONDS = 2.0

UNTOUCHED = Untouched()

INSISTING = 0.05
"""Seconds between interrupts: one that comes between two statements is forgotten by DuckDB."""


class DuckDB:
    """A DuckDB file as a destination."""

    capabilities = CAPABILITIES

    def __init__(self, options: Mapping[str, Any], *, sleep: Callable[[float], None] | None = None) -> None:
        self.path = Path(str(options["path"])).expanduser()
        self.wait_seconds = int(options["wait_seconds"])
        self.memory = str(options["memory"])
        self.sleep = sleep

    def load(
        self, landing: Landing, *, waiting: Waiting, stop: Stop = NEVER, assure: Assure = nothing_to_assure
    ) -> Mapping[str, TableChange]:
        with self._opened(waiting, stop) as connection:
            file = self._identity()
            known = UNTOUCHED.of(self.path, landing.dataset)
            ready = known is not None and known.holds(landing.prefix, landing.tables)
            with _interrupted(connection, stop):
                speaking = _Speaking(connection, stop)
                speaking.execute("BEGIN")
                changes = Merge(dialect=speaking, landing=landing, ready=ready).run()
            assure()
            connection.execute("COMMIT")  # not to be interrupted: nobody could say whether it took place
            mark, rows = self._left(connection), _rows_after(speaking, landing, known, changes)
        if rows:
            now = Known(rows=rows, prefix=landing.prefix, tables=landing.tables)
            UNTOUCHED.keep(self.path, mark, landing.dataset, now)
        if file is None or file != self._identity():
            raise WarehouseFailed(
                f"{self.path} was taken away while it was being loaded.",
                do="Put it back, or let the next sync make it anew: nothing is lost.",
            )
        return changes

    def tables(self, dataset: str, *, waiting: Waiting = in_silence, stop: Stop = NEVER) -> Mapping[str, int]:
        if not self.path.exists():
            return {}
        if known := UNTOUCHED.of(self.path, dataset):
            return known.rows
        with self._opened(waiting, stop, read_only=True) as connection:
            mark, speaking = mark_of(self.path), _Speaking(connection, stop)
            names = sorted(speaking.layout(dataset))
            counts = " UNION ALL ".join(
                f"SELECT {_text(name)}, count(*) FROM {speaking.table(dataset, name)}" for name in names
            )
            rows = dict(speaking.execute(counts)) if names else {}
        UNTOUCHED.keep(self.path, mark, dataset, Known(rows=rows))
        return rows

    def prove(self, dataset: str) -> Generator[None, None, None]:
        self._make_folder()
        yield
        hasty = DuckDB(
            {"path": self.path, "wait_seconds": min(HASTE, self.wait_seconds), "memory": self.memory}
        )
        with hasty._opened(in_silence, NEVER) as connection:
            yield
            yield from prove(_Speaking(connection, NEVER), dataset)

    @contextmanager
    def _opened(
        self, waiting: Waiting, stop: Stop, *, read_only: bool = False
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        self._make_folder()
        try:
            with duckdb.connect(":memory:", config={"memory_limit": self.memory}) as connection:
                connection.execute("SET preserve_insertion_order = false")
                connection.execute(f"SET temp_directory = {_text(f'{self.path}.spill')}")
                self._attach(connection, waiting, stop, read_only=read_only)
                yield connection
        except duckdb.Error as error:
            stop.check()
            raise as_ours(error, self.path) from error

    def _attach(
        self, connection: duckdb.DuckDBPyConnection, waiting: Waiting, stop: Stop, *, read_only: bool
    ) -> None:
        waited = 0.0
        while True:
            stop.check()
            try:
                connection.execute(
                    f"ATTACH {_text(str(self.path))} AS warehouse ({self._how(read_only=read_only)})"
                )
            except duckdb.IOException as error:
                by = holder(str(error))
                if by is None:
                    raise
                if waited >= self.wait_seconds:
                    raise held(self.path, by, waited) from error
                if waited == 0:
                    waiting(f"{by} holds {self.path}; waiting until it closes the file")
                (self.sleep or stop.sleep)(POLL_SECONDS)
                waited += POLL_SECONDS
            else:
                return

    def _left(self, connection: duckdb.DuckDBPyConnection) -> Mark | None:
        """Write everything into the file and tell how we leave it, while nobody else can write to it."""
        try:
            connection.execute("CHECKPOINT warehouse")
        except duckdb.Error:
            return None  # what was committed stands in the log beside the file
        return mark_of(self.path)

    def _identity(self) -> tuple[int, int] | None:
        """Which file stands at our path; what DuckDB has open goes on working when someone takes that away."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _make_folder(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WarehouseFailed(
                f"The folder {self.path.parent} cannot be used: {error.strerror}.",
                do="Put it back, or give the right to write there, then sync again: nothing is lost.",
            ) from error

    def _how(self, *, read_only: bool) -> str:
        if read_only:
            return "READ_ONLY"
        return "TYPE duckdb" if self.path.exists() else f"STORAGE_VERSION '{OLDEST_READER}'"


class _Speaking(Dialect):
    """DuckDB's SQL on one open connection."""

    types = TYPES

    def __init__(self, connection: duckdb.DuckDBPyConnection, stop: Stop) -> None:
        self.connection = connection
        self.stop = stop

    def execute(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        self.stop.check()
        return self.connection.execute(sql, list(values)).fetchall()

    def change(self, sql: str, *values: object) -> int:
        return int(self.execute(sql, *values)[0][0])

    def table(self, dataset: str, name: str) -> str:
        return f"warehouse.{self.name(dataset)}.{self.name(name)}"

    def staged(self, files: list[Path]) -> str:
        listed = ", ".join(_text(str(file)) for file in files)
        return f"read_parquet([{listed}], union_by_name = true)"

    def layout(self, dataset: str) -> dict[str, set[str]]:
        rows = self.execute(
            "SELECT table_name, list(column_name) FROM duckdb_columns() "
            "WHERE database_name = 'warehouse' AND schema_name = ? GROUP BY table_name",
            dataset,
        )
        return {name: set(columns) for name, columns in rows}

    def create_dataset(self, dataset: str) -> None:
        self.execute(f"CREATE SCHEMA IF NOT EXISTS warehouse.{self.name(dataset)}")


@contextmanager
def _interrupted(connection: duckdb.DuckDBPyConnection, stop: Stop) -> Iterator[None]:
    """Break off whatever the connection does when the stop is asked during the block."""
    over = threading.Event()

    def insist() -> None:
        while not over.wait(INSISTING):
            connection.interrupt()

    interrupter = threading.Thread(target=insist, name="interrupt")
    with stop.calling(interrupter.start):
        try:
            yield
        finally:
            over.set()
    if interrupter.ident is not None:
        interrupter.join()


def _rows_after(
    speaking: _Speaking, landing: Landing, known: Known | None, changes: Mapping[str, TableChange]
) -> Mapping[str, int]:
    """The rows of all tables of the dataset after a load; empty where they were not known before it."""
    if known is None:
        return {}
    signed = {SYNCS: speaking.count(speaking.table(landing.dataset, SYNCS))}
    return {**known.rows, **{name: change.total for name, change in changes.items()}, **signed}


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


KIND = Kind(
    name="duckdb", title="DuckDB", options=OPTIONS, capabilities=CAPABILITIES, steps=STEPS, make=DuckDB
)
