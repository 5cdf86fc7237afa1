"""What one may do with what is old: have it forgotten."""

from dataclasses import dataclass
from datetime import timedelta

from counterfoil.actions.rights import need
from counterfoil.actions.surroundings import Surroundings
from counterfoil.model.actor import Role
from counterfoil.store import alerts, messages, retention

REPEATS = timedelta(days=7)
"""For so long events of webhooks are known again: Intuit's own repeats come within hours (reference, section 6)."""
REPLIES = timedelta(days=1)
ENDED = timedelta(days=1)
"""For so long what ended is kept, so that people are told that it ended rather than that it never was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How much went."""

    syncs: int
    deliveries: int
    replies: int
    ended: int
    messages: int
    alerts: int


def forget_old(around: Surroundings) -> Forgotten:
    """Forget what is older than it is kept: syncs with logs and outcomes, webhooks' events, kept answers, sessions.

    The audit trail, the metered calls and the last sync of each source stay. Several processes may do it at once.
    Raises Forbidden, StoreFailed.
    """
    need(around.actor, Role.EDITOR)
    db, now = around.db, around.now()
    kept = now - around.sight.keep
    return Forgotten(
        syncs=retention.forget_syncs(db, kept),
        deliveries=retention.forget_deliveries(db, now - REPEATS),
        replies=retention.forget_replies(db, now - REPLIES),
        ended=retention.forget_ended(db, now - ENDED),
        messages=messages.forget(db, kept),
        alerts=alerts.forget_over(db, kept),
    )
