"""Setting up a source: where its tables live."""

from dataclasses import replace
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import destination_changes, destination_views, destinations, drafts, proving
from counterfoil.actions.destination_changes import NewDestination
from counterfoil.destinations import KINDS
from counterfoil.errors import AlreadyExists, CounterfoilError, SettingInvalid
from counterfoil.model.connection import dataset_fault
from counterfoil.model.draft_source import DraftSource, Step
from counterfoil.web.page import go
from counterfoil.web.setup import address, setup_page, too_early
from counterfoil.web.visit import Form, Posted, Visit, Visiting

routes = APIRouter()
DUCKDB = "duckdb"
LAKE = "books"


@routes.get("/setup/{draft_id}/destination")
def ask(visit: Visiting, draft_id: str, added: str = "") -> Response:
    """The destinations that exist; `added` was made just now."""
    draft = drafts.show(visit.around, draft_id)
    known = {each.name for each in destinations.every(visit.around.db)}
    chosen = {name: dataset for name, dataset in draft.choices.feeds if name in known}
    if added in known:
        chosen.setdefault(added, "")
    return too_early(visit, draft, Step.DESTINATION) or _asked(visit, draft, chosen, None)


@routes.post("/setup/{draft_id}/destination")
def choose(visit: Visiting, draft_id: str, form: Form) -> Response:
    """Keep the choice, and look at all of it; or keep it for a moment, and make another destination."""
    draft = drafts.show(visit.around, draft_id)
    chosen = _ticked(form)
    after = replace(draft.choices, feeds=tuple(chosen.items()))
    if form["do"] == "add":
        drafts.choose(visit.around, draft_id, after)
        return go(f"/destinations/new?back={address(draft, Step.DESTINATION)}")
    try:
        _refuse_faults(chosen)
        drafts.refuse_faults(visit.around, replace(draft, choices=after))
        drafts.choose(visit.around, draft_id, after)
    except CounterfoilError as error:
        return _asked(visit, draft, chosen, error)
    return go(address(draft, Step.FIRST_SYNC))


@routes.post("/setup/{draft_id}/duckdb")
def one_click(visit: Visiting, draft_id: str, form: Form) -> Response:
    """A DuckDB file in the home folder, proved and chosen."""
    draft = drafts.show(visit.around, draft_id)
    chosen = _ticked(form)
    path = visit.around.staging.parent / f"{LAKE}.duckdb"
    new = NewDestination(name=LAKE, kind=DUCKDB, options={"path": str(path)})
    try:
        made = destination_changes.create(visit.around, new)
        proved = proving.prove(visit.around, made)
    except AlreadyExists:
        return go(f"{address(draft, Step.DESTINATION)}?added={LAKE}")
    except CounterfoilError as error:
        return _asked(visit, draft, chosen, error)
    if failed := proving.failure(proved):
        return _asked(visit, draft, chosen, SettingInvalid(failed.what, do=failed.do or failed.grant))
    drafts.choose(visit.around, draft_id, replace(draft.choices, feeds=tuple(chosen.items())))
    return go(f"{address(draft, Step.DESTINATION)}?added={quote(made.name)}", f"{path} is ready.")


def _ticked(form: Posted) -> dict[str, str]:
    return {name: form[f"dataset.{name}"] for name in form.every("destination")}


def _refuse_faults(chosen: dict[str, str]) -> None:
    if not chosen:
        raise SettingInvalid("No destination is chosen.", do="Tick one, or add one.")
    for name, dataset in chosen.items():
        if dataset and (fault := dataset_fault(dataset)):
            raise SettingInvalid(
                f"The dataset of {name} {fault}.", do="Give another, or leave it empty for the usual one."
            )


def _asked(
    visit: Visit, draft: DraftSource, chosen: dict[str, str], error: CounterfoilError | None
) -> Response:
    known = destination_views.every(visit.around)
    return setup_page(
        visit,
        Step.DESTINATION,
        draft,
        error,
        chosen=chosen,
        destinations=[view for view in known if view.kind],
        one_click=DUCKDB in KINDS and all(view.destination.name != LAKE for view in known),
        file=visit.around.staging.parent / f"{LAKE}.duckdb",
    )
