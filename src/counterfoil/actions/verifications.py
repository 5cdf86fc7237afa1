"""What one may do with verifications: make one, ask a worker for one, see what came of them."""

from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.sync_now import sync_now
from counterfoil.actions.syncs import Errand, ask
from counterfoil.errors import Cancelled, NotFound
from counterfoil.model.sync import Sync
from counterfoil.model.verification import Verification, Verify
from counterfoil.stop import Stop
from counterfoil.store import sources, verifications
from counterfoil.store.db import Database
from counterfoil.sync.progress import Watch


def verify_now(
    around: Surroundings, source_name: str, watch: Watch, *, stop: Stop | None = None, heal: bool = True
) -> tuple[Verification, ...]:
    """Sync a source in this process and compare it with QuickBooks' reports: one verification for each connection.

    Raises what `sync_now` raises, and Cancelled when it was stopped while it compared: what was synced stays.
    """
    sync, _ = sync_now(around, source_name, watch, stop=stop, errand=Errand(verify=_wish(heal=heal)))
    made = tuple(one for one in verifications.of(around.db, sync.source) if one.sync_id == sync.id)
    if not made:
        raise Cancelled("The verification was stopped.", do="What was synced stays. Verify again any time.")
    return made


def ask_verify(around: Surroundings, source_name: str, *, heal: bool = True) -> Sync:
    """Let the next free worker sync and verify a source; answer with the sync that waits for it.

    Raises Forbidden, NotFound.
    """
    return ask(around, source_name, Errand(verify=_wish(heal=heal)))


def history(db: Database, source_name: str) -> tuple[Verification, ...]:
    """What is remembered of a source's verifications, the newest first. Raises NotFound."""
    return verifications.of(db, sources.named(db, source_name))


def last(db: Database, source_name: str) -> tuple[Verification, ...]:
    """The newest verification of each connection of a source. Raises NotFound."""
    source = sources.named(db, source_name)
    return verifications.latest(db, [source.id]).get(source.id, ())


def show(db: Database, source_name: str, id_: str) -> Verification:
    """One verification of a source. Raises NotFound."""
    found = verifications.with_id(db, id_)
    if found.source_id != sources.named(db, source_name).id:
        raise NotFound(f"{source_name} has no verification {id_[:60]!r}.", do="List them.")
    return found


def _wish(*, heal: bool) -> Verify:
    return Verify.HEAL if heal else Verify.LOOK
