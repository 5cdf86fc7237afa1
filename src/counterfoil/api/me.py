"""Whoever asks, over the API."""

from pydantic import BaseModel

from counterfoil.api.access import Viewer
from counterfoil.api.routes import router
from counterfoil.model.actor import ActorKind, Role

routes = router("me")


class Me(BaseModel):
    """Whom the key or session stands for."""

    kind: ActorKind
    id: str
    name: str
    role: Role


@routes.get("", operation_id="showMe")
def show(around: Viewer) -> Me:
    """Whom this key or session stands for, and what it may."""
    actor = around.actor
    return Me(kind=actor.kind, id=actor.id, name=actor.name, role=actor.role)
