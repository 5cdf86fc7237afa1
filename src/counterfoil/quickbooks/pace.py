"""Keep within Intuit's limits per company: 500 requests a minute, 10 a second, 10 at a time.

The limits are those of the API reference, section 5. How long to wait after 429 is not documented there, so
the pace adapts: it stops for a while, goes on more slowly, and recovers step by step.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from counterfoil.stop import NEVER, Stop

AT_ONCE = 10
A_SECOND = (10, 1.05)
A_MINUTE = (500, 61.0)
"""So many starts in so many seconds; a little long, since requests do not arrive as evenly as they start."""

FULL_RATE = 10.0  # starts a second
LOWEST_RATE = 0.5
RECOVERY = 0.02  # starts a second regained by each answer
FIRST_PAUSE = 2.0
LONGEST_PAUSE = 60.0

_log = logging.getLogger(__name__)


class Pace:
    """One company's turns; shared by all threads that read it.

    `clock` is monotonic, in seconds; `sleep` stands in for a real one, which ends early when a stop is asked.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._slots = threading.BoundedSemaphore(AT_ONCE)
        self._gate = threading.Lock()
        self._state = threading.Lock()
        self._starts: deque[float] = deque(maxlen=A_MINUTE[0])
        self._rate = FULL_RATE
        self._closed_until = float("-inf")
        self._slowed_at = float("-inf")
        self._strikes = 0
        self._waited = 0.0

    @property
    def waited(self) -> float:
        """Seconds for which the gate was kept closed so far."""
        return self._waited

    @contextmanager
    def turn(self, stop: Stop = NEVER) -> Iterator[float]:
        """Wait for a turn, hold it while the request runs; gives the moment of the start.

        Raises what the stop was asked with.
        """
        with self._slots:
            yield self._start(stop)

    def _start(self, stop: Stop) -> float:
        # Only one thread waits at the gate; the others queue behind it, so starts are noted as they happen.
        with self._gate:
            stop.check()
            while (wait := self._wait()) > 0:
                (self._sleep or stop.sleep)(wait)
                self._waited += wait
            now = self._clock()
            self._starts.append(now)
            return now

    def _wait(self) -> float:
        with self._state:
            opens = [self._closed_until]
            if self._starts:
                opens.append(self._starts[-1] + (1 / self._rate if self._rate < FULL_RATE else 0))
            for count, seconds in (A_SECOND, A_MINUTE):
                if len(self._starts) >= count:
                    opens.append(self._starts[-count] + seconds)
            return max(opens) - self._clock()

    def slow_down(self, started: float, retry_after: float | None) -> float:
        """Note that the request begun at `started` met 429; gives the seconds until the next may start.

        Ten requests under way may all meet the same limit: those begun before the pace was last slowed change
        nothing, apart from a longer Retry-After.
        """
        with self._state:
            now = self._clock()
            if started > self._slowed_at:
                self._slowed_at = now
                self._rate = max(LOWEST_RATE, self._rate / 2)
                self._strikes += 1
                pause = retry_after or min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (self._strikes - 1))
                _log.info("QuickBooks asks to wait; next request in %.0f s", pause)
                self._closed_until = now + pause
            elif retry_after:
                self._closed_until = max(self._closed_until, now + retry_after)
            return self._closed_until - now

    def recover(self, started: float) -> None:
        """Note that the request begun at `started` was answered: the pace rises a little."""
        with self._state:
            if started <= self._slowed_at:
                return
            self._strikes = 0
            self._rate = min(FULL_RATE, self._rate + RECOVERY)
