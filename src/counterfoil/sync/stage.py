"""Stage: a sync's rows as Parquet in one folder, written whole before any load begins."""

import errno
import os
import shutil
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from counterfoil.destinations.base import Batch
from counterfoil.errors import StagingFailed
from counterfoil.model.stream import Stream

FLUSH_BYTES = 24 * 1024 * 1024
"""Rows of one table are gathered up to this size before they go to disk."""


class Stage:
    """One sync's folder. Several threads may add; the folder is gone when the block ends.

    Entering, `add` and `batch` raise StagingFailed when the disk does not take what is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._waiting: dict[str, list[pa.Table]] = defaultdict(list)
        self._files: dict[str, list[Path]] = defaultdict(list)
        self._lock = threading.Lock()
        self._next_seq = 0

    def __enter__(self) -> Self:
        with _telling(self.folder):
            self.folder.mkdir(parents=True, exist_ok=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def take_seq(self, count: int) -> int:
        """Reserve `count` numbers for records that were just read; later records get higher ones."""
        with self._lock:
            first = self._next_seq
            self._next_seq += count
        return first

    def add(self, tables: dict[str, pa.Table]) -> None:
        """Keep rows, by table without prefix."""
        for name, rows in tables.items():
            with self._lock:
                waiting = self._waiting[name]
                waiting.append(rows)
                full = sum(table.nbytes for table in waiting) >= FLUSH_BYTES
                ready = self._waiting.pop(name) if full else []
            if ready:
                self._write(name, ready)

    def batch(self, stream: Stream, *, deleted: list[str], complete: bool) -> Batch:
        """Finish a stream's files and hand them over."""
        names = [table.name for table in stream.table.family()]
        for name in names:
            if ready := self._waiting.pop(name, []):
                self._write(name, ready)
        files = {name: tuple(self._files[name]) for name in names if self._files[name]}
        return Batch(table=stream.table, files=files, deleted=deleted, complete=complete)

    def discard(self, stream: Stream) -> None:
        """Forget what a stream staged: its reading failed, and half of it must not land."""
        for table in stream.table.family():
            self._waiting.pop(table.name, None)
            for file in self._files.pop(table.name, []):
                file.unlink(missing_ok=True)

    def _write(self, name: str, tables: list[pa.Table]) -> None:
        rows = pa.concat_tables(tables, promote_options="default")
        with self._lock:
            file = self.folder / f"{name}-{len(self._files[name]):05}.parquet"
            self._files[name].append(file)
        with _telling(self.folder):
            pq.write_table(rows, file, compression="lz4", write_statistics=False)
        del tables, rows
        pa.default_memory_pool().release_unused()


FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def _telling(folder: Path) -> Iterator[None]:
    """Say what the disk would not do, and what can be done about it."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            what, do = f"The disk is full: {folder} takes no more.", "Make room there"
        else:
            reason = os.strerror(error.errno) if error.errno else type(error).__name__
            what, do = f"Nothing can be written to {folder}: {reason}.", "Mend the disk or the rights there"
        raise StagingFailed(what, do=f"{do}, then sync again: nothing is lost.") from error
