"""How long to wait before asking again, and how often."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from counterfoil.stop import NEVER, Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Exponential backoff with jitter, for failures that pass: 5xx, time-outs, cut answers.

    The waits are in seconds. `sleep` stands in for a real one, which ends early when a stop is asked.
    """

    tries: int = 6
    first_wait: float = 0.5
    longest_wait: float = 30.0
    sleep: Callable[[float], None] | None = None
    rng: Random = field(default_factory=Random, repr=False)

    def wait(self, failures: int, stop: Stop = NEVER) -> float:
        """Sleep after the nth failure in a row, for half to all of the doubled wait; return the seconds.

        Raises what the stop was asked with.
        """
        full = min(self.longest_wait, self.first_wait * 2.0 ** (failures - 1))
        seconds = full * self.rng.uniform(0.5, 1.0)
        (self.sleep or stop.sleep)(seconds)
        stop.check()
        return seconds
