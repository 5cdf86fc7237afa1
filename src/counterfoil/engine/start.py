"""Starting the engine that fits the store."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from counterfoil.engine import clock, local
from counterfoil.engine.bell import Bell
from counterfoil.engine.crew import Crew
from counterfoil.engine.duties import Duties
from counterfoil.store.db import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """How many syncs this process runs at once, and how many seconds they get when it is told to end."""

    slots: int = 4
    grace: float = 20.0


@contextmanager
def running(
    db: Database, duties: Duties, bell: Bell, *, worker: str, places: Places | None = None
) -> Iterator[None]:
    """Keep schedules and run syncs during the block, as the worker of this id."""
    places = places or Places()
    crew = Crew(db, duties, worker, places.slots)
    if not is_shared(db):
        with local.running(crew, bell, places.grace), clock.going(db, duties, bell):
            yield
        return
    from counterfoil.engine import distributed, jobs  # noqa: PLC0415 - brings what only shared stores need

    def sweep() -> None:
        jobs.sweep(db, clock.SILENCE.total_seconds())

    with distributed.running(crew, places.grace), clock.going(db, duties, bell, tended=sweep):
        yield


def is_shared(db: Database) -> bool:
    """Tell whether several machines can work on the store."""
    return db.engine.dialect.name == "postgresql"
