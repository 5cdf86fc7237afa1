"""What one may do with sources: see, create, change, pause, resume, connect and take them away."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime

from counterfoil.actions import again
from counterfoil.actions.collisions import refuse_collisions
from counterfoil.actions.consequences import Consequences, Costs, consequences
from counterfoil.actions.draft import Birth, Draft
from counterfoil.actions.known import Known, known_as, read_known
from counterfoil.actions.rights import need
from counterfoil.actions.save import hold_still, save_draft
from counterfoil.actions.source_changes import Changes, Feed, NewSource, changed, created, feeds_of
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.trail import note
from counterfoil.actions.versions import refuse_stale
from counterfoil.errors import AlreadyExists, NotFound
from counterfoil.model.actor import Role
from counterfoil.model.connection import Connection
from counterfoil.model.cost import NO_REPORTS, calls_a_month, calls_of_first
from counterfoil.model.cursor import Cursor
from counterfoil.model.report_cost import Calls
from counterfoil.model.schedule import Schedule, next_runs
from counterfoil.model.schedule_text import parse
from counterfoil.model.source import Source
from counterfoil.model.sync import Sync
from counterfoil.quickbooks.catalog import catalog, read_by
from counterfoil.quickbooks.report_catalog import calls_for
from counterfoil.store import connections, cursors, locks, sources, syncs
from counterfoil.store.db import Database
from counterfoil.store.turns import take_turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A source as it is kept, with the destinations that it feeds."""

    source: Source
    connections: tuple[Connection, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView(Kept):
    """A source with what hangs on it; `cursors` by connection id, then by stream.

    `next_run_at` is None where it is synced only when asked.
    """

    cursors: Mapping[str, Mapping[str, Cursor]]
    latest: Sync | None
    next_run_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a schedule comes to: its next runs (aware, UTC), and what 30 days of a small, quiet company cost."""

    schedule: Schedule
    runs: tuple[datetime, ...]
    calls_a_month: int


def every(db: Database) -> tuple[SourceView, ...]:
    """All sources, by name."""
    return tuple(view(db, source) for source in sources.every(db))


def show(db: Database, name: str) -> SourceView:
    """One source. Raises NotFound."""
    return view(db, sources.named(db, name))


def kept(db: Database, name: str) -> Kept:
    """One source without what its syncs left behind, which takes longer to read. Raises NotFound."""
    source = sources.named(db, name)
    return Kept(source=source, connections=connections.of_source(db, source))


def name_by_now(db: Database, name: str, source_id: str) -> str:
    """What a source is called by now, by its id: it may have been renamed while somebody had its form open."""
    found = sources.some(db, [source_id]) if source_id else ()
    return found[0].name if found else name


def create(around: Surroundings, new: NewSource) -> SourceView:
    """Make a source. Raises Forbidden, NotFound, SettingInvalid, AlreadyExists for a name or a table."""
    need(around.actor, Role.EDITOR)
    with around.db.transaction() as one:
        take_turn(one)
        known = read_known(one)
        if new.name in known.sources:
            raise AlreadyExists(f"There is a source named {new.name!r} already.", do="Choose another name.")
        target = created(new, known, _birth(around))
        refuse_collisions(target.connections, around.environment)
        save_draft(around, one, known, target)
    around.bell.ring()
    return show(around.db, new.name)


def change(around: Surroundings, name: str, changes: Changes, *, version: int | None = None) -> SourceView:
    """Change a source, wholly or not at all; `what_would_change` tells before what it means for its tables.

    Raises Forbidden, NotFound, ChangedMeanwhile when `version` is not its version any more, SettingInvalid,
    AlreadyExists for a name or a table, SyncRunning when its company is read and its tables would move.
    """
    return _change(around, name, lambda _: changes, version)


def pause(around: Surroundings, name: str, *, version: int | None = None) -> SourceView:
    """Let its schedule rest. Raises as `change` does."""
    return change(around, name, Changes(paused=True), version=version)


def resume(around: Surroundings, name: str, *, version: int | None = None) -> SourceView:
    """Let its schedule go on; what it missed comes once, at the next time. Raises as `change` does."""
    return change(around, name, Changes(paused=False), version=version)


def connect(around: Surroundings, name: str, feed: Feed, *, version: int | None = None) -> SourceView:
    """Let a source feed another destination too. Raises as `change` does."""
    return _change(around, name, lambda feeds: Changes(feeds=(*feeds, feed)), version)


def disconnect(
    around: Surroundings, name: str, destination: str, dataset: str = "", *, version: int | None = None
) -> SourceView:
    """Feed a destination no more, in one dataset or, without one, in all; tables stay. Raises as `change` does."""

    def without(feeds: tuple[Feed, ...]) -> Changes:
        left = tuple(
            feed for feed in feeds if feed.destination != destination or dataset not in ("", feed.dataset)
        )
        if left == feeds:
            where = f"{destination}.{dataset}" if dataset else destination
            raise NotFound(f"{name} does not feed {where}.", do="See what it feeds: counterfoil sources list")
        return Changes(feeds=left)

    return _change(around, name, without, version)


def what_would_change(around: Surroundings, name: str, changes: Changes) -> Consequences:
    """What a change would mean for tables that are there; nothing is saved. Raises what `change` would refuse."""
    known = read_known(around.db)
    before, target = _target(around, known, name, changes)
    records = again.records(around.db, before)
    costs = Costs(
        month=lambda source: _cost(around, source),
        once=lambda names, after: first_calls(around, names, after, records),
    )
    return consequences(known, before, target, costs)


def preview(around: Surroundings, asked: str, *, count: int = 5) -> Preview:
    """What a schedule, or that of the source of this name, comes to. Raises SettingInvalid when it is neither."""
    source = {source.name: source for source in sources.every(around.db)}.get(asked)
    schedule = parse(asked) if source is None else source.schedule
    streams = tuple(catalog().values()) if source is None else read_by(source)
    return Preview(
        schedule=schedule,
        runs=next_runs(schedule, around.now(), count),
        calls_a_month=calls_a_month(schedule, streams, around.clocks, around.now(), _reports(around, source)),
    )


def remove(around: Surroundings, name: str, *, version: int | None = None) -> None:
    """Forget a source with its connections, cursors and syncs; tables stay.

    Raises Forbidden, NotFound, ChangedMeanwhile, SyncRunning.
    """
    need(around.actor, Role.EDITOR)
    source = sources.named(around.db, name)
    with (
        locks.company(around.db, source.credential.realm_id, locks.Purpose.SYNC),
        around.db.transaction() as one,
    ):
        take_turn(one)
        source = sources.named(one, name)
        refuse_stale(source, version)
        sources.remove(one, source)
        note(around, one, "removed", ("source", source.id, source.name))


def _change(
    around: Surroundings, name: str, asked: Callable[[tuple[Feed, ...]], Changes], version: int | None
) -> SourceView:
    """`asked` makes the changes of what the source feeds, as it stands in the transaction."""
    need(around.actor, Role.EDITOR)
    # Locks outlive the transaction: a sync sees all that changed, or is refused meanwhile.
    with ExitStack() as held, around.db.transaction() as one:
        take_turn(one)
        known = read_known(one)
        before = known_as(known.sources, name, "source")
        refuse_stale(before, version)
        _, target = _target(around, known, name, asked(feeds_of(before, known)))
        hold_still(around, one, known, target, held)
        save_draft(around, one, known, target)
    around.bell.ring()
    return show(around.db, target.sources[0].name)


def _target(around: Surroundings, known: Known, name: str, changes: Changes) -> tuple[Source, Draft]:
    before = known_as(known.sources, name, "source")
    if changes.name not in (None, name) and changes.name in known.sources:
        raise AlreadyExists(f"There is a source named {changes.name!r} already.", do="Choose another name.")
    target = changed(before, changes, known, _birth(around))
    refuse_collisions(target.connections, around.environment)
    return before, target


def _cost(around: Surroundings, source: Source) -> int:
    return calls_a_month(
        source.schedule, read_by(source), around.clocks, around.now(), _reports(around, source)
    )


def first_calls(
    around: Surroundings, names: Iterable[str], source: Source, records: Mapping[str, int]
) -> int:
    """At least what reading these streams of a source in full takes, in metered calls."""
    chosen = frozenset(names)
    streams = [stream for name, stream in catalog().items() if name in chosen]
    told = replace(source, reports=tuple(each for each in source.reports if each.report in chosen))
    return calls_of_first(streams, records) + _reports(around, told).first


def _reports(around: Surroundings, source: Source | None) -> Calls:
    if source is None:
        return NO_REPORTS
    return calls_for(source.reports, source.created_at.date(), around.now().date())


def _birth(around: Surroundings) -> Birth:
    return Birth(now=around.now(), chance=around.chance)


def view(db: Database, source: Source) -> SourceView:
    """A source that was read, with all that a list tells of it."""
    feeds = connections.of_source(db, source)
    newest = syncs.latest(db, source, limit=1)
    return SourceView(
        source=source,
        connections=feeds,
        cursors={feed.id: cursors.of(db, feed) for feed in feeds},
        latest=newest[0] if newest else None,
        next_run_at=sources.next_run(db, source),
    )
