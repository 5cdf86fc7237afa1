"""The list of all sources: searched, filtered, sorted, by pages; every view of it has an address."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from starlette.responses import Response

from counterfoil.actions import drafts
from counterfoil.actions.overview import Found, Sort, Wanted, listed
from counterfoil.model.standing import Standing
from counterfoil.web.overview import drawn, every
from counterfoil.web.page import page, part
from counterfoil.web.visit import Visit, Visiting
from counterfoil.web.words import plural

routes = APIRouter()

STATES = {stands.value.replace(" ", "-"): stands for stands in Standing}
"""How a state is written in an address."""

SORTS = {
    Sort.NEED: "What needs you first",
    Sort.NAME: "By name",
    Sort.FRESH: "Oldest copies first",
    Sort.NEXT: "Next to sync first",
}


def _wanted(q: str = "", state: str = "", destination: str = "", sort: str = "", page: str = "") -> Wanted:
    """What an address asks for; what cannot be understood is left out, so that a mistyped one shows more."""
    return Wanted(
        words=q[:200],
        state=STATES.get(state),
        destination=destination,
        sort=Sort(sort) if sort in set(Sort) else Sort.NEED,
        page=int(page) if page.isdecimal() and len(page) < 6 else 1,
    )


Asked = Annotated[Wanted, Depends(_wanted)]


@routes.get("/sources")
def show(visit: Visiting, wanted: Asked) -> Response:
    """One page of the list."""
    answer = page(visit, "sources.html", drafts=drafts.mine(visit.around), **_shown(visit, wanted))
    if visit.request.headers.get("HX-Request"):
        answer.headers["HX-Push-Url"] = address(wanted)  # without the fields that were left empty
    return answer


@routes.get("/live/sources")
def live(visit: Visiting, wanted: Asked) -> Response:
    """The same, for the page to keep itself up to date."""
    return part(visit, "sources_live.html", **_shown(visit, wanted))


def address(wanted: Wanted, **other: Any) -> str:
    """The address of a view, or of one that differs in something."""
    chosen = {
        "q": wanted.words,
        "state": _key(wanted.state),
        "destination": wanted.destination,
        "sort": "" if wanted.sort is Sort.NEED else str(wanted.sort),
        "page": wanted.page if wanted.page > 1 else "",
    } | other
    query = urlencode({name: value for name, value in chosen.items() if value})
    return f"/sources?{query}" if query else "/sources"


def _key(state: Standing | None) -> str:
    return state.value.replace(" ", "-") if state else ""


def _shown(visit: Visit, wanted: Wanted) -> dict[str, Any]:
    found = listed(visit.around, wanted)
    moving = any(line.standing in (Standing.SYNCING, Standing.WAITING) for line in found.lines)
    return drawn(
        {
            "found": found,
            "needing": found.needing,
            "wanted": wanted,
            "title": _title(found, wanted),
            "state_key": _key(wanted.state),
            "states": [(key, stands, found.counts.get(stands, 0)) for key, stands in STATES.items()],
            "sorts": SORTS,
            "narrowed": bool(wanted.words.strip() or wanted.state or wanted.destination),
            "former": address(wanted, page=found.page - 1) if found.page > 1 else "",
            "later": address(wanted, page=found.page + 1) if found.page < found.pages else "",
            "every": every(moving),
        }
    )


def _title(found: Found, wanted: Wanted) -> str:
    """`12 sources like “quarry”: late`: how many are shown, and of which."""
    told = plural(found.count, "source") if found.count else "No source"
    if wanted.words.strip():
        told += f" like “{wanted.words.strip()}”"
    if wanted.destination:
        told += f" feeding {wanted.destination}"
    if wanted.state:
        told += f": {wanted.state}"
    return "No source yet" if told == "No source" else told
