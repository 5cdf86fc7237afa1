"""Setting up a source: all data, or some."""

from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import counting, credentials, drafts
from counterfoil.actions.rules import report_faults
from counterfoil.errors import CounterfoilError, SettingInvalid
from counterfoil.model import report_choice
from counterfoil.model.credential import Environment
from counterfoil.model.draft_source import Choices, DraftSource, Step
from counterfoil.quickbooks.catalog import catalog
from counterfoil.web import reports_form, streams_form
from counterfoil.web.page import go, part
from counterfoil.web.setup import address, setup_page, too_early
from counterfoil.web.visit import Form, Visit, Visiting

routes = APIRouter()


@routes.get("/setup/{draft_id}/data")
def ask(visit: Visiting, draft_id: str) -> Response:
    """A tree of all streams, with what each brings."""
    draft = drafts.show(visit.around, draft_id)
    return too_early(visit, draft, Step.DATA) or _asked(visit, draft, draft.choices, None)


@routes.post("/setup/{draft_id}/data")
def choose(visit: Visiting, draft_id: str, form: Form) -> Response:
    """Keep the choice, and go on; or tick what is to be added to it, and stay."""
    draft = drafts.show(visit.around, draft_id)
    chosen, told = streams_form.read(form), reports_form.read(form)
    if form["add"]:
        added = [name for name in form["add"].split() if name in catalog()]
        ticked = tuple(dict.fromkeys((*(chosen or ()), *added)))
        drafts.choose(visit.around, draft_id, replace(draft.choices, streams=ticked, reports=told))
        return go(f"{address(draft, Step.DATA)}#streams")
    after = replace(draft.choices, streams=chosen, reports=told, streams_chosen=True)
    if (error := _fault(after)) is not None:
        return _asked(visit, draft, after, error)
    drafts.choose(visit.around, draft_id, after)
    return go(address(draft, Step.DESTINATION))


@routes.post("/setup/{draft_id}/chosen")
def chosen_so_far(visit: Visiting, draft_id: str, form: Form) -> Response:
    """What the ticks come to, while one chooses."""
    draft = drafts.show(visit.around, draft_id)
    typed = replace(draft.choices, streams=streams_form.read(form), reports=reports_form.read(form))
    return part(visit, "streams_sum.html", **_shown(visit, draft, typed))


@routes.post("/setup/{draft_id}/counts")
def counts(visit: Visiting, draft_id: str, form: Form) -> Response:
    """Ask QuickBooks how much there is of each; kept with the draft, so that it is paid for once."""
    draft = drafts.show(visit.around, draft_id)
    typed = replace(draft.choices, streams=streams_form.read(form), reports=reports_form.read(form))
    try:
        found = counting.count(visit.around, draft.choices.credential, catalog().values())
    except CounterfoilError as error:
        return _asked(visit, draft, typed, error)
    after = replace(typed, counts=found, counted_at=visit.around.now())
    drafts.choose(visit.around, draft_id, after)
    return go(address(draft, Step.DATA))


def _fault(choices: Choices) -> CounterfoilError | None:
    if choices.streams == () and not choices.reports:
        return SettingInvalid("No data is chosen.", do="Choose everything, or tick what you need.")
    try:
        faults = report_faults(report_choice.chosen(choices.reports))
    except SettingInvalid as error:
        return error
    return SettingInvalid(" ".join(faults)) if faults else None


def _asked(visit: Visit, draft: DraftSource, typed: Choices, error: CounterfoilError | None) -> Response:
    return setup_page(visit, Step.DATA, draft, error, **_shown(visit, draft, typed))


def _shown(visit: Visit, draft: DraftSource, typed: Choices) -> dict[str, object]:
    credential = credentials.show(visit.around.db, draft.choices.credential)
    return {
        "metered": credential.environment is Environment.PRODUCTION,
        **streams_form.tree(typed.streams, draft.choices.counts, typed.reports, visit.around.now().date()),
    }
