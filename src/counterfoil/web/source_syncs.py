"""A source's syncs: the first tab of its page."""

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import syncs
from counterfoil.web.sources import shown
from counterfoil.web.visit import Visiting

routes = APIRouter()
SHOWN = 50


@routes.get("/sources/{name}")
def show(visit: Visiting, name: str, before: str = "") -> Response:
    """Its syncs, the newest first."""
    found = syncs.latest(visit.around.db, name, limit=SHOWN + 1, before=before or None)
    more = found[SHOWN - 1].id if len(found) > SHOWN else ""
    return shown(visit, name, "", syncs=found[:SHOWN], more=more)
