"""/api/openapi.json, and /api/docs, which shows the same to people: one page, no script, nothing from elsewhere."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from counterfoil.api.page import STYLE, page_of

routes = APIRouter(prefix="/api", include_in_schema=False)


@routes.get("/openapi.json")
def openapi(request: Request) -> JSONResponse:
    """The OpenAPI document."""
    return JSONResponse(request.app.openapi())


@routes.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """The document as a page."""
    return HTMLResponse(page_of(request.app.openapi()))


@routes.get("/docs.css")
def style() -> Response:
    """How the page looks."""
    return Response(STYLE, media_type="text/css")
