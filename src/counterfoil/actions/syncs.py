"""What one may do with syncs: ask for one, end one, see what ran and what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from counterfoil.actions.rights import need
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.trail import note
from counterfoil.engine import jobs
from counterfoil.errors import NotFound, SettingInvalid
from counterfoil.model.actor import SERVICE, Role
from counterfoil.model.entry import Chosen
from counterfoil.model.identity import new_id
from counterfoil.model.outcome import StreamOutcome
from counterfoil.model.source import Source
from counterfoil.model.sync import Cause, Sync, SyncState
from counterfoil.model.verification import Verify
from counterfoil.quickbooks.catalog import read_by
from counterfoil.store import audit, connections, outcomes, queue, sources, syncs
from counterfoil.store.db import Database
from counterfoil.store.syncs import Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncView:
    """A sync with the outcome of every stream."""

    sync: Sync
    outcomes: tuple[StreamOutcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What is asked of a sync: see `Sync`."""

    streams: frozenset[str] | None = None
    full: bool = False
    since: datetime | None = None  # aware
    cause: Cause = Cause.PERSON
    verify: Verify = Verify.NO


def ask(around: Surroundings, source_name: str, errand: Errand | None = None) -> Sync:
    """Let a source be synced by the next worker that is free; answer with the sync that waits for it.

    A second one that is asked for meanwhile is the same. Raises Forbidden, NotFound, SettingInvalid.
    """
    need(around.actor, Role.EDITOR)
    errand = errand or Errand()
    source = sources.named(around.db, source_name)
    check_errand(around, source, errand)
    asked = _new(around, source, errand)
    with around.db.transaction() as one:
        waiting = queue.ask(one, asked)
        if waiting.id == asked.id:
            jobs.defer(one, waiting)
        if around.actor != SERVICE:
            told = {
                "full": errand.full,
                "streams": sorted(errand.streams or ()),
                "since": _text(errand.since),
            }
            note(around, one, "asked for", ("sync", waiting.id, source.name), **told)
    around.bell.ring()
    return waiting


def resync(around: Surroundings, source_name: str, streams: Iterable[str] | None = None) -> Sync:
    """Let a source, or some of its streams, be read in full again. Raises as `ask` does."""
    chosen = None if streams is None else frozenset(streams)
    return ask(around, source_name, Errand(streams=chosen, full=True))


def backfill(
    around: Surroundings, source_name: str, since: datetime, streams: Iterable[str] | None = None
) -> Sync:
    """Let what changed since then (aware) be read again, loaded already or not. Raises as `ask` does."""
    chosen = None if streams is None else frozenset(streams)
    return ask(around, source_name, Errand(streams=chosen, since=since))


def again(around: Surroundings, sync_id: str) -> Sync:
    """Ask once more for what a sync was asked for. Raises as `ask` does."""
    need(around.actor, Role.EDITOR)
    sync = syncs.with_id(around.db, sync_id)
    return ask(around, sync.source.name, Errand(streams=sync.streams, full=sync.full, since=sync.since))


def cancel(around: Surroundings, sync_id: str) -> Sync:
    """End a sync: at once when it waits, within seconds when it runs; its warehouse stays whole.

    One that is over is answered as it is. Raises Forbidden, NotFound.
    """
    need(around.actor, Role.EDITOR)
    with around.db.transaction() as one:
        sync = syncs.with_id(one, sync_id)
        if sync.state.is_over:
            return sync
        note(around, one, "cancelled", ("sync", sync.id, sync.source.name))
        ended = queue.ask_cancel(one, sync, around.now())
    around.bell.ring()
    return ended


def latest(
    db: Database,
    source_name: str | None = None,
    *,
    limit: int = 50,
    wish: Wish | None = None,
    before: str | None = None,
) -> tuple[Sync, ...]:
    """The newest syncs first, of one source or of all, as wished; `before` is the last id of the former page.

    Raises NotFound.
    """
    source = None if source_name is None else sources.named(db, source_name)
    last = None if before is None else syncs.with_id(db, before)
    return syncs.latest(db, source, limit=limit, wish=wish, before=last)


def show(db: Database, sync_id: str) -> SyncView:
    """One sync. Raises NotFound."""
    return SyncView(sync=syncs.with_id(db, sync_id), outcomes=outcomes.of(db, sync_id))


def asked_by(db: Database, sync: Sync) -> str:
    """Who asked for a sync, "" when nobody did: a schedule, a webhook."""
    told = audit.entries(db, Chosen(noun="sync", thing=sync.id), before=None, limit=10)
    return next((entry.actor_name for entry in told if entry.deed in ("asked for", "began")), "")


def check_errand(around: Surroundings, source: Source, errand: Errand) -> None:
    """Raise NotFound or SettingInvalid for what cannot be asked of the source."""
    if not connections.of_source(around.db, source):
        raise NotFound(f"{source.name} feeds no destination.", do="Connect one to it, then sync.")
    known = {stream.name for stream in read_by(source)}
    for stream in sorted((errand.streams or frozenset()) - known):
        raise NotFound(f"{source.name} reads no stream {stream[:100]!r}.", do=_hint(stream, known))
    if errand.streams is not None and not errand.streams:
        raise SettingInvalid("No stream is named.", do="Name one or more, or leave them out for all.")
    if errand.since is not None and errand.since > around.now():
        raise SettingInvalid("A backfill begins in the past.", do="Give an earlier time.")


def _hint(stream: str, known: Iterable[str]) -> str:
    folded = {name.lower(): name for name in known}
    near = [folded[name] for name in get_close_matches(stream[:100].lower(), folded)]
    return f"Did you mean {' or '.join(near)}?" if near else "Select it first, or name another."


def _new(around: Surroundings, source: Source, errand: Errand) -> Sync:
    now = around.now()
    return Sync(
        id=new_id("sync", around.chance),
        source=source,
        started_at=now,
        asked_at=now,
        state=SyncState.WAITING,
        cause=errand.cause,
        streams=errand.streams,
        full=errand.full,
        since=errand.since,
        verify=errand.verify,
        large=(errand.full and errand.streams is None) or queue.is_large(around.db, source),
    )


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
