"""What breaks the world around a sync, and what a sync says of it."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from counterfoil.actions.sync_now import sync_now
from counterfoil.errors import CounterfoilError
from counterfoil.model.sync import SyncState
from counterfoil.store import connections, cursors, sources
from counterfoil.sync.progress import SILENT, Progress, Stage, Watch
from tests.torture.history import History

Deed = Callable[[], object]

HOLD = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); input()"


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


def known(history: History) -> object:
    db = history.world.around.db
    return cursors.oldest(db, connections.of_source(db, sources.named(db, "acme")))


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


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of its own, that can be filled."""
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


@contextmanager
def holding(file: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another program, which has the file open."""
    command = [sys.executable, "-c", HOLD, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield holder
        finally:
            holder.kill()
