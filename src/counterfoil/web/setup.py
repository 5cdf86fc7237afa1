"""Setting up a source, step by step: its name, and what all steps share."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import credentials, drafting, drafts
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import CounterfoilError
from counterfoil.model.draft_source import Choices, DraftSource, Step
from counterfoil.model.schedule_text import in_words, parse
from counterfoil.web.errors import status_of
from counterfoil.web.page import go, page
from counterfoil.web.visit import Form, Visit, Visiting

STEPS = {
    Step.NAME: "Name",
    Step.CONNECT: "Connect",
    Step.SCHEDULE: "Schedule",
    Step.DATA: "Data",
    Step.DESTINATION: "Destination",
    Step.FIRST_SYNC: "First sync",
}
"""Each step's word; its value is the end of its address."""

ORDER = tuple(STEPS)

routes = APIRouter()


@routes.get("/setup")
def new(visit: Visiting) -> Response:
    """Begin: how is the source called?"""
    return _ask_name(visit, None, drafting.name_for(visit.around), None)


@routes.post("/setup")
def begin(visit: Visiting, form: Form) -> Response:
    """Keep the name as a draft, and go on."""
    try:
        draft = drafts.begin(visit.around, form["name"])
    except CounterfoilError as error:
        return _ask_name(visit, None, form["name"], error)
    return go(address(draft, Step.CONNECT))


@routes.get("/setup/{draft_id}")
def go_on(visit: Visiting, draft_id: str) -> Response:
    """The first step that is open."""
    draft = drafts.show(visit.around, draft_id)
    return go(address(draft, drafting.next_step(visit.around.db, draft.choices)))


@routes.get("/setup/{draft_id}/name")
def name(visit: Visiting, draft_id: str) -> Response:
    """The name again."""
    draft = drafts.show(visit.around, draft_id)
    return _ask_name(visit, draft, draft.choices.name, None)


@routes.post("/setup/{draft_id}/name")
def rename(visit: Visiting, draft_id: str, form: Form) -> Response:
    """Keep another name."""
    draft = drafts.show(visit.around, draft_id)
    try:
        drafts.choose(visit.around, draft_id, replace(draft.choices, name=form["name"]))
    except CounterfoilError as error:
        return _ask_name(visit, draft, form["name"], error)
    return go(address(draft, Step.CONNECT))


@routes.post("/setup/{draft_id}/throw-away")
def throw_away(visit: Visiting, draft_id: str, _: Form) -> Response:
    """Forget a draft."""
    drafts.throw_away(visit.around, draft_id)
    return go("/directory", "The draft is gone.")


def address(draft: DraftSource, step: Step) -> str:
    """The address of a step."""
    return f"/setup/{draft.id}/{step}"


def too_early(visit: Visit, draft: DraftSource, step: Step) -> Response | None:
    """The way to the first open step, when that comes before this one."""
    following = drafting.next_step(visit.around.db, draft.choices)
    return go(address(draft, following)) if ORDER.index(following) < ORDER.index(step) else None


def setup_page(
    visit: Visit, step: Step, draft: DraftSource | None, error: CounterfoilError | None, **shown: Any
) -> Response:
    """A step's page: the steps above it, and the stub of what was chosen beside it."""
    chosen = draft.choices if draft else Choices()
    following = drafting.next_step(visit.around.db, chosen) if draft else step
    return page(
        visit,
        f"setup_{step.replace('-', '_')}.html",
        status=status_of(error) if error else 200,
        step=step,
        steps=STEPS,
        place=ORDER.index(step),
        reached=ORDER.index(following),
        draft=draft,
        company=company_of(visit.around, chosen.credential) if chosen.credential else "",
        runs_in_words=in_words(parse(chosen.schedule)) if chosen.schedule else "",
        error=error,
        **shown,
    )


def company_of(around: Surroundings, credential_name: str) -> str:
    """The name of a credential's company, as far as it is known."""
    try:
        credential = credentials.show(around.db, credential_name)
    except CounterfoilError:
        return credential_name
    return credential.company_name or credential.realm_id


def _ask_name(
    visit: Visit, draft: DraftSource | None, typed: str, error: CounterfoilError | None
) -> Response:
    return setup_page(visit, Step.NAME, draft, error, typed=typed)
