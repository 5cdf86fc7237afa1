"""The way to Intuit and back, in the browser of who is signed in."""

import hashlib
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from counterfoil.actions import consenting
from counterfoil.actions.consenting import Wish
from counterfoil.errors import CounterfoilError
from counterfoil.model.credential import Environment
from counterfoil.web.page import go, page
from counterfoil.web.visit import Form, Visit, Visiting

CALLBACK = "/oauth/callback"

routes = APIRouter()


@routes.post("/credentials/connect")
def connect(visit: Visiting, form: Form) -> Response:
    """Send the browser to Intuit's page."""
    wish = Wish(
        name=form["name"],
        environment=Environment.SANDBOX if form["environment"] == "sandbox" else Environment.PRODUCTION,
        credential=form["credential"],
        back=form["back"],
        session=_session(visit),
    )
    asked = consenting.begin(visit.around, wish, redirect_uri=visit.request.app.state.public_url + CALLBACK)
    return RedirectResponse(asked.url, status_code=303, headers={"Referrer-Policy": "no-referrer"})


@routes.get(CALLBACK)
def come_back(visit: Visiting) -> Response:
    """Take what Intuit sent back, and go on where connecting began."""
    try:
        consent, credential = consenting.finish(
            visit.around, dict(visit.request.query_params), session=_session(visit)
        )
    except CounterfoilError as error:
        return page(visit, "not_connected.html", status=422, error=error)
    name = credential.company_name or credential.name
    joint = "&" if "?" in consent.back else "?"
    onward = f"{consent.back}{joint}connected={quote(credential.name, safe='')}" if consent.back else "/"
    return go(onward, f"Connected {name}.")


def _session(visit: Visit) -> str:
    return hashlib.sha256(visit.word.encode()).hexdigest()
