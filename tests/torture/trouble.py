"""What goes wrong on the wire, and people who edit while we read: between two calls, as in life."""

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from counterfoil.sandbox.injection import Injection, Injections

FAULTS: Mapping[str, Mapping[str, Any]] = {
    "429": {"kind": "throttle"},
    "429 with Retry-After": {"kind": "throttle", "retry_after": 3.0},
    "429 for a day": {"kind": "throttle", "retry_after": 86_400.0},
    "500": {"kind": "fault", "status": 500, "code": ""},
    "500 with 10000": {"kind": "fault", "status": 500},
    "504 in XML": {"kind": "xml", "status": 504, "code": ""},
    "reset": {"kind": "reset"},
    "lost answer": {"kind": "lose"},
    "cut answer": {"kind": "truncate"},
    "slow answer": {"kind": "slow", "seconds": 0.02},
    "401": {"kind": "gateway", "status": 401, "code": "3200", "message": "AuthenticationFailed"},
    "200 with a Fault": {"kind": "fault", "status": 200, "code": "6000"},
}
TIMES = (1, 1, 2, 3, 40)
"""How often a fault strikes: mostly it passes while we are patient, at times it outlasts us."""


class Troubles(Injections):
    """The sandbox's faults to come. `met` counts by name those that struck; `meddle` runs before a later call."""

    def __init__(self, realm: str) -> None:
        super().__init__()
        self._realm = (
            realm  # its calls alone: a token's answer that is lost may end the permission, by Intuit's rules
        )
        self.met: Counter[str] = Counter()
        self._names: dict[Injection, str] = {}
        self._guard = threading.Lock()
        self._calls_left = 0
        self._meddle: Callable[[], None] | None = None

    def choose(self, name: str, number: int) -> None:
        """Let a fault of that name come, so often and so late as the number says."""
        times, after = TIMES[number % len(TIMES)], number // len(TIMES) % 7
        injection = _injection({**FAULTS[name], "times": times, "after": after, "realm": self._realm})
        self._names[injection] = name
        self.add(injection)

    def lose_tokens(self) -> None:
        """Let Intuit's next answer with tokens be lost on its way."""
        injection = _injection({**FAULTS["lost answer"], "path": "oauth2"})
        self._names[injection] = "lost token answer"
        self.add(injection)

    def meddle_before(self, call: int, deed: Callable[[], None]) -> None:
        """Do something when so many calls have come, before that call is answered."""
        self._calls_left, self._meddle = call, deed

    def be_quiet(self) -> None:
        """Nobody meddles any more, and no fault comes."""
        self._meddle = None
        self.clear()

    def take(self, fits: Callable[[Injection], bool]) -> Injection | None:
        with self._guard:
            self._calls_left -= 1
            deed = self._meddle if self._calls_left <= 0 else None
            if deed is not None:
                self._meddle = None
                deed()
            found = super().take(fits)
            if found is not None:
                self.met[self._names[found]] += 1
            return found


def _injection(chosen: Mapping[str, Any]) -> Injection:
    return msgspec.convert(chosen, Injection)


@contextmanager
def held(file: Path) -> Iterator[Callable[[], None]]:
    """Another process has the warehouse open; it ends when it is told to, with what is yielded or with the block."""
    code = f"import duckdb; c = duckdb.connect({str(file)!r}); print('held', flush=True); input()"
    holder = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    try:
        yield lambda: _end(holder)
    finally:
        holder.kill()
        holder.wait()


def _end(holder: "subprocess.Popen[str]") -> None:
    if holder.poll() is None:
        holder.communicate("\n")
