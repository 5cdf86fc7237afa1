"""Disks that fill, files that vanish, servers that go: each says what to do, and the next sync has it all right."""

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from counterfoil.actions.sync_now import sync_now
from counterfoil.destinations.merge import Merge
from counterfoil.errors import CounterfoilError, Interrupted, LockLost, StoreFailed
from counterfoil.model.sync import SyncState
from counterfoil.store import cursors, destinations, sources, syncs
from counterfoil.store.db import Database
from counterfoil.sync.progress import SILENT, Progress, Stage, Watch
from tests.postgres import Server, running_server
from tests.road.test_cancel import holding
from tests.torture.doom import Doom
from tests.torture.history import COMPARED, History, begun
from tests.torture.kills import kill_many, running

Deed = Callable[[], object]


@pytest.fixture
def history() -> Iterator[History]:
    """A company whose tables were in step until people went on with their books."""
    with begun(synced=True) as history:
        edit(history)
        yield history


def edit(history: History) -> None:
    for number in range(12):
        history.books.do("change", number)


def at(stage: Stage, deed: Deed) -> Watch:
    """Do a deed when the sync comes to a stage, once."""
    left = [deed]

    def progress(told: Progress) -> None:
        if told.stage is stage and left:
            left.pop()()

    return Watch(progress=progress, say=lambda _: None)


@contextmanager
def before_commit(monkeypatch: pytest.MonkeyPatch, deed: Deed) -> Iterator[None]:
    """Do a deed when all is loaded but for the commit."""
    sign = Merge._sign

    def signed(merge: Merge) -> None:
        sign(merge)
        deed()

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Merge, "_sign", signed)
        yield


def known(history: History) -> object:
    db = history.world.around.db
    return cursors.oldest(db, sources.named(db, "acme"))


def failed(history: History, watch: Watch = SILENT) -> str:
    """Sync, which has to fail and to keep the cursors; the error's code and words."""
    before = known(history)
    words = ending(history, watch)
    assert words
    assert known(history) == before
    return words


def ending(history: History, watch: Watch = SILENT) -> str:
    """Sync; the code and words of the error that ended it, if one did."""
    try:
        sync, _ = sync_now(history.world.around, "acme", watch)
    except CounterfoilError as error:
        return f"{error.code}: {error}"
    return f"{sync.code}: {sync.what} {sync.do}" if sync.state is SyncState.FAILED else ""


# The warehouse.


def test_a_file_that_was_taken_away_during_the_load_is_missed_and_made_anew(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    with before_commit(monkeypatch, history.world.warehouse.unlink):
        words = failed(history)

    assert words.startswith("warehouse.failed:")
    assert "taken away" in words
    assert str(history.world.warehouse) in words
    history.judge.kept.clear()
    history.agree()


def test_a_folder_that_went_during_the_load_is_told_and_made_anew(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = history.world.warehouse.parent / "elsewhere"
    _move(history, home / "lake.duckdb")

    with before_commit(monkeypatch, lambda: shutil.rmtree(home)):
        words = failed(history)

    assert words.startswith("warehouse.failed:")
    history.judge.kept.clear()
    history.agree()


def _move(history: History, path: Path) -> None:
    """Let the warehouse stand somewhere else."""
    path.parent.mkdir(exist_ok=True)
    shutil.move(history.world.warehouse, path)
    db = history.world.around.db
    (destination,) = destinations.every(db)
    destinations.save(db, replace(destination, options={**destination.options, "path": str(path)}))
    history.world = replace(history.world, warehouse=path)
    history.judge.world = history.world


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.write_bytes(b"\x00" * 100_000),
        lambda file: file.write_bytes(b""),
        lambda file: os.truncate(file, 20_000),
        lambda file: file.write_bytes(file.read_bytes()[:8192] + b"\xff" * (file.stat().st_size - 8192)),
        lambda file: (file.unlink(), file.mkdir()),
    ],
    ids=["nonsense", "empty", "cut", "overwritten", "a folder"],
)
def test_a_damaged_file_is_named_with_the_way_out(history: History, damage: Callable[[Path], object]) -> None:
    damage(history.world.warehouse)

    words = failed(history)

    assert words.startswith("warehouse.refused:")
    assert str(history.world.warehouse) in words
    assert "move it away" in words
    shutil.move(history.world.warehouse, history.world.warehouse.with_suffix(".damaged"))
    history.judge.kept.clear()
    history.agree()


def test_a_file_held_by_another_program_beyond_our_patience_is_told_with_its_holder(history: History) -> None:
    db = history.world.around.db
    (destination,) = destinations.every(db)
    destinations.save(db, replace(destination, options={**destination.options, "wait_seconds": "1"}))

    with holding(history.world.warehouse) as holder:
        words = failed(history)

    assert words.startswith("warehouse.busy:")
    assert f"process {holder.pid}" in words
    history.agree()


def test_a_process_killed_around_the_commit_leaves_nothing_half() -> None:
    moments = [0.0, 0.0005, 0.001, 0.002, 0.004, 0.008]
    dooms = [Doom(step="about to commit", after=True, seconds=seconds) for seconds in moments]

    seen = kill_many(0, seed=11, first=tuple(dooms))

    assert seen["kills"] + seen["outlived their doom"] >= len(moments)


# Disks that are full.


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, that can be filled."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "counterfoil-test", str(folder)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("no right to mount; tests/torture/test_kills.py fills disks by a limit on files")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path) -> None:
    """Leave no byte."""
    with (disk / "filler").open("wb", buffering=0) as filler:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    filler.write(b"x" * size)
            except OSError:
                continue


def test_a_disk_without_a_byte_left_for_staging_is_told(history: History, disk: Path) -> None:
    history.world = replace(history.world, around=replace(history.world.around, staging=disk / "staging"))

    fill(disk)
    words = failed(history)

    assert words.startswith("staging.failed:")
    assert "full" in words
    (disk / "filler").unlink()
    history.agree()


def test_a_disk_without_a_byte_left_for_the_warehouse_is_told(
    history: History, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _move(history, disk / "lake.duckdb")

    with before_commit(monkeypatch, lambda: fill(disk)):
        words = failed(history)

    assert words.startswith("warehouse.failed:")
    assert "full" in words
    (disk / "filler").unlink()
    history.agree()


# Our own memory.


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


# The machine's clock.


@pytest.mark.parametrize("hours", [-24 * 90, -26, -1, 30])
def test_a_clock_that_was_set_wrong_loses_nothing(history: History, hours: int) -> None:
    history.skew = timedelta(hours=hours)
    history.agree()
    edit(history)
    history.world.sandbox.advance(timedelta(minutes=10))
    history.agree()
    history.skew = timedelta(0)
    edit(history)

    history.agree(COMPARED)
