"""How work that takes long is told to end before its time, and obeys."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from typing import TypeVar

from counterfoil.errors import Cancelled

T = TypeVar("T")


class Stop:
    """Asked once, by any thread; whoever works looks at it before each step and never waits without it.

    Not for signal handlers, which may strike while the same thread holds its lock.
    """

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._asked = threading.Event()
        self._calls: list[Callable[[], None]] = []
        self._why = Cancelled("The sync was stopped.")

    @property
    def why(self) -> Cancelled:
        """What the work was told to end with."""
        return self._why

    @property
    def is_asked(self) -> bool:
        return self._asked.is_set()

    def ask(self, why: Cancelled) -> None:
        """End the work; `why` is raised wherever it looks. Asked again, nothing changes."""
        with self._changing:
            if self.is_asked:
                return
            self._why = why
            self._asked.set()
            calls = list(self._calls)
        for call in calls:
            call()

    def check(self) -> None:
        """Raise what the work was told to end with, if it was."""
        if self.is_asked:
            # A fresh one: several threads may raise it, each with a traceback of its own.
            raise type(self._why)(self._why.what, do=self._why.do) from self._why

    def sleep(self, seconds: float) -> None:
        """Sleep; raises as `check` does, as soon as the stop is asked."""
        self._asked.wait(seconds)
        self.check()

    @contextmanager
    def calling(self, deed: Callable[[], None]) -> Iterator[None]:
        """Have a deed done when the stop is asked during the block, or was asked before it; it must not raise."""
        with self._changing:
            self._calls.append(deed)
            late = self.is_asked
        try:
            if late:
                deed()
            yield
        finally:
            with self._changing:
                self._calls.remove(deed)

    def result(self, future: Future[T], *, grace: float = 0.0) -> T:
        """Wait for what another thread brings, or raise as `check` does, up to `grace` seconds after the asking."""
        woken = threading.Event()
        future.add_done_callback(lambda _: woken.set())
        with self.calling(woken.set):
            woken.wait()
        if not future.done():
            wait([future], grace)
        if not future.done():
            self.check()
        return future.result()


NEVER = Stop()
"""For work that nobody will stop."""


@contextmanager
def hurried(seconds: float, why: Cancelled, stop: Stop = NEVER) -> Iterator[Stop]:
    """A stop for the block that is asked after so many seconds, or with the other one."""
    own = Stop()

    def pass_on() -> None:
        own.ask(stop.why)

    timer = threading.Timer(seconds, own.ask, [why])
    timer.daemon = True
    timer.start()
    try:
        with stop.calling(pass_on):
            yield own
    finally:
        timer.cancel()
