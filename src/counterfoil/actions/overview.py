"""What an operator wants to see first: how every source stands, those that need somebody on top."""

from dataclasses import dataclass

from counterfoil.actions.surroundings import Surroundings
from counterfoil.model.connection import Connection
from counterfoil.model.source import Source
from counterfoil.model.standing import Recent, Standing, standing
from counterfoil.store import connections, sources
from counterfoil.store.recent import recent

SHOWN = 24
"""Syncs in the strip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One source at a glance."""

    source: Source
    standing: Standing
    recent: Recent
    feeds: tuple[Connection, ...]


def overview(around: Surroundings) -> tuple[Line, ...]:
    """Every source: those that need somebody first, then by name."""
    every = sources.every(around.db)
    known, now = recent(around.db, every, SHOWN), around.now()
    feeds: dict[str, list[Connection]] = {}
    for feed in connections.every(around.db):
        feeds.setdefault(feed.source.id, []).append(feed)
    lines = [
        Line(
            source=source,
            standing=standing(source, known[source.id], now),
            recent=known[source.id],
            feeds=tuple(feeds.get(source.id, ())),
        )
        for source in every
    ]
    order = list(Standing)
    urgent = len([each for each in order if each.needs_somebody])
    return tuple(
        sorted(lines, key=lambda line: (min(order.index(line.standing), urgent), line.source.name.casefold()))
    )
