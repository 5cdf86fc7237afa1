"""Setting up a source: all that was chosen, and its first sync."""

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import as_code, credentials, drafts
from counterfoil.actions.budget import standing
from counterfoil.errors import CounterfoilError
from counterfoil.model.cost import costs
from counterfoil.model.credential import Environment
from counterfoil.model.draft_source import DraftSource, Step
from counterfoil.model.schedule import next_runs
from counterfoil.model.schedule_text import parse
from counterfoil.quickbooks.catalog import catalog
from counterfoil.quickbooks.report_catalog import calls_for
from counterfoil.web import reports_form, streams_form
from counterfoil.web.page import go
from counterfoil.web.setup import setup_page, too_early
from counterfoil.web.visit import Form, Visit, Visiting

routes = APIRouter()


@routes.get("/setup/{draft_id}/first-sync")
def ask(visit: Visiting, draft_id: str) -> Response:
    """What, where, when, and what it costs."""
    draft = drafts.show(visit.around, draft_id)
    if early := too_early(visit, draft, Step.FIRST_SYNC):
        return early
    try:
        drafts.refuse_faults(visit.around, draft)
    except CounterfoilError as error:
        return _asked(visit, draft, error)
    return _asked(visit, draft, None)


@routes.post("/setup/{draft_id}/first-sync")
def start(visit: Visiting, draft_id: str, _: Form) -> Response:
    """Make the source, and watch its first sync."""
    draft = drafts.show(visit.around, draft_id)
    if early := too_early(visit, draft, Step.FIRST_SYNC):
        return early
    try:
        sync = drafts.finish(visit.around, draft_id)
    except CounterfoilError as error:
        return _asked(visit, draft, error)
    return go(f"/syncs/{sync.id}?first=1")


def _asked(visit: Visit, draft: DraftSource, error: CounterfoilError | None) -> Response:
    around, chosen = visit.around, draft.choices
    schedule, now = parse(chosen.schedule), around.now()
    streams = [
        stream for name, stream in catalog().items() if chosen.streams is None or name in chosen.streams
    ]
    calls = calls_for(reports_form.readable(chosen.reports), now.date(), now.date())
    credential = credentials.show(around.db, chosen.credential)
    return setup_page(
        visit,
        Step.FIRST_SYNC,
        draft,
        error,
        credential=credential,
        metered=credential.environment is Environment.PRODUCTION,
        next_run=next(iter(next_runs(schedule, now, 1)), None),
        cost=costs(schedule, streams, around.clocks, now, calls),
        budget=standing(around.db, now, around.monthly_calls),
        code=None if error else as_code.new_source(around, drafts.wanted(chosen)),
        **streams_form.tree(chosen.streams, chosen.counts, chosen.reports, now.date()),
    )
