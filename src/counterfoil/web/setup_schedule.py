"""Setting up a source: what its tables are called, when it runs, and what that costs."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import drafting, drafts
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import CounterfoilError, SettingInvalid
from counterfoil.model.draft_source import DraftSource, Step
from counterfoil.model.schedule import Schedule
from counterfoil.model.schedule_text import parse
from counterfoil.model.source import prefix_fault
from counterfoil.quickbooks.catalog import catalog
from counterfoil.quickbooks.report_catalog import calls_for
from counterfoil.web import reports_form, schedule_form
from counterfoil.web.page import go, part
from counterfoil.web.schedule_form import Typed
from counterfoil.web.setup import address, company_of, setup_page, too_early
from counterfoil.web.visit import Form, Visit, Visiting

USUAL = "every 1 hour from 00:00 UTC"

routes = APIRouter()


@routes.get("/setup/{draft_id}/schedule")
def ask(visit: Visiting, draft_id: str) -> Response:
    """Prefix, frequency, and when syncing starts; without a script what was typed comes back in the address."""
    draft = drafts.show(visit.around, draft_id)
    if early := too_early(visit, draft, Step.SCHEDULE):
        return early
    asked = visit.request.query_params
    typed = schedule_form.read(asked) if "kind" in asked else _usual(visit, draft)
    return _asked(visit, draft, typed, None)


@routes.post("/setup/{draft_id}/schedule")
def choose(visit: Visiting, draft_id: str, form: Form) -> Response:
    """Keep them, and go on."""
    draft = drafts.show(visit.around, draft_id)
    typed = schedule_form.read({name: form[name] for name in Typed.__slots__})
    try:
        schedule = _checked(typed)
    except CounterfoilError as error:
        return _asked(visit, draft, typed, error)
    drafts.choose(visit.around, draft_id, replace(draft.choices, prefix=typed.prefix, schedule=str(schedule)))
    return go(address(draft, Step.DATA))


@routes.get("/setup/{draft_id}/preview")
def preview(visit: Visiting, draft_id: str) -> Response:
    """What the form comes to while it is filled in."""
    draft = drafts.show(visit.around, draft_id)
    typed = schedule_form.read(visit.request.query_params)
    return part(visit, "schedule_preview.html", swapped=True, **_preview(visit.around, draft, typed))


def _usual(visit: Visit, draft: DraftSource) -> Typed:
    """What was chosen, or what most people want."""
    chosen = draft.choices
    if chosen.schedule:
        return schedule_form.typed_of(chosen.prefix, parse(chosen.schedule))
    company = company_of(visit.around, chosen.credential)
    return schedule_form.typed_of(drafting.prefix_for(visit.around, company), parse(USUAL))


def _checked(typed: Typed) -> Schedule:
    if fault := prefix_fault(typed.prefix):
        raise SettingInvalid(f"The prefix {fault}.", do="It is put in front of every name exactly as typed.")
    return parse(typed.text)


def _asked(visit: Visit, draft: DraftSource, typed: Typed, error: CounterfoilError | None) -> Response:
    return setup_page(
        visit,
        Step.SCHEDULE,
        draft,
        error,
        typed=typed,
        guess_zone=not draft.choices.schedule and "kind" not in visit.request.query_params and error is None,
        **schedule_form.offered(),
        **_preview(visit.around, draft, typed),
    )


def _preview(around: Surroundings, draft: DraftSource, typed: Typed) -> dict[str, Any]:
    chosen, today = draft.choices.streams, around.now().date()
    streams = [stream for name, stream in catalog().items() if chosen is None or name in chosen]
    calls = calls_for(reports_form.readable(draft.choices.reports), today, today)
    return {"prefix_apart": True, **schedule_form.preview(around, typed, streams, calls=calls)}
