"""DuckDB: one file; all tables of a sync in one transaction; the file is held only while loading."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from counterfoil.destinations.base import (
    LONGEST_QUERY,
    Assure,
    Glance,
    Grew,
    Kind,
    Landing,
    Seen,
    TableChange,
    Waiting,
    in_silence,
    nothing_to_assure,
    unnoticed,
)
from counterfoil.destinations.duckdb.motherduck import MotherDuck, is_meant
from counterfoil.destinations.duckdb.namesake import refuse_namesake
from counterfoil.destinations.duckdb.options import ASKING, CAPABILITIES, LOADING, OPTIONS, STEPS, threads
from counterfoil.destinations.duckdb.sql import Speaking, interrupted, text
from counterfoil.destinations.duckdb.words import as_ours, held, holder
from counterfoil.destinations.look import look
from counterfoil.destinations.merge import SYNCS, Merge, prove
from counterfoil.destinations.turns import Turns
from counterfoil.destinations.untouched import Known, Mark, Untouched, mark_of
from counterfoil.destinations.views import making, remove
from counterfoil.errors import Cancelled, NotFound, WarehouseBusy, WarehouseFailed
from counterfoil.model.view import View
from counterfoil.stop import NEVER, Stop, hurried

LONGEST_LOOK = 5.0
"""Seconds that a look at rows may take."""
SLOW = Cancelled(f"DuckDB did not answer within {LONGEST_LOOK:.0f} seconds.")

HASTE = 5
"""Seconds that a test waits for someone else who holds the file."""

OLDEST_READER = "v1.2.0"
"""New files are written so that DuckDB from 1.2 on can open them."""

POLL_SECONDS = 2.0

UNTOUCHED = Untouched()

TURNS = Turns()


class DuckDB:
    """A DuckDB file as a destination."""

    capabilities = CAPABILITIES

    def __init__(self, options: Mapping[str, Any], *, sleep: Callable[[float], None] | None = None) -> None:
        self.path = Path(str(options["path"])).expanduser()
        self.wait_seconds = int(options["wait_seconds"])
        self.memory = str(options["memory"])
        self.sleep = sleep

    def load(
        self,
        landing: Landing,
        *,
        waiting: Waiting,
        stop: Stop = NEVER,
        assure: Assure = nothing_to_assure,
        grew: Grew = unnoticed,
    ) -> Mapping[str, TableChange]:
        with self._opened(waiting, stop) as connection:
            file = self._identity()
            known = UNTOUCHED.of(self.path, landing.dataset)
            ready = known is not None and known.holds(landing.prefix, landing.tables)
            with interrupted(connection, stop):
                speaking = Speaking(connection, stop)
                speaking.execute("BEGIN")
                changes = Merge(dialect=speaking, landing=landing, ready=ready, grew=grew).run()
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
            mark, speaking = mark_of(self.path), Speaking(connection, stop)
            names = sorted(speaking.layout(dataset))
            counts = " UNION ALL ".join(
                f"SELECT {text(name)}, count(*) FROM {speaking.table(dataset, name)}" for name in names
            )
            rows = dict(speaking.execute(counts)) if names else {}
        UNTOUCHED.keep(self.path, mark, dataset, Known(rows=rows))
        return rows

    def look(self, glance: Glance) -> Seen:
        if not self.path.exists():
            raise NotFound(f"There is no file {self.path} yet.", do="The next sync makes it.")
        with hurried(LONGEST_LOOK, SLOW) as stop:
            try:
                with (
                    self._in_haste(0)._opened(in_silence, stop, read_only=True) as connection,
                    interrupted(connection, stop),
                ):
                    return look(Speaking(connection, stop), glance)
            except Cancelled as late:
                raise WarehouseBusy(late.what, do="Ask the file itself, with a program of its own.") from late
            except WarehouseBusy as busy:
                raise WarehouseBusy(
                    busy.what, do="It is being loaded, or read: look again in a moment."
                ) from busy

    def define(
        self,
        dataset: str,
        views: Sequence[View],
        *,
        gone: Sequence[str] = (),
        waiting: Waiting = in_silence,
        stop: Stop = NEVER,
    ) -> None:
        refuse_namesake(views, self.path)
        known = UNTOUCHED.of(self.path, dataset)
        with making() as now, self._opened(waiting, stop) as connection:
            speaking = Speaking(connection, stop)
            speaking.execute("BEGIN")
            speaking.create_dataset(dataset)
            remove(speaking, dataset, speaking.views(dataset, gone))
            now.replace(speaking, dataset, views)
            connection.execute("COMMIT")
            mark = self._left(connection)
        if known:
            UNTOUCHED.keep(self.path, mark, dataset, known)

    def query(
        self,
        dataset: str,
        sql: str,
        parameters: Sequence[object] = (),
        *,
        seconds: float = LONGEST_QUERY,
        stop: Stop = NEVER,
    ) -> list[tuple[Any, ...]]:
        if not self.path.exists():
            raise NotFound(f"There is no file {self.path} yet.", do="The next sync makes it.")
        late = Cancelled(f"DuckDB did not answer within {seconds:.0f} seconds.")
        with hurried(seconds, late, stop) as soon:
            try:
                with (
                    self._in_haste(int(seconds))._opened(in_silence, soon, read_only=True) as connection,
                    interrupted(connection, soon),
                ):
                    return Speaking(connection, soon).ask(dataset, sql, parameters)
            except Cancelled as error:
                stop.check()
                raise WarehouseBusy(
                    late.what, do="Ask for less, or ask again when it has less to do."
                ) from error

    def prove(self, dataset: str) -> Generator[None, None, None]:
        self._make_folder()
        yield
        with self._in_haste(HASTE)._opened(in_silence, NEVER) as connection:
            yield
            yield from prove(Speaking(connection, NEVER), dataset)

    def _in_haste(self, seconds: int) -> "DuckDB":
        """The same file for who waits no longer than so many seconds for somebody else."""
        patience = min(seconds, self.wait_seconds)
        return DuckDB({"path": self.path, "wait_seconds": patience, "memory": self.memory})

    @contextmanager
    def _opened(
        self, waiting: Waiting, stop: Stop, *, read_only: bool = False
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        self._make_folder()
        memory = ASKING if read_only and self.memory == LOADING else self.memory
        try:
            with (
                self._turn(waiting, stop),
                duckdb.connect(
                    ":memory:", config={"memory_limit": memory, "threads": threads()}
                ) as connection,
            ):
                connection.execute("SET preserve_insertion_order = false")
                connection.execute(f"SET temp_directory = {text(f'{self.path}.spill')}")
                self._attach(connection, waiting, stop, read_only=read_only)
                yield connection
        except duckdb.Error as error:
            stop.check()
            raise as_ours(error, self.path) from error

    @contextmanager
    def _turn(self, waiting: Waiting, stop: Stop) -> Iterator[None]:
        """Wait until no other thread of ours has the file open."""

        def told() -> None:
            waiting(f"Counterfoil itself holds {self.path} for another sync; waiting until that is done")

        with TURNS.at(self.path, self.wait_seconds, stop, told) as ours:
            if not ours:
                raise held(self.path, "Counterfoil itself", self.wait_seconds)
            yield

    def _attach(
        self, connection: duckdb.DuckDBPyConnection, waiting: Waiting, stop: Stop, *, read_only: bool
    ) -> None:
        waited = 0.0
        while True:
            stop.check()
            try:
                connection.execute(
                    f"ATTACH {text(str(self.path))} AS warehouse ({self._how(read_only=read_only)})"
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


def _rows_after(
    speaking: Speaking, landing: Landing, known: Known | None, changes: Mapping[str, TableChange]
) -> Mapping[str, int]:
    """The rows of all tables of the dataset after a load; empty where they were not known before it."""
    if known is None:
        return {}
    signed = {SYNCS: speaking.count(speaking.table(landing.dataset, SYNCS))}
    return {**known.rows, **{name: change.total for name, change in changes.items()}, **signed}


KIND = Kind(
    name="duckdb",
    title="DuckDB",
    options=OPTIONS,
    capabilities=CAPABILITIES,
    steps=STEPS,
    make=lambda options: MotherDuck(options) if is_meant(str(options["path"])) else DuckDB(options),
)
