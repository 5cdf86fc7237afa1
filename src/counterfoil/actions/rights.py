"""Who may do what: asked first in every verb that changes something, or that shows people and keys."""

from counterfoil.errors import Forbidden
from counterfoil.model.actor import Actor, Role


def need(actor: Actor, role: Role) -> None:
    """Raise Forbidden unless the actor's role covers this one."""
    if not actor.role.covers(role):
        article = "an" if role in (Role.EDITOR, Role.ADMIN) else "a"
        raise Forbidden(
            f"{actor.name} is {_with_article(actor.role)}; this needs {article} {role}.",
            do="Ask an administrator to do it, or for that role.",
        )


def _with_article(role: Role) -> str:
    return f"a {role}" if role is Role.VIEWER else f"an {role}"
