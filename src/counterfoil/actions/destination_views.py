"""Destinations with all that hangs on them: where they are, who feeds them, and whether they worked when last tried."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from counterfoil.actions.surroundings import Surroundings
from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Kind
from counterfoil.model.destination import Destination
from counterfoil.model.entry import Chosen
from counterfoil.store import audit, connections, destinations
from counterfoil.store.connections import Feeding

LOOKED_BACK = timedelta(days=90)
MOST_TESTS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """When somebody tried a destination, and the step that failed; "" when all of them worked."""

    at: datetime  # aware, UTC
    who: str
    failed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationView:
    """`kind` is None for one that this version does not have; `where` tells which warehouse it is."""

    destination: Destination
    kind: Kind | None
    where: str
    feeds: tuple[Feeding, ...]
    tested: Tested | None

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the sources that feed it."""
        return tuple(sorted({feed.source for feed in self.feeds}))


def every(around: Surroundings) -> tuple[DestinationView, ...]:
    """All of them, by name."""
    feeds: dict[str, list[Feeding]] = {}
    for feed in connections.feeding(around.db):
        feeds.setdefault(feed.destination_id, []).append(feed)
    tests = _tests(around, "")
    return tuple(_view(each, feeds.get(each.id, ()), tests) for each in destinations.every(around.db))


def show(around: Surroundings, name: str) -> DestinationView:
    """One of them. Raises NotFound."""
    wanted = destinations.named(around.db, name)
    return _view(wanted, connections.feeding(around.db, wanted.id), _tests(around, wanted.id))


def where(destination: Destination) -> str:
    """Which warehouse it is, in one line, without any secret."""
    kind = KINDS.get(destination.kind)
    if kind is None:
        return ""
    told = [
        destination.options.get(option.name, "")
        for option in kind.options
        if not (option.secret or option.tuning)
    ]
    return " · ".join(text for text in told if text)


def _view(destination: Destination, feeds: Iterable[Feeding], tests: Mapping[str, Tested]) -> DestinationView:
    return DestinationView(
        destination=destination,
        kind=KINDS.get(destination.kind),
        where=where(destination),
        feeds=tuple(feeds),
        tested=tests.get(destination.id),
    )


def _tests(around: Surroundings, destination_id: str) -> dict[str, Tested]:
    """The last of each, by the destination's id, as the trail has it; of one of them, or of all."""
    since = around.now() - LOOKED_BACK
    chosen = Chosen(noun="destination", deed="tested", thing=destination_id, since=since)
    found: dict[str, Tested] = {}
    for line in audit.entries(around.db, chosen, before=None, limit=1 if destination_id else MOST_TESTS):
        test = Tested(at=line.at, who=line.actor_name, failed=str(line.detail.get("failed", "")))
        found.setdefault(line.thing_id, test)
    return found
