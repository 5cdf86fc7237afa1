"""What all tabs of a source's page share: its frame, sync now, and pause."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import sources, syncs
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import CounterfoilError
from counterfoil.model.schedule_text import in_words
from counterfoil.model.standing import standing
from counterfoil.model.verification import together
from counterfoil.store.recent import recent
from counterfoil.store.sources import named
from counterfoil.store.verifications import latest
from counterfoil.web.errors import status_of
from counterfoil.web.overview import PICTURES, PROOFS
from counterfoil.web.page import go, page
from counterfoil.web.visit import Form, Visit, Visiting

routes = APIRouter()
TABS = (
    ("", "Syncs"),
    ("/tables", "Tables"),
    ("/books", "Books"),
    ("/proof", "Proof"),
    ("/settings", "Settings"),
    ("/activity", "Activity"),
)


@routes.post("/sources/{name}/sync")
def sync(visit: Visiting, name: str, form: Form) -> Response:
    """Sync now, or read everything again."""
    errand = syncs.Errand(full=form["full"] == "yes")
    return go(f"/syncs/{syncs.ask(visit.around, name, errand).id}")


@routes.post("/sources/{name}/pause")
def pause(visit: Visiting, name: str, form: Form) -> Response:
    """Let its schedule rest, or go on."""
    if form["paused"] == "yes":
        sources.pause(visit.around, name)
        return go(f"/sources/{name}", "Paused. Its tables stay as they are.")
    sources.resume(visit.around, name)
    return go(f"/sources/{name}", "It goes on at its next time.")


def shown(
    visit: Visit,
    name: str,
    tab: str,
    *,
    error: CounterfoilError | None = None,
    template: str = "",
    **inside: Any,
) -> Response:
    """A tab of a source's page, below what all its tabs share: how it stands, and what can be done at once.

    A page below a tab has a `template` of its own.
    """
    return page(
        visit,
        template or f"source{tab.replace('/', '_')}.html",
        status=status_of(error) if error else 200,
        tabs=TABS,
        tab=tab,
        error=error,
        **frame(visit, name),
        **inside,
    )


def frame(visit: Visit, name: str) -> dict[str, Any]:
    """How a source stands: what its frame shows on every tab."""
    around: Surroundings = visit.around
    source = named(around.db, name)
    known = recent(around.db, [source], 24)[source.id]
    return {
        "source": source,
        "recent": known,
        "standing": standing(source, known, around.now()),
        "schedule": in_words(source.schedule),
        "pictures": PICTURES,
        "proof": together(latest(around.db, [source.id]).get(source.id, ())),
        "proofs": PROOFS,
    }
