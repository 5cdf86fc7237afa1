"""The way to Intuit and back, in the browser of who is signed in."""

import hashlib
from dataclasses import replace
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from counterfoil.actions import consenting, signing_in
from counterfoil.actions.consenting import Wish
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import CounterfoilError, NotSignedIn
from counterfoil.model.actor import Actor, ActorKind, Role
from counterfoil.model.credential import Environment
from counterfoil.web.page import alone, go
from counterfoil.web.visit import Form, Visiting, word_of

CALLBACK = "/oauth/callback"

NOBODY = Actor(kind=ActorKind.USER, id="nobody", name="Nobody", role=Role.VIEWER)

routes = APIRouter()


@routes.post("/credentials/connect")
def connect(visit: Visiting, form: Form) -> Response:
    """Send the browser to Intuit's page."""
    wish = Wish(
        name=form["name"],
        environment=Environment.SANDBOX if form["environment"] == "sandbox" else Environment.PRODUCTION,
        credential=form["credential"],
        back=form["back"],
        session=_digest(visit.word),
    )
    asked = consenting.begin(visit.around, wish, redirect_uri=visit.request.app.state.public_url + CALLBACK)
    return RedirectResponse(asked.url, status_code=303, headers={"Referrer-Policy": "no-referrer"})


@routes.get(CALLBACK)
def come_back(request: Request) -> Response:
    """Take what Intuit sent back, and go on where connecting began.

    Nobody need be signed in here when a key began it.
    """
    word = word_of(request)
    try:
        consent, credential = consenting.finish(
            _around(request, word), dict(request.query_params), session=_digest(word)
        )
    except CounterfoilError as error:
        return alone(request, "not_connected.html", status=422, error=error)
    name = credential.company_name or credential.name
    if not consent.session:
        return alone(request, "connected.html", name=name)
    joint = "&" if "?" in consent.back else "?"
    onward = f"{consent.back}{joint}connected={quote(credential.name, safe='')}" if consent.back else "/"
    return go(onward, f"Connected {name}.")


def _around(request: Request, word: str) -> Surroundings:
    """In the name of who is signed in, else of nobody who may do a thing."""
    around: Surroundings = request.app.state.around
    try:
        actor = signing_in.actor_of_session(around, word)
    except NotSignedIn:
        actor = NOBODY
    return replace(around, actor=actor)


def _digest(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()
