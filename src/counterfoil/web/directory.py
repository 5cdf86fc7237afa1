"""The Directory: what can be read, and where it can live."""

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import drafting
from counterfoil.destinations import KINDS
from counterfoil.model.actor import Role
from counterfoil.quickbooks.catalog import catalog
from counterfoil.web.page import page
from counterfoil.web.setup import STEPS
from counterfoil.web.visit import Visiting

routes = APIRouter()


@routes.get("/directory")
def show(visit: Visiting, q: str = "") -> Response:
    """Everything that can be set up; `q` narrows it."""
    wanted = q.strip().casefold()
    return page(
        visit,
        "directory.html",
        q=q,
        back="",
        quickbooks=not wanted or wanted in "quickbooks online cloud extract intuit",
        kinds=[
            kind for kind in KINDS.values() if wanted in f"{kind.name} {kind.title} warehouses".casefold()
        ],
        streams=len(catalog()),
        drafts=drafting.every(visit.around) if visit.user.role.covers(Role.EDITOR) else (),
        step_words=STEPS,
    )
