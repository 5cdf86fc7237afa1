"""A source's activity: who changed what about it, and when."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from counterfoil.actions import activity
from counterfoil.web.sources import shown
from counterfoil.web.visit import Visiting

routes = APIRouter()


@routes.get("/sources/{name}/activity")
def show(visit: Visiting, name: str, before: Annotated[int | None, Query(ge=1, le=2**62)] = None) -> Response:
    """What was done about it, the newest first."""
    told = activity.of_source(visit.around, name, before=before)
    return shown(visit, name, "/activity", deeds=told.deeds, older=told.before, before=before)
