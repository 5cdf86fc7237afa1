"""Ctrl-C and SIGTERM in the middle of long work: it is asked to stop, and given the time to do so."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from types import FrameType
from typing import TypeVar

from counterfoil.cli.exits import exit_of
from counterfoil.errors import Cancelled, Interrupted
from counterfoil.stop import Stop

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds from the signal to the end of the process at the latest: a refresh of tokens may take three."""

REST = "Nothing is lost: what landed stays, and the next sync does the rest."

WHY: dict[int, Cancelled] = {
    signal.SIGINT: Cancelled("The sync was stopped.", do=REST),
    signal.SIGTERM: Interrupted("The process was told to end in the middle of a sync.", do=REST),
}


def stoppable(work: Callable[[Stop], T]) -> T:
    """Do work that obeys a Stop, and give what it gives; for the main thread, which hears signals meanwhile.

    A signal asks the stop, and the work raises Cancelled or Interrupted; the next one ends the process at once, and so
    does PATIENCE, by force (Promise 3). Raises what the work raises.
    """
    stop, heard = Stop(), SimpleQueue[int | None]()
    # The work has a thread of its own: nothing of it is ever struck by a signal, and none waits for it.
    with _heard(heard.put), ThreadPoolExecutor(1, thread_name_prefix="work") as own:
        working = own.submit(work, stop)
        working.add_done_callback(lambda _: heard.put(None))
        number = heard.get()
        if number is None:
            return working.result()
        forced = _force(number)
        stop.ask(WHY[number])
        result = working.result()
        forced.cancel()  # it was over before it could obey
        return result


@contextmanager
def _heard(hear: Callable[[int], None]) -> Iterator[None]:
    """Have signals told, and no more than that, until the block ends or `_force` takes over."""

    def tell(number: int, _frame: FrameType | None) -> None:
        hear(number)

    before = {number: signal.signal(number, tell) for number in WHY}
    try:
        yield
    finally:
        for number, handler in before.items():
            if signal.getsignal(number) is tell:
                signal.signal(number, handler)


def _force(number: int) -> threading.Timer:
    """From now on the next signal, or PATIENCE, ends the process, though threads of it may hang."""

    def leave(*_: object) -> None:
        _leave(number)

    for each in WHY:
        signal.signal(each, leave)
    forced = threading.Timer(PATIENCE, leave)
    forced.daemon = True
    forced.start()
    return forced


def _leave(number: int) -> None:
    # Written past all consoles: this may strike in the middle of what one of them writes.
    shown = "\x1b[?25h" if sys.stderr.isatty() else ""  # the progress has hidden the cursor
    os.write(2, f"{shown}\nStopped at once. {REST}\n".encode())
    os._exit(exit_of(WHY[number]))
