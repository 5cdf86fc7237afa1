"""Who sends a request: what it shows, a key or a browser's session, and whom that stands for."""

from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import Request

from counterfoil.actions.surroundings import Surroundings
from counterfoil.api.access import COOKIE
from counterfoil.errors import NotSignedIn
from counterfoil.model.actor import Actor

CSRF = "X-CSRF-Token"
READS = ("GET", "HEAD", "OPTIONS")
BEARER = "bearer "


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a request shows to be let in: a key, or a session and the token that only its own pages know."""

    key: str = field(default="", repr=False)
    session: str = field(default="", repr=False)
    csrf: str = field(default="", repr=False)
    reads: bool = True


Who = Callable[[Surroundings, Shown], Actor]
"""Finds whom it stands for. Raises NotSignedIn."""


def actor_of(request: Request) -> Actor:
    """Who sends a request. Raises NotSignedIn."""
    shown = _shown(request)
    if not shown.key and not shown.session:
        raise NotSignedIn("Nobody is signed in.", do="Send a key: Authorization: Bearer KEY")
    who: Who = request.app.state.who
    return who(request.app.state.around, shown)


def _shown(request: Request) -> Shown:
    header = request.headers.get("Authorization", "")
    if header:  # a wrong key does not fall back on the session beside it
        key = header[len(BEARER) :].strip() if header.lower().startswith(BEARER) else "-"
        return Shown(key=key)
    return Shown(
        session=request.cookies.get(COOKIE, ""),
        csrf=request.headers.get(CSRF, ""),
        reads=request.method in READS,
    )
