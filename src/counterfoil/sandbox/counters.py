"""What the sandbox was asked: calls, metered calls, most at once, by path and by status."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from counterfoil.sandbox.wire import Answer, Call

_metered_posts = {"query", "batch"}


class Counters:
    """Counts since the start or the last reset."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running = 0
        self.reset()

    def reset(self) -> None:
        """Begin again at nought."""
        with self._lock:
            self._calls = self._metered = 0
            self._most_at_once = self._running
            self._paths: Counter[str] = Counter()
            self._statuses: Counter[str] = Counter()
            self._realms: Counter[str] = Counter()

    @contextmanager
    def running(self) -> Iterator[None]:
        """A call is under way."""
        with self._lock:
            self._running += 1
            self._most_at_once = max(self._most_at_once, self._running)
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1

    def note(self, call: Call, answer: Answer) -> None:
        """A call was answered; only good answers are metered (section 5)."""
        with self._lock:
            self._calls += 1
            self._paths[f"{call.method} {path_name(call)}"] += 1
            self._statuses[str(answer.status)] += 1
            if answer.good and is_metered(call):
                self._metered += 1
                self._realms[call.realm] += 1

    def read(self) -> dict[str, Any]:
        """All counts, as the control API gives them."""
        with self._lock:
            return {
                "calls": self._calls,
                "metered": self._metered,
                "most_at_once": self._most_at_once,
                "paths": dict(self._paths),
                "statuses": dict(self._statuses),
                "metered_by_company": dict(self._realms),
            }


def path_name(call: Call) -> str:
    """The path with ids left out: `query`, `cdc`, `invoice/{id}`, `reports/TrialBalance`."""
    first, *rest = call.path or ("",)
    if not rest or first == "reports":
        return "/".join(call.path)
    return "/".join((first, "{id}", *rest[1:]))


def is_metered(call: Call) -> bool:
    """Whether Intuit counts a call against the monthly allowance: every GET, and query and batch by POST."""
    return call.method == "GET" or call.path[:1] in {(name,) for name in _metered_posts}
