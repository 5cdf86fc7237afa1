"""Our own memory fills up, goes away or forgets a lock during a sync, which says so; the next one has it right."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from counterfoil.actions.sync_now import sync_now
from counterfoil.errors import Interrupted, LockLost, StoreFailed
from counterfoil.model.sync import SyncState
from counterfoil.store import syncs
from counterfoil.store.db import Database
from counterfoil.sync.progress import Stage
from tests.postgres import Server, running_server
from tests.road.broken import at, edit, ending, failed, fill, small_disk
from tests.torture.history import History, begun
from tests.torture.kills import running


@pytest.fixture
def history() -> Iterator[History]:
    """A company whose tables were in step until people went on with their books."""
    with begun(synced=True) as history:
        edit(history)
        yield history


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as folder:
        yield folder


def test_a_store_that_is_full_is_told_and_the_next_sync_completes(history: History) -> None:
    words = ""
    with no_more_pages(history.world.around.db):
        while not words:  # what is free in the pages that are there is used up first
            edit(history)
            words = ending(history)

    assert words.startswith("store.failed:")
    assert "Make room" in words
    history.agree()


@contextmanager
def no_more_pages(db: Database) -> Iterator[None]:
    """SQLite may not grow, as on a disk that is full."""

    def limit(driver: sqlite3.Connection, *_: object) -> None:
        driver.execute("PRAGMA max_page_count = 1")  # it means: as many as there are

    event.listen(db.engine, "connect", limit)
    db.engine.dispose()
    try:
        yield
    finally:
        event.remove(db.engine, "connect", limit)
        db.engine.dispose()


def test_a_store_whose_disk_fills_up_before_the_load_is_told_and_its_rows_are_loaded_again(
    disk: Path,
) -> None:
    """The rows land, and the cursors cannot follow."""
    file = disk / "store.db"

    def fill_up() -> None:
        with closing(sqlite3.connect(file)) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        fill(disk)

    with begun(synced=True, store=f"sqlite:///{file}") as history:
        edit(history)
        with pytest.raises(StoreFailed, match="Make room"):
            sync_now(history.world.around, "acme", at(Stage.LOADING, fill_up))

        (disk / "filler").unlink()
        history.agree()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One that may be stopped in the middle of a sync."""
    with running_server() as server:
        yield server


@pytest.fixture
def shared(server: Server) -> Iterator[History]:
    """The same company as above, with a store on PostgreSQL."""
    with begun(synced=True, store=server.new_database()) as history:
        edit(history)
        yield history


def test_a_store_whose_server_stops_during_a_sync_is_told(shared: History, server: Server) -> None:
    try:
        with pytest.raises(StoreFailed, match="server runs and can be reached"):
            sync_now(shared.world.around, "acme", at(Stage.LOADING, server.stop))
    finally:
        server.start()
    shared.agree()


def test_a_sync_whose_lock_went_with_a_restart_of_the_server_loads_nothing(
    shared: History, server: Server
) -> None:
    def restart() -> None:
        server.stop()
        server.start()

    words = failed(shared, at(Stage.LOADING, restart))

    assert words.startswith("sync.lock_lost:")
    assert "Sync again" in words
    assert syncs.latest(shared.world.around.db)[0].state is SyncState.FAILED
    shared.agree()


def test_a_sync_that_lost_its_lock_leaves_what_another_one_loaded_meanwhile(shared: History) -> None:
    """Promise 8: our session is dropped, another process takes the company, reads newer books and loads them."""
    others = []

    def drop_us_and_let_another_sync() -> None:
        with shared.world.around.db.engine.connect() as session:
            session.execute(
                sa.text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
            )
        edit(shared)
        with running(shared) as other:
            other.go()
            others.append(other.ending())

    with pytest.raises((LockLost, Interrupted)):
        sync_now(shared.world.around, "acme", at(Stage.LOADING, drop_us_and_let_another_sync))

    assert others == ["succeeded"]
    shared.agree()


def test_of_two_syncs_started_at_once_on_a_shared_store_one_is_refused(shared: History) -> None:
    shared.troubles.meddle_before(1, lambda: time.sleep(2))

    with running(shared) as one, running(shared) as other:
        one.go()
        other.go()
        endings = {one.ending().partition(":")[0], other.ending().partition(":")[0]}

    assert endings == {"succeeded", "sync.running"}
    shared.agree()
