"""One sync: did it land, what changed, what to do."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from counterfoil.actions import following, syncs
from counterfoil.model.sync import SyncState
from counterfoil.web.page import go, page, part
from counterfoil.web.visit import Form, Visit, Visiting

TITLES = {
    SyncState.WAITING: "Waiting for a free place",
    SyncState.RUNNING: "Reading QuickBooks",
    SyncState.SUCCEEDED: "Landed",
    SyncState.PARTIAL: "Landed in part",
    SyncState.FAILED: "Did not land",
    SyncState.CANCELLED: "Cancelled",
    SyncState.INTERRUPTED: "Interrupted",
}

SHOWN_LINES = 400

routes = APIRouter()


@routes.get("/syncs/{sync_id}")
def show(visit: Visiting, sync_id: str) -> Response:
    """A sync; while it runs the page keeps itself up to date."""
    shown = _shown(visit, sync_id)
    if visit.request.headers.get("HX-Request"):
        return part(visit, "sync_body.html", **shown)
    return page(visit, "sync.html", **shown)


@routes.get("/syncs/{sync_id}/log")
def log(visit: Visiting, sync_id: str) -> Response:
    """The whole log, to keep."""
    syncs.show(visit.around.db, sync_id)
    lines = following.lines_of(visit.around.db, sync_id)
    text = "".join(f"{line.at.isoformat()} {line.level:7} {line.text}\n" for line in lines)
    return PlainTextResponse(text, headers={"Content-Disposition": f'attachment; filename="{sync_id}.log"'})


@routes.post("/syncs/{sync_id}/cancel")
def cancel(visit: Visiting, sync_id: str, _: Form) -> Response:
    """End it; the warehouse stays whole."""
    syncs.cancel(visit.around, sync_id)
    return go(f"/syncs/{sync_id}", "It ends within seconds. What is in the warehouse stays whole.")


def _shown(visit: Visit, sync_id: str) -> dict[str, Any]:
    view = syncs.show(visit.around.db, sync_id)
    lines = following.lines_of(visit.around.db, sync_id)
    return {
        "lines": lines[-SHOWN_LINES:],
        "earlier": max(0, len(lines) - SHOWN_LINES),
        "far": () if view.sync.state.is_over else following.far(lines),
        "sync": view.sync,
        "title": TITLES[view.sync.state],
        "outcomes": sorted(view.outcomes, key=lambda outcome: (outcome.code == "", outcome.stream)),
        "over": view.sync.state.is_over,
    }
