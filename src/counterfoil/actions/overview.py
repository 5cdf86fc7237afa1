"""What an operator wants to see first: how every source stands, and what needs somebody."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from counterfoil.actions.lines import Line, lines
from counterfoil.actions.spending import Spending, spending
from counterfoil.actions.surroundings import Surroundings
from counterfoil.model.standing import GRACE, Glance, Standing
from counterfoil.store import glances
from counterfoil.store import lines as stored

URGENT = 5
"""What needs somebody, shown with its deed; the rest is counted."""
FIRST = 25
"""Sources on the first page; more have a page of their own."""
PAGE = 25

NOT_WELL = (Standing.RECONNECT, Standing.FAILED, Standing.LATE, Standing.BACKING_OFF, Standing.PARTLY)
ORDER = {stands: place for place, stands in enumerate(NOT_WELL)}
"""The others go by name, so that a list does not move whenever a sync begins."""


class Sort(StrEnum):
    """In which order sources are listed."""

    NEED = "need"  # those that need somebody first
    NAME = "name"
    FRESH = "fresh"  # the oldest copies first
    NEXT = "next"  # those that run soonest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which sources are looked for: `words` of name, company or prefix; "" and None leave all."""

    words: str = ""
    state: Standing | None = None
    destination: str = ""
    sort: Sort = Sort.NEED
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of a list of sources; `counts` by state are of all that fit but for the state that is looked for.

    `needing` counts those that need somebody, whether they fit or not.
    """

    lines: tuple[Line, ...]
    count: int
    needing: int
    page: int
    pages: int
    counts: Mapping[Standing, int]
    destinations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything at a glance. `oldest` is the source whose copy is the oldest of those that should be fresh."""

    counts: Mapping[Standing, int]
    urgent: tuple[Line, ...]
    lines: tuple[Line, ...]
    rows: int
    spending: Spending
    oldest: Glance | None

    @property
    def count(self) -> int:
        """How many sources there are."""
        return sum(self.counts.values())

    @property
    def needing(self) -> int:
        """How many sources need somebody."""
        return sum(count for stands, count in self.counts.items() if stands.needs_somebody)


def overview(around: Surroundings) -> Overview:
    """How everything stands now: what needs somebody, and the first of all sources."""
    with around.db.looking() as db:
        return _overview(replace(around, db=db))


def _overview(around: Surroundings) -> Overview:
    now = around.now()
    every = _judged(around, glances.every(around.db), now)
    ordered = _sorted(every, Sort.NEED)
    first = lines(around, [glance for glance, _ in ordered[:FIRST]], now)
    urgent = sum(stands.needs_somebody for _, stands in ordered)
    should = [
        glance
        for glance, stands in every
        if stands not in (Standing.PAUSED, Standing.NEW) and glance.fresh_as_of
    ]
    return Overview(
        counts=_counts(every),
        urgent=first[: min(urgent, URGENT)],
        lines=first,
        rows=stored.rows_kept(around.db),
        spending=spending(around),
        oldest=min(should, key=lambda glance: glance.fresh_as_of or now, default=None),
    )


def listed(around: Surroundings, wanted: Wanted) -> Found:
    """One page of those sources that are looked for."""
    with around.db.looking() as db:
        return _listed(replace(around, db=db), wanted)


def _listed(around: Surroundings, wanted: Wanted) -> Found:
    now, words = around.now(), wanted.words.strip().casefold()
    fed = stored.feeding(around.db, wanted.destination) if wanted.destination else None
    every = _judged(around, glances.every(around.db), now)
    fit = [
        (glance, stands)
        for glance, stands in every
        if words in f"{glance.name}\n{glance.company}\n{glance.prefix}".casefold()
        and (fed is None or glance.source_id in fed)
    ]
    chosen = [each for each in fit if wanted.state in (None, each[1])]
    pages = max(1, -(-len(chosen) // PAGE))
    page = min(max(wanted.page, 1), pages)
    shown = _sorted(chosen, wanted.sort)[(page - 1) * PAGE : page * PAGE]
    return Found(
        lines=lines(around, [glance for glance, _ in shown], now),
        count=len(chosen),
        needing=sum(stands.needs_somebody for _, stands in every),
        page=page,
        pages=pages,
        counts=_counts(fit),
        destinations=stored.destinations_fed(around.db),
    )


def needing(around: Surroundings) -> int:
    """How many sources need somebody; quick, for every page tells it."""
    now = around.now()
    suspects = _judged(around, glances.suspects(around.db, now - GRACE), now)
    return sum(stands.needs_somebody for _, stands in suspects)


Judged = tuple[Glance, Standing]


def _judged(around: Surroundings, some: Sequence[Glance], now: datetime) -> list[Judged]:
    patience = around.sight.alert_failures
    return [(glance, glance.standing(now, patience=patience)) for glance in some]


def _counts(some: Sequence[Judged]) -> Mapping[Standing, int]:
    counted = Counter(stands for _, stands in some)
    return {stands: counted[stands] for stands in Standing if counted[stands]}


def _sorted(some: Sequence[Judged], by: Sort) -> list[Judged]:
    """Ties go by name; what has no such time comes last."""
    named = sorted(some, key=lambda each: each[0].name.casefold())
    if by is Sort.NEED:
        return sorted(named, key=lambda each: ORDER.get(each[1], len(ORDER)))
    if by is Sort.FRESH:
        return sorted(named, key=lambda each: _time(each[0].fresh_as_of))
    if by is Sort.NEXT:
        return sorted(named, key=lambda each: _time(each[0].next_run_at))
    return named


def _time(moment: datetime | None) -> tuple[bool, float]:
    return moment is None, moment.timestamp() if moment else 0.0
