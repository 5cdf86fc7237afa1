"""Whose turn it is at a file, among the threads of this process.

DuckDB does not let two of them have a file open when one of them writes to it. And the lock that keeps other processes
out of a file goes with the first of ours that closes it, though others still read.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from counterfoil.stop import Stop

GLANCE = 0.2
"""Seconds between two looks at the stop."""


class Turns:
    """One thread at a time at each file."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._taken: dict[str, threading.Lock] = {}

    def at(
        self, path: Path, patience: float, stop: Stop, waiting: Callable[[], None]
    ) -> AbstractContextManager[bool]:
        """Wait for the file, up to so many seconds; tells whether it is ours.

        Whoever has to wait is told so, once. Raises what the stop is asked with.
        """
        return self.named(os.path.realpath(path), patience, stop, waiting)

    @contextmanager
    def named(self, name: str, patience: float, stop: Stop, waiting: Callable[[], None]) -> Iterator[bool]:
        """Wait in the same way for what bears a name and is no file."""
        lock = self._of(name)
        ours = _acquire(lock, patience, stop.check, waiting)
        try:
            yield ours
        finally:
            if ours:
                lock.release()

    def _of(self, name: str) -> threading.Lock:
        with self._changing:
            return self._taken.setdefault(name, threading.Lock())


def _acquire(
    lock: threading.Lock, patience: float, check: Callable[[], None], waiting: Callable[[], None]
) -> bool:
    waited = 0.0
    while not lock.acquire(timeout=GLANCE):
        check()
        if waited == 0:
            waiting()
        waited += GLANCE
        if waited >= patience:
            return False
    return True
