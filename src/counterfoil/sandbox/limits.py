"""How much QuickBooks lets a company be asked: 500 a minute, 10 a second, 10 at a time, 40 batches a minute (5)."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What is allowed for one company."""

    per_minute: int = 500
    per_second: int = 10
    at_once: int = 10
    batches_per_minute: int = 40


class Limits:
    """Counts by the real clock, whatever the sandbox's calendar says."""

    def __init__(self, rates: Rates | None, monotonic: Callable[[], float]) -> None:
        self._rates = rates
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._past: dict[str, deque[float]] = defaultdict(deque)
        self._running: dict[str, int] = defaultdict(int)

    @contextmanager
    def passing(self, realm: str, *, batch: bool) -> Iterator[bool]:
        """Tell whether a call may go on, and hold its place while it does."""
        allowed = self._rates is None or self._enter(realm, self._rates, batch=batch)
        try:
            yield allowed
        finally:
            if allowed and self._rates is not None:
                with self._lock:
                    self._running[realm] -= 1

    def _enter(self, realm: str, rates: Rates, *, batch: bool) -> bool:
        with self._lock:
            now = self._monotonic()
            calls = self._recent(realm, now)
            batches = self._recent(f"{realm}/batch", now)
            full = (
                len(calls) >= rates.per_minute
                or sum(1 for at in calls if at > now - 1) >= rates.per_second
                or self._running[realm] >= rates.at_once
                or (batch and len(batches) >= rates.batches_per_minute)
            )
            if full:
                return False
            calls.append(now)
            if batch:
                batches.append(now)
            self._running[realm] += 1
            return True

    def _recent(self, name: str, now: float) -> deque[float]:
        calls = self._past[name]
        while calls and calls[0] <= now - 60:
            calls.popleft()
        return calls
