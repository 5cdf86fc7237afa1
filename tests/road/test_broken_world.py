"""Disks that fill, files that vanish, servers that go: each says what to do, and the next sync has it all right."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from counterfoil.destinations.merge import Merge
from counterfoil.store import destinations
from tests.road.broken import Deed, edit, failed, fill, holding, small_disk
from tests.torture.doom import Doom
from tests.torture.history import COMPARED, History, begun
from tests.torture.kills import kill_many


@pytest.fixture
def history() -> Iterator[History]:
    """A company whose tables were in step until people went on with their books."""
    with begun(synced=True) as history:
        edit(history)
        yield history


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
    with small_disk(tmp_path / "disk") as folder:
        yield folder


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
    assert history.seen["comparisons"] == 3
