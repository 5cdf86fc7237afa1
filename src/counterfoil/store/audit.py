"""The audit trail: who did what to which thing and when. Lines are only ever added."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from counterfoil.model.actor import Actor
from counterfoil.store.db import Database
from counterfoil.store.service_schema import audit


def add(
    db: Database, actor: Actor, at: datetime, deed: str, thing: tuple[str, str, str], detail: Mapping[str, Any]
) -> None:
    """Write a line. `deed` is a verb in the past, `thing` its noun, id and name; the detail holds no secret."""
    noun, thing_id, name = thing
    with db.writing() as transaction:
        transaction.execute(
            sa.insert(audit).values(
                at=at,
                actor_kind=str(actor.kind),
                actor_id=actor.id,
                actor_name=actor.name,
                deed=deed,
                noun=noun,
                thing_id=thing_id,
                thing_name=name,
                detail=dict(detail),
            )
        )
