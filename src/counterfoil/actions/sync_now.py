"""Run a source here and now."""

from counterfoil.actions.budget import standing, warn
from counterfoil.actions.perform import Guard, remember, walk
from counterfoil.actions.rights import need
from counterfoil.actions.surroundings import Surroundings
from counterfoil.engine.pulse import Pulse
from counterfoil.errors import NotFound
from counterfoil.model.actor import Role
from counterfoil.model.identity import new_id
from counterfoil.model.outcome import StreamOutcome
from counterfoil.model.sync import Sync
from counterfoil.stop import Stop
from counterfoil.store import connections, locks, sources, syncs
from counterfoil.sync.progress import Watch


def sync_now(
    around: Surroundings, source_name: str, watch: Watch, *, stop: Stop | None = None
) -> tuple[Sync, tuple[StreamOutcome, ...]]:
    """Sync a source in this process and remember the outcome.

    Asking the stop ends it within seconds, wherever it stands; what is not in the warehouse by then stays out.
    Raises NotFound, SyncRunning, ReconnectNeeded, StoreFailed, LockLost, and what the stop was asked with; what fails
    otherwise stands in the sync and its outcomes.
    """
    need(around.actor, Role.EDITOR)
    stop = stop or Stop()
    realm = sources.named(around.db, source_name).credential.realm_id
    with locks.company(around.db, realm, locks.Purpose.SYNC) as assure:  # Promise 8
        syncs.close_abandoned(around.db, realm, around.now())
        source = sources.named(around.db, source_name)  # under the lock: it may have changed until we had it
        if not connections.of_source(around.db, source):
            raise NotFound(f"{source.name} feeds no destination.", do="Connect one to it, then sync.")
        began = around.now()
        sync = Sync(id=new_id("sync", around.chance), source=source, started_at=began, asked_at=began)
        syncs.save(around.db, sync)
        try:
            with Pulse(around.db) as pulse, pulse.over(sync.id, stop):
                ended = walk(around, sync, Guard(watch, stop, assure))
        except BaseException as error:
            remember(around, sync, error)
            raise
    warn(standing(around.db, around.now(), around.monthly_calls))
    return ended
