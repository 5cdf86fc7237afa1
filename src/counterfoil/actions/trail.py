"""The audit trail, as verbs write it: in the transaction of the change itself."""

from typing import Any

from counterfoil.actions.surroundings import Surroundings
from counterfoil.store import audit
from counterfoil.store.db import Database


def note(around: Surroundings, one: Database, deed: str, thing: tuple[str, str, str], **detail: Any) -> None:
    """Write who did it. `one` is the open transaction; `thing` is a noun, an id and a name.

    The detail is for people who read the trail later, never a secret: `note(around, one, "paused",
    ("source", source.id, source.name))`.
    """
    audit.add(one, around.actor, around.now(), deed, thing, detail)
