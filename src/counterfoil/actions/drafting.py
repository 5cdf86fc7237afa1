"""How far a source that is being set up has come, who makes it, and what may be suggested next."""

import re
from dataclasses import dataclass

from counterfoil.actions import drafts
from counterfoil.actions.collisions import taken
from counterfoil.actions.rights import need
from counterfoil.actions.surroundings import Surroundings
from counterfoil.model.actor import Role
from counterfoil.model.credential import CredentialState
from counterfoil.model.draft_source import Choices, DraftSource, Step
from counterfoil.model.source import prefix_fault
from counterfoil.quickbooks.catalog import catalog
from counterfoil.store import credentials, destinations, sources, users
from counterfoil.store import drafts as stored
from counterfoil.store.db import Database

USUAL_NAME = "QuickBooks"
LONGEST_WORD = 20
"""Characters of a suggested prefix, of the forty that are allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftView:
    """A draft as the Directory lists it: whose it is, and the step that is next."""

    draft: DraftSource
    owner: str
    mine: bool
    step: Step


def every(around: Surroundings) -> tuple[DraftView, ...]:
    """All drafts, the newest first, so that two people do not set up the same company. Raises Forbidden."""
    need(around.actor, Role.EDITOR)
    names = {user.id: user.name or user.email for user in users.every(around.db)}
    return tuple(
        DraftView(
            draft=draft,
            owner=names.get(draft.user_id, "someone who has left"),
            mine=draft.user_id == around.actor.id,
            step=next_step(around.db, draft.choices),
        )
        for draft in stored.every(around.db)
    )


def next_step(db: Database, choices: Choices) -> Step:
    """The first step that is not answered yet, or whose answer has gone since."""
    connected = {known.name for known in credentials.every(db) if known.state is CredentialState.CONNECTED}
    if not choices.name:
        return Step.NAME
    if choices.credential not in connected:
        return Step.CONNECT
    if not choices.schedule:
        return Step.SCHEDULE
    if not choices.streams_chosen or (choices.streams == () and not choices.reports):
        return Step.DATA
    known = {destination.name for destination in destinations.every(db)}
    if not choices.feeds or any(name not in known for name, _ in choices.feeds):
        return Step.DESTINATION
    return Step.FIRST_SYNC


def name_for(around: Surroundings) -> str:
    """A name for a source that nobody has taken, to begin with."""
    begun = {draft.choices.name for draft in drafts.mine(around)}
    used = {source.name for source in sources.every(around.db)} | begun
    number, free = 1, USUAL_NAME
    while free in used:
        number += 1
        free = f"{USUAL_NAME} {number}"
    return free


def prefix_for(around: Surroundings, company: str) -> str:
    """The beginning of a company's name, where other sources write tables without a prefix; else none."""
    streams = catalog().values()
    if not taken(around.db, "", streams):
        return ""
    word = re.sub(r"[^a-z0-9]+", "_", company.casefold()).strip("_")
    short = word[:LONGEST_WORD].rsplit("_", 1)[0] if len(word) > LONGEST_WORD else word
    prefix = f"{short}_" if short else ""
    return "" if prefix_fault(prefix) or taken(around.db, prefix, streams) else prefix
