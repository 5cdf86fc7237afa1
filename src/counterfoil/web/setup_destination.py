"""Setting up a source: where its tables live, and its first sync."""

from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import destination_changes, destinations, drafts, proving
from counterfoil.actions.destination_changes import NewDestination
from counterfoil.destinations import KINDS
from counterfoil.errors import AlreadyExists, CounterfoilError, SettingInvalid
from counterfoil.model.connection import dataset_fault
from counterfoil.model.draft_source import DraftSource
from counterfoil.web.page import go
from counterfoil.web.setup import address, setup_page
from counterfoil.web.visit import Form, Visit, Visiting

routes = APIRouter()
DUCKDB = "duckdb"
LAKE = "books"


@routes.get("/setup/{draft_id}/destination")
def ask(visit: Visiting, draft_id: str, added: str = "") -> Response:
    """The destinations that exist; `added` was made just now."""
    draft = drafts.show(visit.around, draft_id)
    chosen = dict(draft.choices.feeds) | ({added: ""} if added else {})
    return _asked(visit, draft, chosen, None)


@routes.post("/setup/{draft_id}/destination")
def choose(visit: Visiting, draft_id: str, form: Form) -> Response:
    """Keep the choice, make the source, and watch its first sync."""
    draft = drafts.show(visit.around, draft_id)
    chosen = {name: form[f"dataset.{name}"] for name in form.every("destination")}
    try:
        _keep(visit, draft, chosen)
        sync = drafts.finish(visit.around, draft_id)
    except CounterfoilError as error:
        return _asked(visit, draft, chosen, error)
    return go(f"/syncs/{sync.id}")


@routes.post("/setup/{draft_id}/duckdb")
def one_click(visit: Visiting, draft_id: str, _: Form) -> Response:
    """A DuckDB file in the home folder, proved and chosen."""
    draft = drafts.show(visit.around, draft_id)
    path = visit.around.staging.parent / f"{LAKE}.duckdb"
    try:
        made = destination_changes.create(
            visit.around, NewDestination(name=LAKE, kind=DUCKDB, options={"path": str(path)})
        )
        proved = proving.prove(visit.around, made)
    except AlreadyExists:
        return go(f"{address(draft, 'destination')}?added={LAKE}")
    except CounterfoilError as error:
        return _asked(visit, draft, {}, error)
    failed = next((step for step in proved if step.proof is proving.Proof.FAILED), None)
    if failed is not None:
        return _asked(visit, draft, {}, SettingInvalid(failed.what, do=failed.do))
    return go(f"{address(draft, 'destination')}?added={made.name}", f"{path} is ready.")


def _keep(visit: Visit, draft: DraftSource, chosen: dict[str, str]) -> None:
    if not chosen:
        raise SettingInvalid("No destination is chosen.", do="Tick one, or add one.")
    for name, dataset in chosen.items():
        if dataset and (fault := dataset_fault(dataset)):
            raise SettingInvalid(f"The dataset of {name} {fault}.")
    drafts.choose(visit.around, draft.id, replace(draft.choices, feeds=tuple(chosen.items())))


def _asked(
    visit: Visit, draft: DraftSource, chosen: dict[str, str], error: CounterfoilError | None
) -> Response:
    known = destinations.every(visit.around.db)
    return setup_page(
        visit,
        "destination",
        draft,
        error,
        chosen=chosen,
        destinations=[(each, KINDS[each.kind]) for each in known if each.kind in KINDS],
        one_click=DUCKDB in KINDS and all(each.name != LAKE for each in known),
    )
