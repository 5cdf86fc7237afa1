"""Verifying as part of a sync: when it is due, and what becomes of one that cannot be done."""

import logging
from datetime import timedelta

from counterfoil.actions.budget import standing
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import Cancelled, CounterfoilError, Interrupted, LockLost
from counterfoil.model.identity import new_id
from counterfoil.model.source import Source
from counterfoil.model.sync import Sync, SyncState
from counterfoil.model.verification import ProofState, Verification, Verify
from counterfoil.store import verifications
from counterfoil.sync.run import Road
from counterfoil.sync.verify import verify

SLACK = timedelta(minutes=30)
"""A source that is synced at six each day is verified at six each day, not an instant too late for it."""

log = logging.getLogger(__name__)


def due(around: Surroundings, sync: Sync, source: Source) -> Verify:
    """What a worker does after a sync by itself: verify once in a while, while the month's calls last."""
    if around.verify_every is None or sync.streams is not None:
        return Verify.NO
    last = verifications.last_begun(around.db, source)
    if last is not None and around.now() - last < around.verify_every - SLACK:
        return Verify.NO
    scarce = standing(around.db, around.now(), around.monthly_calls).warns
    return Verify.NO if scarce else Verify.HEAL


def verified(around: Surroundings, road: Road, ended: Sync) -> tuple[Verification, ...]:
    """Verify after a sync, if that is wished; what keeps it from that stands in the verifications.

    The sync's own outcome stays what it is. Raises LockLost, and Interrupted: then all of it is done again.
    """
    if ended.verify is Verify.NO:
        return ()
    if ended.state is SyncState.FAILED:
        return _failed(around, road, ended.code, ended.what, ended.do)
    before = road.client.counters.metered
    try:
        made = verify(road, ended.verify, around.chance)
    except (LockLost, Interrupted):
        raise
    except Cancelled:
        road.watch.say("The verification was stopped; what was synced stays.")
        return ()
    except CounterfoilError as error:
        return _failed(around, road, error.code, error.what, error.do, road.client.counters.metered - before)
    except Exception as defect:
        log.exception("A defect ended a verification of %s.", road.source.name)
        what = f"Something unforeseen: {type(defect).__name__}."
        return _failed(around, road, "defect", what, "Please report it, with the log.")
    for one in made:
        road.watch.say(f"Verified {one.destination}: {one.state}, difference {one.difference:,.2f}")
    return made


def _failed(
    around: Surroundings, road: Road, code: str, what: str, do: str, calls: int = 0
) -> tuple[Verification, ...]:
    now = around.now()
    return tuple(
        Verification(
            id=new_id("proof", around.chance),
            sync_id=road.sync_id,
            source_id=road.source.id,
            connection_id=connection.id,
            destination=connection.destination.name,
            started_at=now,
            ended_at=now,
            state=ProofState.FAILED,
            calls=calls,
            code=code,
            what=what,
            do=do,
        )
        for connection in road.connections
    )
