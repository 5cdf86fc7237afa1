"""Answers kept for `requestid`: a repeated write replays the first answer (section 2.3)."""

import hashlib
import threading
from collections.abc import Callable

from counterfoil.sandbox.faults import FaultError
from counterfoil.sandbox.wire import Answer, Call


class Replays:
    """What each request id was answered, per company."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[tuple[str, str], tuple[bytes, Answer]] = {}

    def once(self, call: Call, carry_out: Callable[[], Answer]) -> Answer:
        """Carry a write out, or replay what the same request id was answered.

        Raises FaultError 600 when the id was used for something else, 2030 when it is too long.
        """
        id_ = call.params.get("requestid", "")
        if not id_:
            return carry_out()
        if len(id_) > 50:
            raise FaultError(400, "2030", "Invalid ID", "requestid is longer than 50 characters")
        content = hashlib.sha256(b"\0".join(("/".join(call.path).encode(), call.body))).digest()
        with self._lock:
            known = self._answers.get((call.realm, id_))
            if known and known[0] != content:
                raise FaultError(
                    400, "600", "Duplicate request id", f"requestid {id_} was used for another request"
                )
            if known:
                return known[1]
            answer = carry_out()
            self._answers[call.realm, id_] = (content, answer)
            return answer
