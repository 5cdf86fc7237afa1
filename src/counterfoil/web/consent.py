"""The way to Intuit and back, in the browser of who is signed in."""

import hashlib
import re
from dataclasses import replace
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from counterfoil.actions import apps, consenting, credentials, signing_in
from counterfoil.actions.consenting import Wish
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import CounterfoilError, NotFound, NotSignedIn, SettingInvalid
from counterfoil.model.actor import Actor, ActorKind, Role
from counterfoil.model.credential import Environment
from counterfoil.store.consents import PendingConsent
from counterfoil.web.page import alone, go
from counterfoil.web.visit import Form, Visit, Visiting, word_of

CALLBACK = "/oauth/callback"

TELLING = re.compile(r"/setup/.*|/credentials.*|/sources/[^/]+/settings")
"""Pages that tell what Intuit refused, by `answer`."""

NOBODY = Actor(kind=ActorKind.USER, id="nobody", name="Nobody", role=Role.VIEWER)

routes = APIRouter()


@routes.post("/credentials/connect")
def connect(visit: Visiting, form: Form) -> Response:
    """Send the browser to Intuit's page, or first to the page that makes an app there."""
    around, again = visit.around, form["credential"]
    wish = Wish(
        name=form["name"] if again else credentials.name_for(around.db, form["name"]),
        environment=_world(around, form["environment"], again),
        credential=again,
        back=form["back"],
        session=_digest(visit.word),
    )
    try:
        asked = consenting.begin(around, wish, redirect_uri=visit.request.app.state.public_url + CALLBACK)
    except SettingInvalid:
        if apps.show(around, wish.environment).client_id:
            raise
        back = quote(consenting.page_of_ours(wish.back), safe="")
        return go(f"/app?environment={wish.environment}&back={back}", "First, an app at Intuit.")
    return RedirectResponse(asked.url, status_code=303, headers={"Referrer-Policy": "no-referrer"})


@routes.get(CALLBACK)
def come_back(request: Request) -> Response:
    """Take what Intuit sent back, and go on where connecting began.

    Nobody need be signed in here when a key began it. Who loads this page again is led on as the first time.
    """
    word = word_of(request)
    around, answer, session = _around(request, word), dict(request.query_params), _digest(word)
    try:
        consent, credential = consenting.finish(around, answer, session=session)
    except CounterfoilError as error:
        known = consenting.earlier(around, answer, session=session)
        if known is None or not (known.code or known.result):
            return alone(request, "not_connected.html", status=422, error=error)
        return go(_refused(known) if known.code else _onward(around, known))
    name = credential.company_name or credential.name
    if not consent.session:
        return alone(request, "connected.html", name=name)
    return go(_onward(around, replace(consent, result=credential.id)), f"Connected {name}.")


def answer_of(visit: Visit, answer: str) -> PendingConsent | None:
    """What Intuit refused, for a page that it led back to; None where there is nothing to tell."""
    if not answer:
        return None
    try:
        found = consenting.result(visit.around, answer)
    except NotFound:
        return None
    return found if found.code else None


def _onward(around: Surroundings, consent: PendingConsent) -> str:
    """Where one was, with the name of what is connected."""
    names = {each.id: each.name for each in credentials.every(around.db)}
    joint = "&" if "?" in consent.back else "?"
    connected = quote(names.get(consent.result, ""), safe="")
    return f"{consent.back}{joint}connected={connected}" if consent.back else "/"


def _refused(consent: PendingConsent) -> str:
    """A page that tells what Intuit refused: where one was, if that is one."""
    back = consent.back.partition("?")[0]
    return f"{back if TELLING.fullmatch(back) else '/credentials'}?answer={consent.id}"


def _world(around: Surroundings, asked: str, again: str) -> Environment:
    if again:
        return credentials.show(around.db, again).environment
    return Environment.SANDBOX if asked == Environment.SANDBOX else Environment.PRODUCTION


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
