"""Promise 8: one company is read by at most one sync at a time, on however many machines."""

from collections.abc import Iterator
from contextlib import ExitStack
from multiprocessing.connection import wait
from threading import Event

import pytest

from tests.torture.doom import Doom
from tests.torture.history import History, begun
from tests.torture.kills import PATIENCE, running

PROCESSES = 4


@pytest.fixture(params=["sqlite", "postgres"])
def history(request: pytest.FixtureRequest) -> Iterator[History]:
    store = request.getfixturevalue("postgres").new_database() if request.param == "postgres" else ""
    with begun(synced=True, store=store) as history:
        yield history


def test_of_many_syncs_started_at_once_one_reads_and_the_others_are_refused(history: History) -> None:
    history.books.do("change", 0)
    the_others_ended = Event()
    history.troubles.meddle_before(1, lambda: _wait_for(the_others_ended))
    with ExitStack() as open_processes:
        syncs = [open_processes.enter_context(running(history)) for _ in range(PROCESSES)]
        for sync in syncs:
            sync.go()
        waiting, endings = {sync.line: sync for sync in syncs}, []
        while len(waiting) > 1:
            for line in wait(waiting, PATIENCE):
                endings.append(waiting.pop(line).ending().partition(":")[0])  # type: ignore[call-overload]
        the_others_ended.set()
        (last,) = waiting.values()

        assert endings == ["sync.running"] * (PROCESSES - 1)
        assert last.ending() == "succeeded"
    history.agree()


def _wait_for(event: Event) -> None:
    assert event.wait(PATIENCE)


def test_a_sync_that_dies_leaves_the_company_free(history: History) -> None:
    history.books.do("change", 0)
    with running(history, Doom(step="loading")) as dying:
        dying.go()
        assert dying.ending() == ""

    with running(history) as next_one:
        next_one.go()
        assert next_one.ending() == "succeeded"
    history.agree()
