"""Loading into PostgreSQL, looking at what is there, and proving that it works."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.errors import InvalidTableDefinition, LockNotAvailable, QueryCanceled

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
from counterfoil.destinations.merge import SYNCS, Merge, prove
from counterfoil.destinations.postgres.connect import Server, interrupted
from counterfoil.destinations.postgres.kind import CAPABILITIES
from counterfoil.destinations.postgres.sql import Speaking, views_of
from counterfoil.destinations.postgres.words import AGAIN, as_ours
from counterfoil.destinations.views import in_utc, making, remove
from counterfoil.errors import WarehouseBusy
from counterfoil.model.view import View
from counterfoil.stop import NEVER, Stop

LONGEST_LOOK = 5.0
"""Seconds that a look at rows may take."""

POLL_SECONDS = 1.0

AT_ONCE = 200
"""Tables counted by one statement."""

BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"

SETTINGS = """
    SELECT set_config('statement_timeout', ?, true), set_config('lock_timeout', ?, true),
    set_config('idle_in_transaction_session_timeout', '0', true), set_config('timezone', 'UTC', true),
    set_config('search_path', '', true)
"""
"""For this transaction alone: whoever pools connections gives it to others afterwards."""

COUNTABLE = """
    SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ? AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND pg_catalog.has_table_privilege(c.oid, 'SELECT') AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
    ORDER BY 1
"""

SIGNED = """
    SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ? AND c.relname = ?
"""

HOLDER = """
    SELECT a.pid, a.application_name, a.client_addr::text FROM pg_catalog.pg_locks l
    JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND l.database = a.datid AND a.pid <> pg_catalog.pg_backend_pid()
    AND (l.classid::bigint << 32 | l.objid::bigint) = pg_catalog.hashtextextended(?, 0)
"""


class Postgres:
    """A PostgreSQL server as a destination."""

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
        with self._opened(stop) as speaking:
            with interrupted(speaking.connection, stop):
                self._begin(speaking, self.statement_seconds, self.wait_seconds)
                self._take_turn(speaking, landing, waiting)
                changes = Merge(dialect=speaking, landing=landing, grew=grew).run()
            assure()
            speaking.doing = "COMMIT"
            speaking.connection.execute(
                "COMMIT"
            )  # not to be interrupted: nobody could say whether it took place
        return changes

    def tables(self, dataset: str, *, waiting: Waiting = in_silence, stop: Stop = NEVER) -> Mapping[str, int]:  # noqa: ARG002
        rows: dict[str, int] = {}
        with self._opened(stop) as speaking, interrupted(speaking.connection, stop):
            self._begin(speaking, self.statement_seconds, self.wait_seconds)
            names = [name for (name,) in speaking.execute(COUNTABLE, dataset)]
            for start in range(0, len(names), AT_ONCE):
                some = names[start : start + AT_ONCE]
                counts = " UNION ALL ".join(
                    f"SELECT {start + place}, count(*) FROM {speaking.table(dataset, name)}"
                    for place, name in enumerate(some)
                )
                rows |= {names[place]: total for place, total in speaking.execute(counts)}
        return rows

    def look(self, glance: Glance) -> Seen:
        with self._opened(NEVER) as speaking:
            self._begin(speaking, LONGEST_LOOK, LONGEST_LOOK)
            try:
                return look(speaking, glance)
            except (QueryCanceled, LockNotAvailable) as late:
                raise WarehouseBusy(
                    f"{self.server.aim} did not answer within {LONGEST_LOOK:.0f} seconds.",
                    do="Ask the server itself, with a program of its own.",
                ) from late

    def define(
        self,
        dataset: str,
        views: Sequence[View],
        *,
        gone: Sequence[str] = (),
        waiting: Waiting = in_silence,  # noqa: ARG002
        stop: Stop = NEVER,
    ) -> None:
        with making() as now, self._opened(stop) as speaking, interrupted(speaking.connection, stop):
            self._begin(speaking, self.statement_seconds, self.wait_seconds)
            speaking.create_dataset(dataset)
            remove(speaking, dataset, views_of(speaking, dataset, gone))
            speaking.execute("SAVEPOINT views")
            try:
                now.replace(speaking, dataset, views)
            except InvalidTableDefinition:  # only new columns at its end may be added to a view that stands
                speaking.execute("ROLLBACK TO SAVEPOINT views")
                remove(speaking, dataset, views_of(speaking, dataset, [view.name for view in views]))
                now.replace(speaking, dataset, views)
            speaking.execute("COMMIT")

    def query(
        self,
        dataset: str,  # noqa: ARG002 (its tables are named in full)
        sql: str,
        parameters: Sequence[object] = (),
        *,
        seconds: float = LONGEST_QUERY,
        stop: Stop = NEVER,
    ) -> list[tuple[Any, ...]]:
        with self._opened(stop) as speaking, interrupted(speaking.connection, stop):
            self._begin(speaking, seconds, seconds)
            speaking.execute("SET TRANSACTION READ ONLY")
            try:
                return in_utc(speaking.read(sql, *parameters))
            except (QueryCanceled, LockNotAvailable) as late:
                stop.check()
                raise WarehouseBusy(
                    f"{self.server.aim} did not answer within {seconds:.0f} seconds.",
                    do="Ask for less, or ask again when it has less to do.",
                ) from late

    def prove(self, dataset: str) -> Generator[None, None, None]:
        self.server.reach()
        yield
        with self._opened(NEVER) as speaking:
            yield
            yield from prove(speaking, dataset)

    @contextmanager
    def _opened(self, stop: Stop) -> Iterator[Speaking]:
        speaking = Speaking(self.server.connect(stop), stop)
        try:
            with speaking.connection:
                yield speaking
        except psycopg.Error as error:
            stop.check()
            raise as_ours(error, self.server.aim, speaking.doing) from error

    def _begin(self, speaking: Speaking, seconds: float, waiting: float) -> None:
        speaking.execute(BEGIN)
        speaking.execute(SETTINGS, f"{int(seconds * 1000)}", f"{int(waiting * 1000)}")

    def _take_turn(self, speaking: Speaking, landing: Landing, waiting: Waiting) -> None:
        """Be the only one who loads these tables; and, where the dataset itself has to be made, the only one there."""
        self._lock(speaking, f"counterfoil {landing.dataset} {landing.prefix}", waiting)
        if not speaking.execute(SIGNED, landing.dataset, SYNCS):
            self._lock(speaking, f"counterfoil {landing.dataset}", waiting)

    def _lock(self, speaking: Speaking, name: str, waiting: Waiting) -> None:
        waited = 0.0
        while not speaking.execute(
            "SELECT pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended(?, 0))", name
        )[0][0]:
            by = _named(speaking.execute(HOLDER, name))
            if waited >= self.wait_seconds:
                raise WarehouseBusy(f"{by} loaded the same tables for {waited:.0f} s.", do=AGAIN)
            if waited == 0:
                waiting(f"{by} loads the same tables; waiting until that is done")
            speaking.stop.sleep(POLL_SECONDS)
            waited += POLL_SECONDS


def _named(holders: list[tuple[Any, ...]]) -> str:
    if not holders:
        return "Someone else"
    pid, program, address = holders[0]
    return f"{program or 'Someone'} at {address or 'the server'} (process {pid} there)"
