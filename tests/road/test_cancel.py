"""A sync that is told to stop ends wherever it stands; the warehouse is as before, and the next sync does the rest."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import duckdb
import pytest

from counterfoil.actions.sync_now import sync_now
from counterfoil.destinations.duckdb.sql import interrupted
from counterfoil.destinations.merge import Merge
from counterfoil.errors import Cancelled, Interrupted
from counterfoil.model.outcome import StreamOutcome
from counterfoil.model.sync import Sync, SyncState
from counterfoil.stop import Stop
from counterfoil.store import connections, cursors, syncs
from counterfoil.sync.progress import SILENT, Progress, Stage, Watch
from tests.road.broken import edit, holding
from tests.torture.history import COMPARED, History, begun

LONG = 120.0
PEOPLE = Cancelled("Someone stopped the sync.", do="Nothing is lost.")
ENDLESS = "SELECT count(*) FROM range(1000000000000) WHERE range % 7 = hash(range)"


@pytest.fixture
def stop() -> Stop:
    return Stop()


@pytest.fixture
def history() -> Iterator[History]:
    """A company whose tables were in step until people went on with their books."""
    with begun(synced=True) as history:
        edit(history)
        yield history


def go(history: History, stop: Stop, watch: Watch = SILENT) -> tuple[Sync, tuple[StreamOutcome, ...]]:
    return sync_now(history.world.around, "acme", watch, stop=stop)


def standing(history: History) -> Any:
    """All that a sync may change: rows, cursors, staged files."""
    around = history.world.around
    (connection,) = connections.every(around.db)
    staged = [path for path in around.staging.rglob("*") if path.is_file()]
    tables = [table for (table,) in history.world.ask("SELECT table_name FROM duckdb_tables() ORDER BY 1")]
    rows = {name: sorted(map(str, found)) for name, found in history.world.everything(tables).items()}
    return rows, cursors.of(around.db, connection), staged


@contextmanager
def nothing_changed(history: History) -> Iterator[None]:
    before = standing(history)
    yield
    assert standing(history) == before
    history.agree()


def last(history: History) -> Sync:
    return syncs.latest(history.world.around.db)[0]


def telling(deed: Callable[[], None], stage: Stage) -> Watch:
    """Do a deed when a stream comes to a stage."""

    def progress(told: Progress) -> None:
        if told.stage is stage:
            deed()

    return Watch(progress=progress, say=lambda _: None)


def test_a_sync_ends_though_quickbooks_never_answers(history: History, stop: Stop) -> None:
    reached, released = threading.Event(), threading.Event()

    def hang() -> None:
        reached.set()
        released.wait(3 * LONG)

    with nothing_changed(history), ThreadPoolExecutor(1) as hand:
        history.troubles.meddle_before(1, hang)
        syncing = hand.submit(go, history, stop)
        assert reached.wait(LONG)

        stop.ask(PEOPLE)

        assert isinstance(syncing.exception(LONG), Cancelled)
        assert not released.is_set()
        ended = last(history)
        assert (ended.state, ended.code) == (SyncState.CANCELLED, "sync.cancelled")
        released.set()


def test_a_full_read_by_many_hands_ends_though_none_of_them_is_answered(stop: Stop) -> None:
    reached, released = threading.Event(), threading.Event()

    def hang() -> None:
        reached.set()
        released.wait(3 * LONG)

    with begun(synced=False) as history, ThreadPoolExecutor(1) as hand:
        history.troubles.meddle_before(3, hang)
        syncing = hand.submit(go, history, stop)
        assert reached.wait(LONG)

        stop.ask(PEOPLE)

        assert isinstance(syncing.exception(LONG), Cancelled)
        assert not released.is_set()
        assert not history.world.warehouse.exists()
        assert list(history.world.around.staging.rglob("*.parquet")) == []
        released.set()
        history.agree()


@pytest.mark.parametrize("stage", [Stage.READ, Stage.LOADING])
def test_a_sync_ends_between_two_steps(history: History, stop: Stop, stage: Stage) -> None:
    with nothing_changed(history), pytest.raises(Cancelled):
        go(history, stop, telling(lambda: stop.ask(PEOPLE), stage))


def test_a_load_is_rolled_back_when_all_of_it_but_the_commit_is_done(
    history: History, stop: Stop, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign = Merge._sign

    def late(merge: Merge) -> None:
        sign(merge)
        stop.ask(PEOPLE)
        sign(merge)

    with nothing_changed(history), monkeypatch.context() as meanwhile:
        meanwhile.setattr(Merge, "_sign", late)
        with pytest.raises(Cancelled):
            go(history, stop)


def test_a_statement_that_would_never_end_is_broken_off(stop: Stop) -> None:
    threading.Timer(0.2, stop.ask, (PEOPLE,)).start()

    with (
        duckdb.connect() as connection,
        pytest.raises(duckdb.InterruptException),
        interrupted(connection, stop),
    ):
        connection.execute(ENDLESS)


def test_a_sync_that_waits_for_a_file_in_other_hands_ends(history: History, stop: Stop) -> None:
    with nothing_changed(history), holding(history.world.warehouse) as holder:
        said: list[str] = []

        def say(words: str) -> None:
            said.append(words)
            stop.ask(PEOPLE)

        with pytest.raises(Cancelled):
            go(history, stop, Watch(progress=lambda _: None, say=say))

        assert f"process {holder.pid}" in said[0]


def test_the_end_of_its_process_leaves_a_sync_interrupted(history: History, stop: Stop) -> None:
    stop.ask(Interrupted("The process ends."))

    with nothing_changed(history), pytest.raises(Interrupted):
        go(history, stop)

    assert [sync.state for sync in syncs.latest(history.world.around.db)][1] is SyncState.INTERRUPTED


def test_a_stop_that_comes_when_all_is_loaded_changes_nothing(history: History, stop: Stop) -> None:
    sync, _ = go(history, stop, telling(lambda: stop.ask(PEOPLE), Stage.LANDED))

    assert stop.is_asked
    assert sync.state is SyncState.SUCCEEDED
    history.agree(COMPARED)
