"""Loading into BigQuery, looking at what is there, and proving that it works."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

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
from counterfoil.destinations.bigquery.connect import Errands, Service
from counterfoil.destinations.bigquery.kind import CAPABILITIES
from counterfoil.destinations.bigquery.landing import Arriving
from counterfoil.destinations.bigquery.look import Looking
from counterfoil.destinations.bigquery.prove import prove
from counterfoil.destinations.bigquery.tables import STAGE, Dataset
from counterfoil.destinations.bigquery.words import AGAIN
from counterfoil.destinations.look import look
from counterfoil.destinations.turns import Turns
from counterfoil.destinations.views import in_utc, making, refuse_deeds, remove
from counterfoil.errors import WarehouseBusy
from counterfoil.model.view import View
from counterfoil.stop import NEVER, Stop

AT_ONCE = 200
"""Tables counted by one statement."""

TURNS = Turns()
"""Among the loads of this process; from others BigQuery itself keeps a transaction apart."""


class BigQuery:
    """A project as a destination."""

    capabilities = CAPABILITIES

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.wait_seconds = int(options["wait_seconds"])
        self.service = Service(options)

    def load(
        self,
        landing: Landing,
        *,
        waiting: Waiting,
        stop: Stop = NEVER,
        assure: Assure = nothing_to_assure,
        grew: Grew = unnoticed,
    ) -> Mapping[str, TableChange]:
        with self._turn(landing, waiting, stop), self._opened(landing.dataset, stop) as dataset:
            arriving = Arriving(dataset, landing, grew)
            arriving.prepare()
            with dataset.stages() as stages:
                families = arriving.bring(stages)
                arriving.land(families, assure, self.wait_seconds, waiting)
            return arriving.changes

    def tables(self, dataset: str, *, waiting: Waiting = in_silence, stop: Stop = NEVER) -> Mapping[str, int]:  # noqa: ARG002
        rows: dict[str, int] = {}
        with self._opened(dataset, stop) as there:
            names = sorted(name for name in there.names() if not name.startswith(STAGE))
            for start in range(0, len(names), AT_ONCE):
                counts = " UNION ALL ".join(
                    f"SELECT {start + place}, COUNT(*) FROM {there.full(name)}"
                    for place, name in enumerate(names[start : start + AT_ONCE])
                )
                rows |= {names[place]: total for place, total in there.ask(counts)}
        return rows

    def look(self, glance: Glance) -> Seen:
        with self._opened(glance.dataset, NEVER) as dataset:
            return look(Looking(dataset), glance)

    def define(
        self,
        dataset: str,
        views: Sequence[View],
        *,
        gone: Sequence[str] = (),
        waiting: Waiting = in_silence,  # noqa: ARG002
        stop: Stop = NEVER,
    ) -> None:
        with making() as now, self._opened(dataset, stop) as opened:
            opened.make()
            looking = Looking(opened)
            there = set(opened.names("VIEW")) if gone else set()
            remove(looking, dataset, [name for name in gone if name in there])
            now.replace(looking, dataset, views)

    def query(
        self,
        dataset: str,
        sql: str,
        parameters: Sequence[object] = (),
        *,
        seconds: float = LONGEST_QUERY,
        stop: Stop = NEVER,
    ) -> list[tuple[Any, ...]]:
        refuse_deeds(sql)
        with self._opened(dataset, stop) as opened:
            return in_utc(Looking(opened, seconds).read(sql, *parameters))

    def prove(self, dataset: str) -> Generator[None, None, None]:
        self.service.reach()
        yield
        self.service.sign_in()
        yield
        with self._opened(dataset, NEVER) as opened:
            yield from prove(opened)

    @contextmanager
    def _opened(self, dataset: str, stop: Stop) -> Iterator[Dataset]:
        with self.service.telling(dataset), Errands(stop) as errands:
            yield Dataset(self.service, errands, dataset)

    @contextmanager
    def _turn(self, landing: Landing, waiting: Waiting, stop: Stop) -> Iterator[None]:
        name = f"{self.service.endpoint} {self.service.project} {landing.dataset} {landing.prefix}"
        sentence = "another load of this process brings the same tables; waiting until that is done"
        with TURNS.named(name, self.wait_seconds, stop, lambda: waiting(sentence)) as ours:
            if not ours:
                raise WarehouseBusy(f"The same tables were loaded for {self.wait_seconds} s.", do=AGAIN)
            yield
