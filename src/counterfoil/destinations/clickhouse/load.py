"""Loading into ClickHouse, looking at what is there, and proving that it works."""

import secrets
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from clickhouse_connect.driver.exceptions import ClickHouseError

from counterfoil.destinations.base import (
    LONGEST_QUERY,
    Assure,
    Glance,
    Grew,
    Landing,
    Seen,
    TableChange,
    Waiting,
    in_silence,
    nothing_to_assure,
    unnoticed,
)
from counterfoil.destinations.clickhouse.kind import CAPABILITIES
from counterfoil.destinations.clickhouse.reach import TROUBLES, Server
from counterfoil.destinations.clickhouse.sql import Speaking
from counterfoil.destinations.clickhouse.swap import BESIDE, Swap
from counterfoil.destinations.clickhouse.words import AGAIN, LATE, as_ours, is_lost
from counterfoil.destinations.look import look
from counterfoil.destinations.turns import Turns
from counterfoil.destinations.views import in_utc, making, refuse_deeds, remove
from counterfoil.errors import WarehouseBusy, WarehouseFailed, WarehouseRefused
from counterfoil.model.view import View
from counterfoil.stop import NEVER, Stop

LONGEST_LOOK = 5.0
"""Seconds that a look at rows may take."""

AT_ONCE = 200
"""Tables counted by one statement."""

TURNS = Turns()

DATABASE = """
    SELECT engine, ifNull(toString(toDate32OrNull('0001-01-01')) = '0001-01-01', false)
    FROM system.databases WHERE name = ?
"""

VIEWS = "SELECT name FROM system.tables WHERE database = ? AND engine = 'View'"

ENGINES = {"Atomic", "Shared"}
"""Databases in which two tables change places in one moment, and all that read them see the same."""


