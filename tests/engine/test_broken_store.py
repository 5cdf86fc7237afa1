"""A service whose database is killed goes on by itself once it is back."""

from pathlib import Path

import pytest

from counterfoil.actions import syncs as verbs
from counterfoil.actions.service import running
from counterfoil.engine.start import Places
from counterfoil.errors import StoreFailed
from counterfoil.sandbox.running import Sandbox
from counterfoil.store import syncs, workers
from tests.engine.conftest import Ground
from tests.engine.fleet import companies, surroundings, until
from tests.postgres import running_server
from tests.road.conftest import opened_store


def test_what_ran_when_the_database_was_killed_and_what_is_asked_later_are_synced_once_it_is_back(
    tmp_path: Path,
) -> None:
    with (
        running_server() as server,
        opened_store(tmp_path, server.new_database()) as db,
        Sandbox(companies(2)) as sandbox,
    ):
        fleet = Ground(surroundings(db, sandbox.url, tmp_path), tmp_path, sandbox)
        fleet.connect(2)
        sandbox.fault(kind="slow", seconds=10.0, path="query", after=1, times=2)
        first = verbs.ask(fleet.around, "company000")
        with running(fleet.around, Places(slots=2, grace=0.0)):
            until(lambda: workers.load(db).running, "it never runs")
            server.stop()
            with pytest.raises(StoreFailed):
                verbs.ask(fleet.around, "company001")
            server.start()
            second = verbs.ask(fleet.around, "company001")
            for asked in (first, second):
                until(
                    lambda asked=asked: syncs.with_id(db, asked.id).state.is_over,  # type: ignore[misc]
                    f"nobody goes on: {syncs.with_id(db, asked.id)}",
                    seconds=240,
                )

        assert [str(syncs.with_id(db, asked.id).state) for asked in (first, second)] == ["succeeded"] * 2
