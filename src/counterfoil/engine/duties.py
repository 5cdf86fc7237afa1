"""What the engine has others do: it knows when and where, not how."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from counterfoil.model.source import Source
from counterfoil.model.sync import Cause
from counterfoil.stop import Stop
from counterfoil.store.db import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """The deeds of those above.

    `perform` runs the claimed sync of an id, keeps what came of it, and ends early when the stop is asked. `ask` lets
    a source of a name be synced, in the transaction given. `next_run` tells when a source runs next after a moment
    (aware). `now` is this machine's clock.
    """

    perform: Callable[[str, Stop], object]
    ask: Callable[[Database, str, Cause], object]
    next_run: Callable[[Source, datetime], datetime | None]
    now: Callable[[], datetime]
