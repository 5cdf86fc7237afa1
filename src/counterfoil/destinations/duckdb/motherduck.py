"""MotherDuck: DuckDB's engine with its databases kept in MotherDuck's cloud, reached by the same driver."""

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb

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
from counterfoil.destinations.duckdb.options import CAPABILITIES
from counterfoil.destinations.duckdb.sql import Speaking, interrupted
from counterfoil.destinations.duckdb.words import away
from counterfoil.destinations.look import look
from counterfoil.destinations.merge import Merge, prove
from counterfoil.destinations.turns import Turns
from counterfoil.destinations.views import making, remove
from counterfoil.errors import Cancelled, SettingInvalid, WarehouseBusy, WarehouseRefused
from counterfoil.model.view import View
from counterfoil.stop import NEVER, Stop, hurried

PATH = re.compile(r"(?:md|motherduck):(?P<database>[A-Za-z_][A-Za-z0-9_-]{0,254})")
"""What may stand there: nothing that the driver would read as one more setting."""

LONGEST_LOOK = 20.0
"""Seconds that a look at rows may take; signing in takes some of them."""

TURNS = Turns()


def is_meant(path: str) -> bool:
    """Tell whether a path leads to MotherDuck and is none of a file."""
    return path.strip().startswith(("md:", "motherduck:"))


class MotherDuck:
    """A database of MotherDuck's as a destination. Raises SettingInvalid."""

    capabilities = CAPABILITIES

    def __init__(self, options: Mapping[str, Any]) -> None:
        found = PATH.fullmatch(str(options["path"]).strip())
        if not found:
            raise SettingInvalid(
                "`path` names no database of MotherDuck's.",
                do="Write md:NAME, with letters, digits, dashes and underscores.",
            )
        if not options[
            "motherduck_token"
        ]:  # the driver would open a browser, or take what it finds on this machine
            raise SettingInvalid(
                "`motherduck_token` is missing.", do="Give a read/write token of MotherDuck's."
            )
        self.database = found["database"]
        self.token = str(options["motherduck_token"]).strip()
        self.wait_seconds = int(options["wait_seconds"])
        self.memory = str(options["memory"])

    def load(
        self,
        landing: Landing,
        *,
        waiting: Waiting,
        stop: Stop = NEVER,
        assure: Assure = nothing_to_assure,
        grew: Grew = unnoticed,
    ) -> Mapping[str, TableChange]:
        with self._turn(waiting, stop), self._opened(stop) as speaking:
            with interrupted(speaking.connection, stop):
                speaking.execute("BEGIN")
                changes = Merge(dialect=speaking, landing=landing, grew=grew).run()
            assure()
            speaking.connection.execute(
                "COMMIT"
            )  # not to be interrupted: nobody could say whether it took place
        return changes

    def tables(self, dataset: str, *, waiting: Waiting = in_silence, stop: Stop = NEVER) -> Mapping[str, int]:  # noqa: ARG002
        with self._opened(stop) as speaking, interrupted(speaking.connection, stop):
            names = sorted(speaking.layout(dataset))
            return {name: speaking.count(speaking.table(dataset, name)) for name in names}

    def look(self, glance: Glance) -> Seen:
        with self._soon(LONGEST_LOOK, NEVER) as speaking:
            return look(speaking, glance)

    def define(
        self,
        dataset: str,
        views: Sequence[View],
        *,
        gone: Sequence[str] = (),
        waiting: Waiting = in_silence,
        stop: Stop = NEVER,
    ) -> None:
        with making() as now, self._turn(waiting, stop), self._opened(stop) as speaking:
            with interrupted(speaking.connection, stop):
                speaking.execute("BEGIN")
                speaking.create_dataset(dataset)
                remove(speaking, dataset, speaking.views(dataset, gone))
                now.replace(speaking, dataset, views)
            speaking.connection.execute("COMMIT")

    def query(
        self,
        dataset: str,
        sql: str,
        parameters: Sequence[object] = (),
        *,
        seconds: float = LONGEST_QUERY,
        stop: Stop = NEVER,
    ) -> list[tuple[Any, ...]]:
        with self._soon(seconds, stop) as speaking:
            asked = speaking.connection.extract_statements(sql)
            if [each.type for each in asked] != [duckdb.StatementType.SELECT]:
                raise WarehouseRefused(f"{self} answers questions alone.", do="Ask one SELECT.")
            return speaking.ask(dataset, sql, parameters)

    def prove(self, dataset: str) -> Generator[None, None, None]:
        yield  # the driver reaches it as it signs in
        with self._opened(NEVER) as speaking:
            yield
            yield from prove(speaking, dataset)

    def __str__(self) -> str:
        return f"MotherDuck's database {self.database}"

    @contextmanager
    def _opened(self, stop: Stop) -> Iterator[Speaking]:
        """Sign in with the token alone, for this database alone."""
        stop.check()
        config: dict[str, str | bool | int | float | list[str]] = {
            "motherduck_token": self.token,
            "memory_limit": self.memory,
            "custom_user_agent": "counterfoil",
        }
        try:
            with duckdb.connect(f"md:{self.database}?attach_mode=single", config=config) as connection:
                yield Speaking(connection, stop, self.database)
        except duckdb.Error as error:
            stop.check()
            raise away(error, str(self), self.token) from error

    @contextmanager
    def _soon(self, seconds: float, stop: Stop) -> Iterator[Speaking]:
        late = Cancelled(f"{self} did not answer within {seconds:.0f} seconds.")
        with hurried(seconds, late, stop) as soon:
            try:
                with self._opened(soon) as speaking, interrupted(speaking.connection, soon):
                    yield speaking
            except Cancelled as error:
                stop.check()
                raise WarehouseBusy(
                    late.what, do="Ask for less, or ask again when it has less to do."
                ) from error

    @contextmanager
    def _turn(self, waiting: Waiting, stop: Stop) -> Iterator[None]:
        """Wait until no other thread of ours loads into it: two transactions of one database would conflict."""

        def told() -> None:
            waiting(f"Counterfoil itself loads into {self} for another sync; waiting until that is done")

        with TURNS.named(self.database, self.wait_seconds, stop, told) as ours:
            if not ours:
                raise WarehouseBusy(
                    f"Counterfoil itself loaded into {self} for {self.wait_seconds} s.",
                    do="Nothing is lost: the next sync brings it all.",
                )
            yield
