"""Loading into Snowflake, looking at what is there, and proving that it works."""

import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from snowflake.connector import Error, SnowflakeConnection

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
from counterfoil.destinations.look import look
from counterfoil.destinations.merge import Merge
from counterfoil.destinations.snowflake.connect import Account
from counterfoil.destinations.snowflake.kind import CAPABILITIES
from counterfoil.destinations.snowflake.prove import prove
from counterfoil.destinations.snowflake.sql import Speaking, commit, count_all, create_stage, views_of
from counterfoil.destinations.snowflake.turn import begin_turn, make_turn
from counterfoil.destinations.snowflake.words import as_ours
from counterfoil.destinations.views import in_utc, making, refuse_deeds, remove
from counterfoil.errors import Cancelled, WarehouseBusy
from counterfoil.model.view import View
from counterfoil.stop import NEVER, Stop, hurried


class Snowflake:
    """A Snowflake account as a destination."""

    capabilities = CAPABILITIES

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.account = Account(options)
        self.wait_seconds = int(options["wait_seconds"])

    def load(
        self,
        landing: Landing,
        *,
        waiting: Waiting,
        stop: Stop = NEVER,
        assure: Assure = nothing_to_assure,
        grew: Grew = unnoticed,
    ) -> Mapping[str, TableChange]:
        with self._opened(stop) as speaking:
            merge = Merge(dialect=speaking, landing=landing, grew=grew)
            merge.prepare()  # making tables commits by itself: they are there, and empty, before all else
            merge.scratch()
            create_stage(speaking)
            whose = landing.dataset, landing.prefix
            make_turn(speaking, *whose)
            begin_turn(speaking, *whose, patience=self.wait_seconds, waiting=waiting)
            merge.merge()
            assure()
            commit(speaking)
        return merge.changes

    def tables(self, dataset: str, *, waiting: Waiting = in_silence, stop: Stop = NEVER) -> Mapping[str, int]:  # noqa: ARG002
        with self._opened(stop) as speaking:
            found = count_all(speaking, dataset)
        ours = {name.lower(): total for name, total in found.items() if name == name.upper()}
        return {name: total for name, total in found.items() if name != name.upper()} | ours

    def look(self, glance: Glance) -> Seen:
        with self._opened(NEVER) as speaking:
            return look(speaking, glance)

    def define(
        self,
        dataset: str,
        views: Sequence[View],
        *,
        gone: Sequence[str] = (),
        waiting: Waiting = in_silence,  # noqa: ARG002
        stop: Stop = NEVER,
    ) -> None:
        with making() as now, self._opened(stop) as speaking:
            speaking.create_dataset(dataset)
            remove(speaking, dataset, views_of(speaking, dataset, gone))
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
        late = Cancelled(f"Snowflake did not answer within {seconds:.0f} seconds.")
        with hurried(seconds, late, stop) as soon:
            try:
                with self._opened(soon) as speaking:
                    return in_utc(speaking.read(sql, *parameters))
            except Cancelled as error:
                stop.check()
                raise WarehouseBusy(
                    late.what, do="Ask for less, or ask again when it has less to do."
                ) from error

    def prove(self, dataset: str) -> Generator[None, None, None]:
        self.account.reach()
        yield
        with self._opened(NEVER) as speaking:
            yield
            yield from prove(speaking, dataset, self.account.warehouse)

    @contextmanager
    def _opened(self, stop: Stop) -> Iterator[Speaking]:
        with TemporaryDirectory(prefix="counterfoil-") as folder:
            connection = self.account.connect(stop)
            speaking = Speaking(connection, self.account.database, Path(folder), stop)
            try:
                yield speaking
            except Error as error:
                stop.check()
                raise as_ours(error, self.account.aim_of(connection), speaking.doing) from error
            finally:
                _close(connection, stop)


def _close(connection: SnowflakeConnection, stop: Stop) -> None:
    """End the session: what it was doing is broken off there, and a transaction undone."""

    def close() -> None:
        with suppress(Exception):
            connection.close(retry=False)

    if stop.is_asked:  # and nobody waits for an answer
        threading.Thread(target=close, name="close", daemon=True).start()
    else:
        close()