class ClickHouse:
    """A ClickHouse server as a destination."""

    capabilities = CAPABILITIES

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.server = Server(options)
        self.wait_seconds = int(options["wait_seconds"])
        self.statement_seconds = int(options["statement_seconds"])

    def load(
        self,
        landing: Landing,
        *,
        waiting: Waiting,
        stop: Stop = NEVER,
        assure: Assure = nothing_to_assure,
        grew: Grew = unnoticed,
    ) -> Mapping[str, TableChange]:
        with self._turn(landing, waiting, stop), self._opened(stop, self.statement_seconds) as speaking:
            wide = self._make_dataset(speaking, landing.dataset)
            swap = Swap(speaking=speaking, landing=landing, grew=grew, wide=wide)
            try:
                swap.prepare()
                assure()
                speaking.stop = NEVER  # from here on it is done in a moment, and all of it
                swap.show()
                swap.tidy()
            except BaseException as error:
                if not (isinstance(error, TROUBLES) and is_lost(error)):
                    swap.give_up()
                raise
        return swap.changes

    def tables(self, dataset: str, *, waiting: Waiting = in_silence, stop: Stop = NEVER) -> Mapping[str, int]:  # noqa: ARG002
        rows: dict[str, int] = {}
        with self._opened(stop, self.statement_seconds) as speaking:
            names = [name for name in speaking.layout(dataset) if not name.startswith(BESIDE)]
            for start in range(0, len(names), AT_ONCE):
                some = names[start : start + AT_ONCE]
                counts = " UNION ALL ".join(
                    f"SELECT {start + place}, count() FROM {speaking.table(dataset, name)}"
                    for place, name in enumerate(some)
                )
                rows |= {names[place]: int(total) for place, total in speaking.read(counts)}
        return rows

    def look(self, glance: Glance) -> Seen:
        with self._opened(NEVER, LONGEST_LOOK) as speaking:
            try:
                return look(speaking, glance)
            except ClickHouseError as error:
                if getattr(error, "code", None) not in LATE:
                    raise
                raise WarehouseBusy(
                    f"{self.server.aim} did not answer within {LONGEST_LOOK:.0f} seconds.",
                    do="Ask the server itself, with a program of its own.",
                ) from error

    def define(
        self,
        dataset: str,
        views: Sequence[View],
        *,
        gone: Sequence[str] = (),
        waiting: Waiting = in_silence,  # noqa: ARG002
        stop: Stop = NEVER,
    ) -> None:
        with making() as now, self._opened(stop, self.statement_seconds) as speaking:
            self._make_dataset(speaking, dataset)
            remove(speaking, dataset, _views(speaking, dataset, gone))
            now.replace(speaking, dataset, views)

    def query(
        self,
        dataset: str,  # noqa: ARG002 (its tables are named in full)
        sql: str,
        parameters: Sequence[object] = (),
        *,
        seconds: float = LONGEST_QUERY,
        stop: Stop = NEVER,
    ) -> list[tuple[Any, ...]]:
        refuse_deeds(sql)
        with self._opened(stop, seconds) as speaking:
            try:
                return in_utc(speaking.read(sql, *parameters))
            except ClickHouseError as error:
                if getattr(error, "code", None) not in LATE:
                    raise
                raise WarehouseBusy(
                    f"{self.server.aim} did not answer within {seconds:.0f} seconds.",
                    do="Ask for less, or ask again when it has less to do.",
                ) from error

    def prove(self, dataset: str) -> Generator[None, None, None]:
        self.server.reach()
        yield
        with self._opened(NEVER, self.statement_seconds) as speaking:
            yield
            self._make_dataset(speaking, dataset)
            yield
            old, new = (speaking.table(dataset, f"{BESIDE}probe_{secrets.token_hex(4)}") for _ in range(2))
            try:
                yield from _prove(speaking, old, new)
            finally:
                speaking.drop([old, new])

    def _make_dataset(self, speaking: Speaking, dataset: str) -> bool:
        """Make the database if it is not there; tells whether the server holds every day."""
        if not (found := speaking.read(DATABASE, dataset)):
            # IF NOT EXISTS: another source may make it at the same time. It is not asked for where it is there
            # already, as it takes the right to make one.
            speaking.tell(f"CREATE DATABASE IF NOT EXISTS {speaking.name(dataset)}")
            found = speaking.read(DATABASE, dataset)
        ((engine, wide),) = found
        if engine not in ENGINES:
            raise WarehouseRefused(
                f"The database {dataset} has the engine {engine}, where tables cannot be replaced in one moment "
                "or are not the same on all servers.",
                do="Choose another dataset, which is made as it has to be, or make one with ENGINE = Atomic.",
            )
        return bool(wide)

    @contextmanager
    def _turn(self, landing: Landing, waiting: Waiting, stop: Stop) -> Iterator[None]:
        """Be the only one of this process who loads these tables. Others are kept apart by the lock on the company."""

        def told() -> None:
            waiting("Counterfoil itself loads the same tables for another sync; waiting until that is done")

        place = f"{self.server.aim} {landing.dataset} {landing.prefix}"
        with TURNS.named(place, self.wait_seconds, stop, told) as ours:
            if not ours:
                raise WarehouseBusy(
                    f"Another sync loaded the same tables for {self.wait_seconds} s.", do=AGAIN
                )
            yield

    @contextmanager
    def _opened(self, stop: Stop, seconds: float) -> Iterator[Speaking]:
        speaking = Speaking(self.server.connect(stop, seconds), stop)
        try:
            yield speaking
        except TROUBLES as error:
            speaking.stop.check()
            raise as_ours(error, self.server.aim, speaking.doing) from error
        finally:
            speaking.client.close_connections()


def _prove(speaking: Speaking, old: str, new: str) -> Generator[None, None, None]:
    """All that a load does, with one word; yields after each step."""
    speaking.tell(f"CREATE TABLE {old} (word String) ENGINE = MergeTree ORDER BY word")
    yield
    speaking.tell(f"INSERT INTO {old} (word) SELECT ?", "old")
    yield
    speaking.tell(f"CREATE TABLE {new} AS {old}")
    speaking.tell(f"ALTER TABLE {new} ADD COLUMN more Nullable(String)")
    speaking.tell(f"ALTER TABLE {new} DROP COLUMN more")
    speaking.tell(f"ALTER TABLE {new} ATTACH PARTITION ALL FROM {old}")
    speaking.tell(f"DELETE FROM {new} WHERE word = 'old'")
    speaking.tell(f"INSERT INTO {new} (word) SELECT ?", "counterfoil")
    speaking.tell(f"EXCHANGE TABLES {new} AND {old}")
    if speaking.read(f"SELECT word FROM {old}") != [("counterfoil",)]:
        raise WarehouseFailed("A row that was just written did not come back.", do="Check the warehouse.")
    yield


def _views(speaking: Speaking, dataset: str, names: Sequence[str]) -> list[str]:
    """Those of the names that are views there, in their order."""
    there = {name for (name,) in speaking.read(VIEWS, dataset)} if names else set()
    return [name for name in names if name in there]
