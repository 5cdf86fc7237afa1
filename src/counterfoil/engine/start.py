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
    with local.running(crew, bell, places.grace), clock.going(db, duties, bell):
        yield
