"""Who sends a request: whom its key, or its browser's session, stands for."""

from fastapi import Request

from counterfoil.actions.browser import HEADER as CSRF
from counterfoil.actions.browser import cookie, csrf_fits
from counterfoil.actions.keys import actor_of_key
from counterfoil.actions.signing_in import actor_of_session
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import Forbidden, NotSignedIn
from counterfoil.model.actor import Actor

READS = ("GET", "HEAD", "OPTIONS")
BEARER = "bearer "


def actor_of(request: Request) -> Actor:
    """Who sends a request. Raises NotSignedIn, and Forbidden for a session without its page's token."""
    around: Surroundings = request.app.state.around
    header = request.headers.get("Authorization")
    if header is not None:  # a wrong key does not fall back on the session beside it
        return actor_of_key(around, header[len(BEARER) :].strip() if _is_bearer(header) else "")
    word = request.cookies.get(cookie(request.app.state.public_url).name, "")
    if not word:
        raise NotSignedIn("Nobody is signed in.", do="Send a key: Authorization: Bearer KEY")
    actor = actor_of_session(around, word)
    if request.method not in READS and not csrf_fits(word, request.headers.get(CSRF, "")):
        raise Forbidden(
            "This request does not come from a page of ours.", do=f"Send the page's token as {CSRF}."
        )
    return actor


def _is_bearer(header: str) -> bool:
    return header.lower().startswith(BEARER)
