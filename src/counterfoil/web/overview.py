"""The first page: is anything wrong, where, and is the rest current."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions.overview import Line, overview
from counterfoil.model.standing import Standing
from counterfoil.web.page import page, part
from counterfoil.web.visit import Visiting
from counterfoil.web.words import plural

routes = APIRouter()

PICTURES = {
    Standing.RECONNECT: ("unplug", "bad"),
    Standing.FAILED: ("fail", "bad"),
    Standing.LATE: ("clock", "warn"),
    Standing.PARTLY: ("alert", "warn"),
    Standing.SYNCING: ("sync", "now"),
    Standing.WAITING: ("clock", "now"),
    Standing.NEW: ("dot", "quiet"),
    Standing.PAUSED: ("pause", "quiet"),
    Standing.ON_TIME: ("ok", "quiet"),
}
"""Icon and colour; the word stands beside them."""


@routes.get("/")
def show(visit: Visiting) -> Response:
    """Every source, those that need somebody first."""
    lines = overview(visit.around)
    shown: dict[str, Any] = {"lines": lines, "title": _title(lines), "pictures": PICTURES}
    if visit.request.headers.get("HX-Request"):
        return part(visit, "overview_body.html", **shown)
    return page(visit, "overview.html", **shown)


@routes.get("/sources")
def list_(visit: Visiting, q: str = "") -> Response:
    """All sources, to find one by its name or company."""
    wanted = q.strip().casefold()
    lines = [
        line
        for line in overview(visit.around)
        if wanted
        in f"{line.source.name} {line.source.credential.company_name} {line.source.prefix}".casefold()
    ]
    return page(visit, "sources.html", lines=lines, q=q, pictures=PICTURES)


def _title(lines: tuple[Line, ...]) -> str:
    if not lines:
        return "Nothing is copied yet"
    urgent = sum(line.standing.needs_somebody for line in lines)
    if urgent:
        return f"{plural(urgent, 'source needs', 'sources need')} you"
    waiting = sum(line.standing is Standing.NEW for line in lines)
    if waiting == len(lines):
        return "Set up, and not synced yet"
    return "All books are current"
