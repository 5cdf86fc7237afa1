"""The first page: is anything wrong, where, and is the rest current."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions.overview import Overview, overview
from counterfoil.model.standing import Standing
from counterfoil.model.verification import ProofState
from counterfoil.web.page import page, part
from counterfoil.web.strip import changed, strip
from counterfoil.web.visit import Visit, Visiting
from counterfoil.web.words import in_letters, plural

routes = APIRouter()

PICTURES = {
    Standing.RECONNECT: ("unplug", "bad"),
    Standing.FAILED: ("fail", "bad"),
    Standing.LATE: ("clock", "warn"),
    Standing.BACKING_OFF: ("sync", "quiet"),
    Standing.PARTLY: ("alert", "warn"),
    Standing.SYNCING: ("sync", "now"),
    Standing.WAITING: ("clock", "now"),
    Standing.NEW: ("dot", "quiet"),
    Standing.PAUSED: ("pause", "quiet"),
    Standing.ON_TIME: ("ok", "quiet"),
}
"""Icon and colour; the word stands beside them."""

PROOFS = {
    ProofState.AGREES: ("ok", "ok", "Agrees with QuickBooks"),
    ProofState.EXPLAINED: ("alert", "warn", "Explained"),
    ProofState.DIFFERS: ("alert", "bad", "Differs from QuickBooks"),
    ProofState.FAILED: ("fail", "warn", "Could not be verified"),
}
"""Icon, colour and word for how a verification ended."""

MANY = {Standing.RECONNECT: "to reconnect", Standing.PARTLY: "landed in part"}
"""What is said of several, where the word for one does not fit."""

MOVING, RESTING = 3_000, 12_000
"""Milliseconds until a list is asked for anew: while something runs, and else."""

WELL = (Standing.ON_TIME, Standing.SYNCING, Standing.WAITING)


@routes.get("/")
def show(visit: Visiting) -> Response:
    """What needs somebody, and the first of all sources."""
    return page(visit, "overview.html", **_shown(visit))


@routes.get("/live/overview")
def live(visit: Visiting) -> Response:
    """The same, for the page to keep itself up to date."""
    return part(visit, "overview_live.html", **_shown(visit))


def drawn(counts: dict[str, Any]) -> dict[str, Any]:
    """What every list of sources is drawn with."""
    return {"pictures": PICTURES, "proofs": PROOFS, "strip": strip, "changed": changed, **counts}


def every(moving: bool) -> int:  # noqa: FBT001
    """In how many milliseconds a list is asked for anew."""
    return MOVING if moving else RESTING


def _shown(visit: Visit) -> dict[str, Any]:
    seen = overview(visit.around)
    return drawn(
        {
            "seen": seen,
            "needing": seen.needing,
            "used": seen.spending.used,
            "title": _title(seen),
            "lead": _lead(seen),
            "every": every(bool(seen.counts.get(Standing.SYNCING) or seen.counts.get(Standing.WAITING))),
        }
    )


def _title(seen: Overview) -> str:
    if not seen.count:
        return "Keep your own copy of your books"
    if seen.needing:
        return f"{in_letters(seen.needing)} {'source needs' if seen.needing == 1 else 'sources need'} you"
    if seen.counts.get(Standing.NEW) == seen.count:
        return "Set up, and not synced yet"
    if seen.counts.get(Standing.PAUSED) == seen.count:
        return "Every source is paused"
    if sum(seen.counts.get(stands, 0) for stands in WELL) == seen.count:
        return (
            "Your source is on time" if seen.count == 1 else f"All {plural(seen.count, 'source')} are on time"
        )
    return "Nothing needs you"


def _lead(seen: Overview) -> list[tuple[Standing, int, str]]:
    """How many stand how; not worth a word where all are on time."""
    if set(seen.counts) <= {Standing.ON_TIME}:
        return []
    return [(stands, count, MANY.get(stands, str(stands))) for stands, count in seen.counts.items()]
