"""Warehouses that dlt brings rows to: they are staged in a dataset of their own, then merged by our own SQL.

What dlt's maintainers test on the real thing, drivers and ways in, is theirs; what a sync promises is ours.
"""

import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from typing import Any

from counterfoil.destinations.base import (
    LONGEST_QUERY,
    Assure,
    Capabilities,
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
from counterfoil.destinations.through_dlt import stage as stages
from counterfoil.destinations.through_dlt.each import MergeEach
from counterfoil.destinations.through_dlt.prove import prove
from counterfoil.destinations.through_dlt.sql import Speaking, drop_dataset, put_away, stages_left
from counterfoil.destinations.through_dlt.stage import LoadingError, Stage
from counterfoil.destinations.through_dlt.way import Way
from counterfoil.destinations.turns import Turns
from counterfoil.destinations.views import in_utc, making, refuse_deeds
from counterfoil.errors import CounterfoilError, WarehouseBusy
from counterfoil.model.view import View
from counterfoil.stop import NEVER, Stop

LONGEST_LOOK = 5.0
"""Seconds that a look at rows may take."""
TRIES = 5
"""How often a merge is begun when others load into the same dataset at once."""
TURNS = Turns()
AT_ONCE = 100
"""Tables counted by one statement."""


class ThroughDlt:
    """A warehouse of such a kind as a destination."""

    def __init__(self, way: Way, wait_seconds: int) -> None:
        self.way, self.wait_seconds = way, wait_seconds
        self.capabilities: Capabilities = way.capabilities

    def load(
        self,
        landing: Landing,
        *,
        waiting: Waiting,
        stop: Stop = NEVER,
        assure: Assure = nothing_to_assure,
        grew: Grew = unnoticed,
    ) -> Mapping[str, TableChange]:
        stop.check()
        with self.opened(stop):
            pass  # who may not sign in learns it before all rows are written
        with self._turn(landing, waiting, stop), self.staged(landing, stop) as stage:
            for left in reversed(range(TRIES)):
                try:
                    with self.opened(stop) as speaking, _told(waiting):
                        speaking.stage = stage
                        return self._merge(speaking, landing, assure, grew)
                except WarehouseBusy as busy:
                    if not left or not self.way.is_conflict(busy):
                        raise
                    stop.sleep(0.5)
        raise AssertionError

    def tables(self, dataset: str, *, waiting: Waiting = in_silence, stop: Stop = NEVER) -> Mapping[str, int]:  # noqa: ARG002
        rows: dict[str, int] = {}
        with self.opened(stop) as speaking:
            names = [
                str(name)
                for (name,) in speaking.execute(
                    "SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = ? "
                    "AND TABLE_TYPE <> 'VIEW' ORDER BY TABLE_NAME",
                    dataset,
                )
            ]
            for start in range(0, len(names), AT_ONCE):
                some = names[start : start + AT_ONCE]
                counts = " UNION ALL ".join(
                    f"SELECT {start + place}, count(*) FROM {speaking.table(dataset, name)}"
                    for place, name in enumerate(some)
                )
                rows |= {names[place]: int(total) for place, total in speaking.execute(counts)}
        return rows

    def look(self, glance: Glance) -> Seen:
        with self.opened(NEVER, LONGEST_LOOK) as speaking:
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
        with making() as now, self.opened(stop) as speaking:
            speaking.create_dataset(dataset)
            put_away(speaking, dataset, gone)
            for view in views:
                now.view = view.name
                if self.way.drops_views:
                    put_away(speaking, dataset, [view.name])
                full = speaking.table(dataset, view.name)
                speaking.execute(f"{self.way.view} {full} AS {view.sql}{self.way.view_ends}")

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
        with self.opened(stop, seconds) as speaking:
            return in_utc(speaking.read(sql, *parameters))

    def prove(self, dataset: str) -> Generator[None, None, None]:
        self.way.reach()
        yield
        with self.opened(NEVER) as speaking:
            yield
            yield from prove(self, speaking, dataset)

    @contextmanager
    def _turn(self, landing: Landing, waiting: Waiting, stop: Stop) -> Iterator[None]:
        """Wait until no other thread of ours loads the same tables: not all of these kinds have locks for that."""

        def told() -> None:
            waiting("Counterfoil itself loads the same tables for another sync; waiting until that is done")

        place = f"{self.way.aim} {landing.dataset} {landing.prefix}"
        with TURNS.named(place, self.wait_seconds, stop, told) as ours:
            if not ours:
                raise WarehouseBusy(
                    f"Another sync loaded the same tables for {self.wait_seconds} s.",
                    do="Nothing is lost: the next sync brings it all.",
                )
            yield

    @contextmanager
    def opened(self, stop: Stop, seconds: float = 0) -> Iterator[Speaking]:
        """A session. What goes wrong in it is raised as one of our errors."""
        self.way.refuse_strangers()
        doing, speaking = "", None
        try:
            speaking = Speaking(self.way, self.way.connect(), stop)
            allowed = seconds or self.wait_seconds
            if self.way.limit:
                self.way.limit(speaking.connection, allowed)
            for setting in self.way.settings:
                speaking.execute(setting.format(ms=int(allowed * 1000)))
            yield speaking
        except CounterfoilError:
            raise
        except self.way.errors as error:
            stop.check()
            doing = speaking.doing if speaking else ""
            raise self.way.as_ours(*_said(error), doing) from error
        finally:
            if speaking:
                with suppress(Exception):
                    speaking.connection.close()

    @contextmanager
    def staged(self, landing: Landing, stop: Stop) -> Iterator[Stage]:
        """The rows of a landing in a dataset of their own, which is gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="counterfoil-") as name:
            folder = Path(name)
            stage = stages.write(landing, folder, self.capabilities.instead_of_nul, self.way.between)
            if not self.way.one_transaction:
                stages.write_lists(landing, stage, folder, self.capabilities.instead_of_nul)
            try:
                stages.bring(self.way.loader, stage, folder, stop)
                yield stage
            except LoadingError as error:
                raise self.way.as_ours(error.code, str(error), "CREATE SCHEMA") from error
            finally:
                if stage.everything:
                    self._clear(stage.dataset)

    def _merge(
        self, speaking: Speaking, landing: Landing, assure: Assure, grew: Grew
    ) -> Mapping[str, TableChange]:
        if not self.way.one_transaction:
            return MergeEach(dialect=speaking, landing=landing, grew=grew).land(assure)
        merge = Merge(dialect=speaking, landing=landing, grew=grew)
        if not self.way.makes_within:
            merge.prepare()
            merge.scratch()
        speaking.execute(self.way.flavour.begin)
        self.way.turn(speaking, landing, self.wait_seconds)
        if self.way.makes_within:
            merge.prepare()
            merge.scratch()
        merge.merge()
        assure()
        speaking.execute("COMMIT")
        return merge.changes

    def _clear(self, dataset: str) -> None:
        """Take a stage away, and those that a killed process left. What cannot be done now, the next load does."""
        with suppress(CounterfoilError), self.opened(NEVER) as speaking:
            drop_dataset(speaking, dataset)
            for name in stages_left(speaking):
                if stages.is_left(name):
                    drop_dataset(speaking, name)


@contextmanager
def _told(waiting: Waiting) -> Iterator[None]:
    """Say that something takes long: none of these warehouses tells beforehand whether one would have to wait."""
    timer = Timer(2.0, waiting, ["It works, or waits for someone who holds a table or loads the same ones"])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _said(error: BaseException) -> tuple[str, str]:
    """A driver's code and words."""
    code: Any = getattr(error, "pgcode", None) or (error.args[0] if len(error.args) > 1 else "")
    return str(code), str(error)
