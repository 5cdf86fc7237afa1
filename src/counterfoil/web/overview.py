"""The first page: is anything wrong, where, and is the rest current."""

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import sources
from counterfoil.web.page import page
from counterfoil.web.visit import Visiting

routes = APIRouter()


@routes.get("/")
def show(visit: Visiting) -> Response:
    """Every source, those that need somebody first."""
    return page(visit, "overview.html", views=sources.every(visit.around.db))
