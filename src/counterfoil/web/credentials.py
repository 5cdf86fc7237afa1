"""Credentials: which companies may be read, until when, and by which sources."""

from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import connecting, credential_views, credentials
from counterfoil.errors import CounterfoilError
from counterfoil.web.consent import answer_of
from counterfoil.web.errors import status_of
from counterfoil.web.page import go
from counterfoil.web.page import page as shown
from counterfoil.web.visit import Form, Visit, Visiting

routes = APIRouter()


@routes.get("/credentials")
def list_(visit: Visiting, answer: str = "", q: str = "", page: str = "") -> Response:
    """A page of them, those that need somebody first; `answer` is what Intuit refused just now."""
    wanted = int(page) if page.isdecimal() and len(page) < 6 else 1
    found = credential_views.listed(visit.around, q[:200], wanted)
    refused = answer_of(visit, answer)
    return shown(visit, "credentials.html", found=found, credentials=found.views, q=q, refused=refused)


@routes.post("/credentials/{name:path}/check")
def check(visit: Visiting, name: str, _: Form) -> Response:
    """Prove that it opens its company."""
    try:
        company = connecting.check(visit.around, name)
    except CounterfoilError as error:
        return _shown(visit, name, error=error)
    return go(address(name), f"{company.name} can be read.")


@routes.get("/credentials/{name:path}/disconnect")
def ask_to_disconnect(visit: Visiting, name: str) -> Response:
    """What disconnecting means, before it is done."""
    return shown(visit, "disconnect.html", view=credential_views.show(visit.around, name))


@routes.post("/credentials/{name:path}/disconnect")
def disconnect(visit: Visiting, name: str, _: Form) -> Response:
    """Give the permission back to Intuit."""
    try:
        connecting.disconnect(visit.around, name)
    except CounterfoilError as error:
        return _shown(visit, name, error=error)
    return go(address(name), f"{name} is disconnected. Tables and cursors stay.")


@routes.post("/credentials/{name:path}/remove")
def remove(visit: Visiting, name: str, _: Form) -> Response:
    """Forget it."""
    try:
        credentials.remove(visit.around, name)
    except CounterfoilError as error:
        return _shown(visit, name, error=error)
    return go("/credentials", f"{name} is forgotten.")


@routes.get("/credentials/{name:path}")
def show(visit: Visiting, name: str, answer: str = "") -> Response:
    """One of them; `answer` is what Intuit refused just now."""
    return _shown(visit, name, answer=answer)


def address(name: str) -> str:
    """The address of one credential's page."""
    return f"/credentials/{quote(name, safe='')}"


def _shown(visit: Visit, name: str, *, answer: str = "", error: CounterfoilError | None = None) -> Response:
    view = credential_views.show(visit.around, name)
    return shown(
        visit,
        "credential.html",
        status=status_of(error) if error else 200,
        view=view,
        since=credential_views.since(visit.around, view.credential),
        refused=answer_of(visit, answer),
        error=error,
    )
