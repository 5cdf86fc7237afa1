"""What a list shows of each source: how it stands and since when, its last syncs, what it keeps and what it costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from counterfoil.actions import following, spending
from counterfoil.actions.headway import Headway
from counterfoil.actions.surroundings import Surroundings
from counterfoil.model.source import Source
from counterfoil.model.standing import Glance, Recent, Standing
from counterfoil.model.sync import SyncState
from counterfoil.model.verification import Verification, together
from counterfoil.store import lines as stored
from counterfoil.store import sources, syncs, verifications
from counterfoil.store.lines import Fed
from counterfoil.store.recent import recent

SHOWN = 24
"""Syncs in the strip."""
FOLLOWED = 8
"""Running syncs of one page whose logs are read to tell how far they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One source in a list. `since` is when its standing began; `calls` are its company's in this month.

    `proof` is its last verification, of all its connections together.
    """

    source: Source
    glance: Glance
    standing: Standing
    since: datetime | None
    recent: Recent
    feeds: tuple[Fed, ...]
    calls: int
    headway: Headway | None
    proof: Verification | None = None

    @property
    def rows(self) -> int | None:
        """The rows that it keeps, in all destinations."""
        known = [feed.rows for feed in self.feeds if feed.rows is not None]
        return sum(known) if known else None


def lines(around: Surroundings, glances: Sequence[Glance], now: datetime) -> tuple[Line, ...]:
    """One page of a list, in the order of what was given."""
    db, ids = around.db, [glance.source_id for glance in glances]
    found = sources.some(db, ids)
    by_id = {source.id: source for source in found}
    known, feeds, since = recent(db, found, SHOWN), stored.feeds(db, ids), _since(around, glances, by_id, now)
    calls = spending.by_company(db, now, {source.credential.realm_id for source in found})
    proofs = verifications.latest(db, ids)
    headways = _headways(around, glances, known, now)
    return tuple(
        Line(
            source=by_id[glance.source_id],
            glance=glance,
            standing=_standing(around, glance, now),
            since=since.get(glance.source_id),
            recent=known[glance.source_id],
            feeds=feeds.get(glance.source_id, ()),
            calls=calls.get(by_id[glance.source_id].credential.realm_id, 0),
            headway=headways.get(glance.source_id),
            proof=together(proofs.get(glance.source_id, ())),
        )
        for glance in glances
        if glance.source_id in by_id  # it may have been removed meanwhile
    )


def _standing(around: Surroundings, glance: Glance, now: datetime) -> Standing:
    return glance.standing(now, patience=around.sight.alert_failures)


def _since(
    around: Surroundings, glances: Sequence[Glance], by_id: Mapping[str, Source], now: datetime
) -> dict[str, datetime | None]:
    """By source, since when it stands as it does; what its syncs do not tell, the trail and the alerts may."""
    stands = {glance.source_id: _standing(around, glance, now) for glance in glances}
    since = {glance.source_id: glance.since(stands[glance.source_id]) for glance in glances}
    resting = [each for each, standing in stands.items() if standing is Standing.PAUSED]
    ended = {
        each: by_id[each].credential.id
        for each, standing in stands.items()
        if standing is Standing.RECONNECT and each in by_id
    }
    if resting:
        since |= stored.paused_since(around.db, resting)
    if ended:
        told = stored.ended_since(around.db, set(ended.values()))
        since |= {each: told.get(credential) for each, credential in ended.items()}
    return since


def _headways(
    around: Surroundings, glances: Sequence[Glance], known: Mapping[str, Recent], now: datetime
) -> dict[str, Headway]:
    """How far those are that run now."""
    moving = [glance.source_id for glance in glances if glance.running is SyncState.RUNNING][:FOLLOWED]
    last = [sync for each in moving if each in known for sync in known[each].syncs]
    found = {}
    for sync in syncs.with_ids(around.db, [each.id for each in last if each.state is SyncState.RUNNING]):
        told = following.lines_of(around.db, sync.id)
        found[sync.source.id] = following.how_far(around.db, sync, told, now)
    return found
