"""What one may do with a source that is being set up: begin, go on, finish, throw away."""

from dataclasses import replace

from counterfoil.actions import sources, syncs
from counterfoil.actions.collisions import refuse_collisions
from counterfoil.actions.draft import Birth
from counterfoil.actions.following import counted
from counterfoil.actions.known import read_known
from counterfoil.actions.rights import need
from counterfoil.actions.source_changes import Feed, NewSource, created
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import AlreadyExists, NotFound, SettingInvalid
from counterfoil.model import report_choice
from counterfoil.model.actor import Role
from counterfoil.model.draft_source import Choices, DraftSource
from counterfoil.model.identity import name_fault, new_id
from counterfoil.model.schedule_text import parse
from counterfoil.model.sync import Cause, Sync
from counterfoil.store import drafts, log_lines
from counterfoil.store import sources as stored_sources


def mine(around: Surroundings) -> tuple[DraftSource, ...]:
    """The drafts of who asks."""
    return drafts.of_user(around.db, around.actor.id)


def show(around: Surroundings, draft_id: str) -> DraftSource:
    """One's own draft. Raises NotFound."""
    found = drafts.with_id(around.db, draft_id)
    if found is None or found.user_id != around.actor.id:
        raise NotFound("There is no such draft.", do="Begin a source in the Directory.")
    return found


def begin(around: Surroundings, name: str) -> DraftSource:
    """Begin a source. Raises Forbidden, SettingInvalid for a name that cannot be used, AlreadyExists."""
    need(around.actor, Role.EDITOR)
    now = around.now()
    draft = DraftSource(
        id=new_id("draft", around.chance),
        user_id=around.actor.id,
        choices=Choices(name=_checked(around, name)),
        created_at=now,
        changed_at=now,
    )
    drafts.save(around.db, draft)
    return draft


def choose(around: Surroundings, draft_id: str, choices: Choices) -> DraftSource:
    """Go on with other choices. Raises Forbidden, NotFound, SettingInvalid, AlreadyExists for another's name."""
    need(around.actor, Role.EDITOR)
    draft = show(around, draft_id)
    if choices.name != draft.choices.name:
        _checked(around, choices.name)
    after = replace(draft, choices=choices, changed_at=around.now())
    drafts.save(around.db, after)
    return after


def refuse_faults(around: Surroundings, draft: DraftSource) -> None:
    """Raise what `finish` would, before anything is made."""
    new, known = wanted(draft.choices), read_known(around.db)
    _checked(around, new.name)
    target = created(new, known, Birth(now=around.now(), chance=around.chance))
    refuse_collisions(target.connections, around.environment)


def finish(around: Surroundings, draft_id: str) -> Sync:
    """Make the source, and ask for its first sync. Raises what `sources.create` and `syncs.ask` do."""
    need(around.actor, Role.EDITOR)
    chosen = show(around, draft_id).choices
    new = wanted(chosen)
    with around.db.transaction() as one:
        within = replace(around, db=one)
        sources.create(within, new)
        drafts.remove(one, draft_id)
        sync = syncs.ask(within, new.name, syncs.Errand(cause=Cause.PERSON))
        if counts := {name: count for name, count in chosen.counts.items() if sync.source.reads(name)}:
            log_lines.add(one, sync.id, [counted(counts, around.now())])
        return sync


def wanted(chosen: Choices) -> NewSource:
    """The source that choices come to. Raises SettingInvalid for a schedule that is none."""
    return NewSource(
        name=chosen.name,
        credential=chosen.credential,
        streams=None if chosen.streams is None else frozenset(chosen.streams),
        reports=report_choice.chosen(chosen.reports),
        prefix=chosen.prefix,
        schedule=parse(chosen.schedule),
        feeds=tuple(Feed(destination=name, dataset=dataset) for name, dataset in chosen.feeds),
    )


def throw_away(around: Surroundings, draft_id: str) -> None:
    """Forget a draft: one's own, or as an administrator anybody's. Raises NotFound."""
    found = drafts.with_id(around.db, draft_id)
    if found is None or not around.actor.role.covers(Role.ADMIN):
        found = show(around, draft_id)
    drafts.remove(around.db, found.id)


def _checked(around: Surroundings, name: str) -> str:
    if fault := name_fault(name):
        raise SettingInvalid(f"The name {fault}.", do="Give the source a name, such as the company's.")
    if any(source.name == name for source in stored_sources.every(around.db)):
        raise AlreadyExists(f"There is a source named {name!r} already.", do="Choose another name.")
    return name
