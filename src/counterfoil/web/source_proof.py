"""A source's proof: how its tables compared with QuickBooks' own reports, when, and what differed."""

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import verifications
from counterfoil.model.verification import FigureKind
from counterfoil.web.page import go
from counterfoil.web.sources import shown
from counterfoil.web.visit import Form, Visiting

routes = APIRouter()
SHOWN = 30
"""Verifications in the strip."""
TITLES = {
    FigureKind.ACCOUNT: "Balances of accounts",
    FigureKind.RECEIVABLE: "Owed by customers",
    FigureKind.PAYABLE: "Owed to vendors",
    FigureKind.COUNT: "Records in lists",
}
"""What figures of each kind are called."""
LINES = 100
"""Differences of each sort on the page; the API tells all of them."""


@routes.get("/sources/{name}/proof")
def show(visit: Visiting, name: str) -> Response:
    """The last verification of each connection in full, and those before it as a strip."""
    found = verifications.history(visit.around.db, name)
    newest = {one.connection_id: one for one in reversed(found)}
    return shown(
        visit,
        name,
        "/proof",
        made=tuple(newest.values()),
        strip=found[SHOWN - 1 :: -1],
        most=LINES,
        titles=TITLES,
    )


@routes.post("/sources/{name}/proof")
def verify(visit: Visiting, name: str, form: Form) -> Response:
    """Verify now: by the next worker that is free."""
    asked = verifications.ask_verify(visit.around, name, heal=form["heal"] != "no")
    return go(f"/syncs/{asked.id}", "It is synced first, then compared with QuickBooks' reports.")
