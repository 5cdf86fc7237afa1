"""The Directory: what can be read, and where it can live."""

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import drafts
from counterfoil.destinations import KINDS
from counterfoil.quickbooks.catalog import catalog
from counterfoil.web.page import page
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
        quickbooks=not wanted or wanted in "quickbooks online cloud extract intuit",
        kinds=[
            kind for kind in KINDS.values() if wanted in f"{kind.name} {kind.title} warehouses".casefold()
        ],
        streams=len(catalog()),
        drafts=drafts.mine(visit.around),
    )
