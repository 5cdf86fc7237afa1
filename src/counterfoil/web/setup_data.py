"""Setting up a source: all data, or some."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import counting, drafts
from counterfoil.errors import CounterfoilError, SettingInvalid
from counterfoil.model.draft_source import DraftSource
from counterfoil.model.stream import Family, Stream
from counterfoil.quickbooks.catalog import catalog
from counterfoil.web.page import go, part
from counterfoil.web.setup import address, setup_page
from counterfoil.web.visit import Form, Visit, Visiting

TITLES = {Family.LIST: "Lists", Family.TRANSACTION: "Transactions"}

routes = APIRouter()


@routes.get("/setup/{draft_id}/data")
def ask(visit: Visiting, draft_id: str) -> Response:
    """A tree of all streams, with what each brings."""
    draft = drafts.show(visit.around, draft_id)
    return _asked(visit, draft, draft.choices.streams, None)


@routes.post("/setup/{draft_id}/data")
def choose(visit: Visiting, draft_id: str, form: Form) -> Response:
    """Keep the choice, and go on."""
    draft = drafts.show(visit.around, draft_id)
    chosen = (
        None if form["all"] == "yes" else tuple(name for name in form.every("stream") if name in catalog())
    )
    if chosen == ():
        error = SettingInvalid("No data is chosen.", do="Choose everything, or tick what you need.")
        return _asked(visit, draft, chosen, error)
    drafts.choose(visit.around, draft_id, replace(draft.choices, streams=chosen))
    return go(address(draft, "destination"))


@routes.post("/setup/{draft_id}/counts")
def counts(visit: Visiting, draft_id: str, _: Form) -> Response:
    """Ask QuickBooks how much there is of each; kept with the draft, so that it is paid for once."""
    draft = drafts.show(visit.around, draft_id)
    fault: CounterfoilError | None = None
    try:
        found = counting.count(visit.around, draft.choices.credential, catalog().values())
        draft = drafts.choose(visit.around, draft_id, replace(draft.choices, counts=found))
    except CounterfoilError as error:
        fault = error
    if visit.request.headers.get("HX-Request"):
        return part(
            visit, "streams_tree.html", draft=draft, **_tree(draft, draft.choices.streams), error=fault
        )
    return _asked(visit, draft, draft.choices.streams, fault)


def _asked(
    visit: Visit, draft: DraftSource, chosen: tuple[str, ...] | None, error: CounterfoilError | None
) -> Response:
    return setup_page(visit, "data", draft, error, **_tree(draft, chosen))


def _tree(draft: DraftSource, chosen: tuple[str, ...] | None) -> dict[str, Any]:
    groups = [
        (title, sorted(_of(family), key=lambda stream: stream.name)) for family, title in TITLES.items()
    ]
    return {
        "chosen": chosen,
        "groups": [(title, streams) for title, streams in groups if streams],
        "counts": draft.choices.counts,
        "countable": sum(1 for stream in catalog().values() if counting.countable(stream)),
    }


def _of(family: Family) -> list[Stream]:
    return [stream for stream in catalog().values() if stream.family is family]
