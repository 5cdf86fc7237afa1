"""A channel: where alerts are sent, which of them, and when not."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from counterfoil.model.alert import AlertKind
from counterfoil.model.zones import moment_of

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Hours of each day, by the clocks of a zone, in which nothing is sent; `start` later than `end` spans midnight."""

    start: time
    end: time
    zone: str = "UTC"

    def over(self, now: datetime) -> datetime:
        """When sending is right: `now` (aware), or the end of the quiet hours that hold it, in UTC.

        Where the clocks skip an end, it is the moment of the skip; where they show it twice, the first.
        """
        zone = ZoneInfo(self.zone)
        today = now.astimezone(zone).date()
        for day in (today - DAY, today):
            begin = moment_of(day, self.start, zone)
            end = moment_of(day if self.start < self.end else day + DAY, self.end, zone)
            if begin <= now < end:
                return end.astimezone(UTC)
        return now

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Where alerts go. Its address may hold a password and is kept apart, sealed.

    `shown` is what may be seen of it. `kinds` None means all, also those that later versions add.
    """

    id: str
    name: str
    shown: str
    created_at: datetime  # aware, UTC
    kinds: frozenset[AlertKind] | None = None
    quiet: Quiet | None = None
    disabled: bool = False
    version: int = 1

    def takes(self, kind: AlertKind) -> bool:
        """Tell whether alerts of this kind are sent here."""
        return not self.disabled and (self.kinds is None or kind in self.kinds)


def read_quiet(hours: str, zone: str) -> Quiet | None:
    """Read `22:00-07:00`; None for "". The zone has to be known. Raises ValueError for anything else."""
    if not hours:
        return None
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", hours):
        raise ValueError("write quiet hours as 22:00-07:00")
    start, end = (time.fromisoformat(part) for part in hours.split("-"))
    if start == end:
        raise ValueError("quiet hours that begin when they end would never let anything through")
    return Quiet(start=start, end=end, zone=zone)


def shown_address(address: str) -> str:
    """What may be seen of an address: how it is sent, and for mail and web hooks the host.

    Everything else may be a secret; at most services the path, or even the host, is the key.
    """
    scheme, _, rest = address.partition("://")
    scheme = scheme.lower()
    if scheme in ("json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos"):
        host = rest.split("?")[0].split("/")[0].rpartition("@")[2].partition(":")[0]
        if re.fullmatch(r"[A-Za-z0-9.-]+", host):
            return f"{scheme}://{host}/***"
    return f"{scheme}://***"
