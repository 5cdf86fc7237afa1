"""Faults chosen beforehand: which calls they meet, and what happens to them."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What goes wrong."""

    FAULT = "fault"  # the service's envelope, with `status` (200 too) and `code`
    GATEWAY = "gateway"  # the lower-case envelope
    XML = "xml"  # the XML envelope, whatever was asked for
    THROTTLE = "throttle"  # 429, with Retry-After when `retry_after` is given
    SLOW = "slow"  # answers rightly after `seconds`
    RESET = "reset"  # the connection breaks before anything is answered
    LOSE = "lose"  # the call is carried out, and the connection breaks before its answer
    TRUNCATE = "truncate"  # the answer is cut in the middle


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """One fault to come; where a filter is empty, every call is met."""

    kind: Kind = Kind.FAULT
    status: int = 500
    code: str = "10000"
    message: str = "An application error has occurred while processing your request"
    detail: str = "System Failure Error: unexpected error"
    seconds: float = 0.0
    retry_after: float | None = None
    times: int = 1
    after: int = 0  # let so many calls pass first
    realm: str = ""
    entity: str = ""
    path: str = ""  # a beginning of the path below the company, or of an OAuth path
    method: str = ""


@dataclass(slots=True)
class _Waiting:
    injection: Injection
    after: int
    left: int


class Injections:
    """The faults still to come, first come first served."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []

    def add(self, injection: Injection) -> None:
        """Set a fault for the next calls that it fits."""
        with self._lock:
            self._waiting.append(_Waiting(injection, injection.after, injection.times))

    def clear(self) -> None:
        """Let every call pass again."""
        with self._lock:
            self._waiting.clear()

    def take(self, fits: Callable[[Injection], bool]) -> Injection | None:
        """The fault that meets this call, used up by one; None when it may pass."""
        with self._lock:
            for waiting in self._waiting:
                if not fits(waiting.injection):
                    continue
                if waiting.after > 0:
                    waiting.after -= 1
                    continue
                waiting.left -= 1
                if waiting.left <= 0:
                    self._waiting.remove(waiting)
                return waiting.injection
        return None
