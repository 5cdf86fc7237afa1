"""How the service stands in numbers, for who watches over it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from counterfoil.actions.budget import by_company
from counterfoil.actions.credentials import ending
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import SecretKeyMissing
from counterfoil.model.budget import Budget
from counterfoil.model.worker import Load, Worker
from counterfoil.store import alerts, credentials, messages, sources, standings, workers
from counterfoil.store.messages import Delivery

LAST = timedelta(hours=1)
"""Over which syncs are counted by how they ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFigures:
    """One source. `success` is when the last sync began that landed anything."""

    name: str
    realm_id: str
    paused: bool
    success: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All numbers, at one moment.

    `ended` counts the syncs that began within LAST by their state, `days_left` permissions by the credential's name,
    `firing` alerts by kind and state, `channels` deliveries by the channel's id.
    """

    at: datetime
    sources: tuple[SourceFigures, ...]
    load: Load
    workers: tuple[Worker, ...]
    ended: Mapping[str, int]
    budget: Budget
    days_left: Mapping[str, float]
    firing: Mapping[tuple[str, str], int]
    channels: Mapping[str, Delivery]


def read_figures(around: Surroundings) -> Figures:
    """Read them all from the store. Raises StoreFailed."""
    db, now = around.db, around.now()
    success = standings.last_success(db)
    return Figures(
        at=now,
        sources=tuple(
            SourceFigures(
                name=one.name,
                realm_id=one.credential.realm_id,
                paused=one.paused,
                success=success.get(one.id),
            )
            for one in sources.every(db)
        ),
        load=workers.load(db),
        workers=workers.every(db),
        ended=standings.ended_since(db, now - LAST),
        budget=by_company(db, now, around.monthly_calls),
        days_left=_days_left(around, now),
        firing=Counter((str(one.finding.kind), str(one.finding.state)) for one in alerts.firing(db)),
        channels=messages.deliveries(db),
    )


def _days_left(around: Surroundings, now: datetime) -> Mapping[str, float]:
    left: dict[str, float] = {}
    for credential in credentials.every(around.db):
        try:
            end = ending(around.db, credential, now)
        except SecretKeyMissing:
            continue  # /readyz tells that
        if end is not None:
            left[credential.name] = end.left / timedelta(days=1)
    return left
