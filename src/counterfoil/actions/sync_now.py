"""Run a source here and now."""

from counterfoil.actions.budget import standing, warn
from counterfoil.actions.perform import Guard, remember, walk
from counterfoil.actions.rights import need
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.syncs import Errand, check_errand
from counterfoil.actions.trail import note
from counterfoil.engine.pulse import Pulse
from counterfoil.model.actor import Role
from counterfoil.model.identity import new_id
from counterfoil.model.outcome import StreamOutcome
from counterfoil.model.source import Source
from counterfoil.model.sync import Sync
from counterfoil.stop import Stop
from counterfoil.store import locks, sources, syncs
from counterfoil.sync.journal import recording
from counterfoil.sync.progress import Watch


def sync_now(
    around: Surroundings,
    source_name: str,
    watch: Watch,
    *,
    stop: Stop | None = None,
    errand: Errand | None = None,
) -> tuple[Sync, tuple[StreamOutcome, ...]]:
    """Sync a source in this process, or what the errand says of it, and remember the outcome.

    Asking the stop ends it within seconds, wherever it stands; what is not in the warehouse by then stays out.
    Raises NotFound, SettingInvalid, SyncRunning, ReconnectNeeded, StoreFailed, LockLost, and what the stop was asked
    with; what fails otherwise stands in the sync and its outcomes.
    """
    need(around.actor, Role.EDITOR)
    stop = stop or Stop()
    realm = sources.named(around.db, source_name).credential.realm_id
    with locks.company(around.db, realm, locks.Purpose.SYNC) as assure:  # Promise 8
        syncs.close_abandoned(around.db, realm, around.now())
        source = sources.named(around.db, source_name)  # under the lock: it may have changed until we had it
        sync = _begun(around, source, errand or Errand())
        with around.db.transaction() as one:
            syncs.save(one, sync)
            note(around, one, "began", ("sync", sync.id, source.name))
        with recording(around.db, sync.id, watch) as journal:
            try:
                with Pulse(around.db) as pulse, pulse.over(sync.id, stop):
                    ended = walk(around, sync, Guard(journal.watch, stop, assure, journal))
            except BaseException as error:
                remember(around, sync, error, journal)
                raise
    warn(standing(around.db, around.now(), around.monthly_calls))
    return ended


def _begun(around: Surroundings, source: Source, errand: Errand) -> Sync:
    check_errand(around, source, errand)
    began = around.now()
    return Sync(
        id=new_id("sync", around.chance),
        source=source,
        started_at=began,
        asked_at=began,
        cause=errand.cause,
        streams=errand.streams,
        full=errand.full,
        since=errand.since,
        verify=errand.verify,
    )
