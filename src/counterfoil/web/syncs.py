"""One sync: did it land, what changed, what to do; while it runs, how far it is."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from counterfoil.actions import following, syncs
from counterfoil.model.schedule_text import in_words
from counterfoil.web import sync_log
from counterfoil.web.page import go, page, part
from counterfoil.web.sync_log import Asked
from counterfoil.web.sync_page import shown
from counterfoil.web.visit import Form, Visit, Visiting

routes = APIRouter()
routes.include_router(sync_log.routes)

After = Annotated[int, Query(ge=0, le=2**31 - 1)]


@routes.get("/syncs/{sync_id}")
def show(visit: Visiting, sync_id: str, level: str = "", q: str = "", first: str = "") -> Response:
    """A sync; while it runs the page keeps itself up to date. `first`: somebody set its source up just now."""
    return page(visit, "sync.html", **_shown(visit, sync_id, Asked(level=level, words=q.strip()), first))


@routes.get("/syncs/{sync_id}/live")
def live(
    visit: Visiting, sync_id: str, after: After = 0, level: str = "", q: str = "", first: str = ""
) -> Response:
    """What of the page may have changed, and the lines of the log behind number `after`."""
    asked = Asked(level=level, words=q.strip(), after=after)
    return part(visit, "sync_live.html", **_shown(visit, sync_id, asked, first))


@routes.post("/syncs/{sync_id}/cancel")
def cancel(visit: Visiting, sync_id: str, _: Form) -> Response:
    """End it; the warehouse stays whole."""
    syncs.cancel(visit.around, sync_id)
    return go(f"/syncs/{sync_id}", "It ends within seconds. What is in the warehouse stays whole.")


@routes.post("/syncs/{sync_id}/again")
def again(visit: Visiting, sync_id: str, _: Form) -> Response:
    """Ask for the same once more."""
    return go(f"/syncs/{syncs.again(visit.around, sync_id).id}")


def _shown(visit: Visit, sync_id: str, asked: Asked, first: str) -> dict[str, Any]:
    around = visit.around
    view = syncs.show(around.db, sync_id)  # first: all lines of one that is over are there
    lines = following.lines_of(around.db, view.sync.id)
    return {
        **shown(around, view, lines, is_first=bool(first)),
        "log": sync_log.log_of(lines, asked),
        "levels": sync_log.LEVELS,
        "schedule": in_words(view.sync.source.schedule),
        "addresses": visit.request.app.state.addresses,
    }
