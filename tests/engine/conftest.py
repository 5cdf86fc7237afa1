"""The service on both stores: SQLite with threads, PostgreSQL with the distributed engine."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from counterfoil.model.source import Source
from counterfoil.sandbox.running import Sandbox
from counterfoil.store.db import Database
from tests.engine.fleet import Fleet, companies, realm_of, surroundings
from tests.postgres import Server
from tests.road.conftest import opened_store


@dataclass(frozen=True)
class Ground(Fleet):
    """A fleet whose sandbox stands beside it."""

    sandbox: Sandbox

    def connect(self, count: int, **more: object) -> list[Source]:
        return [self.add(n, self.sandbox.authorize(realm_of(n)), **more) for n in range(count)]  # type: ignore[arg-type]


@pytest.fixture(params=["sqlite", "postgres"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = ""
    if request.param == "postgres":
        server: Server = request.getfixturevalue("postgres")
        url = server.new_database()
    with opened_store(tmp_path, url) as database:
        yield database


@pytest.fixture
def ground(db: Database, tmp_path: Path) -> Iterator[Callable[[int], Ground]]:
    """Make a fleet of so many companies."""
    with ExitStack() as open_sandboxes:

        def make(count: int) -> Ground:
            sandbox = open_sandboxes.enter_context(Sandbox(companies(count)))
            return Ground(surroundings(db, sandbox.url, tmp_path), tmp_path, sandbox)

        yield make
