"""Credentials: which companies may be read, until when, and by which sources."""

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import connecting, credentials
from counterfoil.errors import CounterfoilError
from counterfoil.store import sources
from counterfoil.web.errors import status_of
from counterfoil.web.page import go, page
from counterfoil.web.visit import Form, Visit, Visiting

routes = APIRouter()


@routes.get("/credentials")
def list_(visit: Visiting) -> Response:
    """All of them, those that need somebody first."""
    return _listed(visit, None)


@routes.post("/credentials/{name}/check")
def check(visit: Visiting, name: str, _: Form) -> Response:
    """Prove that it opens its company."""
    try:
        company = connecting.check(visit.around, name)
    except CounterfoilError as error:
        return _listed(visit, error)
    return go("/credentials", f"{company.name} can be read.")


@routes.get("/credentials/{name}/disconnect")
def ask_to_disconnect(visit: Visiting, name: str) -> Response:
    """What disconnecting means, before it is done."""
    credential = credentials.show(visit.around.db, name)
    return page(visit, "disconnect.html", credential=credential, sources=_users(visit, credential.id))


@routes.post("/credentials/{name}/disconnect")
def disconnect(visit: Visiting, name: str, _: Form) -> Response:
    """Give the permission back to Intuit."""
    try:
        connecting.disconnect(visit.around, name)
    except CounterfoilError as error:
        return _listed(visit, error)
    return go("/credentials", f"{name} is disconnected. Tables and cursors stay.")


@routes.post("/credentials/{name}/remove")
def remove(visit: Visiting, name: str, _: Form) -> Response:
    """Forget it."""
    try:
        credentials.remove(visit.around, name)
    except CounterfoilError as error:
        return _listed(visit, error)
    return go("/credentials", f"{name} is forgotten.")


def _listed(visit: Visit, error: CounterfoilError | None) -> Response:
    around = visit.around
    every = sorted(credentials.every(around.db), key=lambda each: (each.state != "ended", each.name))
    return page(
        visit,
        "credentials.html",
        status=status_of(error) if error else 200,
        error=error,
        credentials=[
            (each, credentials.ending(around.db, each, around.now()), _users(visit, each.id))
            for each in every
        ],
    )


def _users(visit: Visit, credential_id: str) -> list[str]:
    return [source.name for source in sources.every(visit.around.db) if source.credential.id == credential_id]
