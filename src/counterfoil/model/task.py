"""A task: how one stream is read in one sync."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from counterfoil.model.outcome import Mode
from counterfoil.model.stream import Stream
from counterfoil.model.window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """How often streams are read that change data capture does not tell of; both cost metered calls.

    `refresh`: what changed in streams outside change data capture. `compare`: every id, which finds deletes there,
    and names that changed because their parent was renamed. `reports`: the open periods of reports. `closed_reports`:
    their closed periods, which change only when somebody changes old books.
    """

    refresh: timedelta = timedelta(hours=6)
    compare: timedelta = timedelta(hours=24)
    reports: timedelta = timedelta(hours=6)
    closed_reports: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Read this stream so. `since` is set for CHANGES and REFRESH (aware, UTC, by QuickBooks' clock).

    `covered` says that this company's change data capture tells of the stream. `windows` are those of a report that
    are due, `wanted` the ids of all that it should have.
    """

    stream: Stream
    mode: Mode
    since: datetime | None = None
    covered: bool = False
    windows: tuple[Window, ...] = ()
    wanted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What of a source is synced this time: these streams (None: all that it selects), and from where on.

    `full` reads them in full. `since` (aware) reads again what changed since then, loaded already or not.
    """

    streams: frozenset[str] | None = None
    full: bool = False
    since: datetime | None = None

    @property
    def is_asked_for(self) -> bool:
        """Somebody wants something in particular, now: no clock is in the way."""
        return self.streams is not None or self.full or self.since is not None
