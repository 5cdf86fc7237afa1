"""Move all that Counterfoil remembers to another database."""

from collections.abc import Mapping

from counterfoil.actions.rights import need
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.trail import note
from counterfoil.model.actor import Role
from counterfoil.store.db import Database
from counterfoil.store.move import move


def move_to(around: Surroundings, new: Database) -> Mapping[str, int]:
    """Copy everything to a new, empty database, and answer with the rows of each table; the old one stays as it is.

    Raises Forbidden, InUse.
    """
    need(around.actor, Role.ADMIN)
    moved = move(around.db, new)
    with new.transaction() as one:
        note(around, one, "moved", ("store", "", "the database"), rows=sum(moved.values()))
    return moved
