"""Setting up a source, step by step: its name, and the company it reads."""

from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import apps, credentials, drafts
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import CounterfoilError
from counterfoil.model.credential import CredentialState, Environment
from counterfoil.model.draft_source import DraftSource
from counterfoil.store import sources
from counterfoil.web.errors import status_of
from counterfoil.web.page import go, page
from counterfoil.web.visit import Form, Visit, Visiting

STEPS = (
    ("name", "Name"),
    ("connect", "Connect"),
    ("schedule", "Schedule"),
    ("data", "Data"),
    ("destination", "Destination"),
    ("first-sync", "First sync"),
)
"""The address of each step, and its word."""

routes = APIRouter()


@routes.get("/setup")
def new(visit: Visiting) -> Response:
    """Begin: how is the source called?"""
    return _ask_name(visit, None, "", None)


@routes.post("/setup")
def begin(visit: Visiting, form: Form) -> Response:
    """Keep the name as a draft, and go on."""
    try:
        draft = drafts.begin(visit.around, form["name"])
    except CounterfoilError as error:
        return _ask_name(visit, None, form["name"], error)
    return go(address(draft, "connect"))


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
    return go(address(draft, "connect"))


@routes.get("/setup/{draft_id}/connect")
def connect(visit: Visiting, draft_id: str, connected: str = "") -> Response:
    """Which company: one that is connected, or a new one. `connected` was connected just now."""
    draft = drafts.show(visit.around, draft_id)
    return _ask_company(visit, draft, connected or draft.choices.credential, None)


@routes.post("/setup/{draft_id}/connect")
def choose_company(visit: Visiting, draft_id: str, form: Form) -> Response:
    """Keep which credential to use, and go on."""
    draft = drafts.show(visit.around, draft_id)
    try:
        chosen = credentials.show(visit.around.db, form["credential"])
        drafts.choose(visit.around, draft_id, replace(draft.choices, credential=chosen.name))
    except CounterfoilError as error:
        return _ask_company(visit, draft, "", error)
    return go(address(draft, "schedule"))


@routes.post("/setup/{draft_id}/throw-away")
def throw_away(visit: Visiting, draft_id: str, _: Form) -> Response:
    """Forget a draft."""
    drafts.throw_away(visit.around, draft_id)
    return go("/directory", "The draft is gone.")


def address(draft: DraftSource, step: str) -> str:
    """The address of a step."""
    return f"/setup/{draft.id}/{step}"


def setup_page(
    visit: Visit, step: str, draft: DraftSource | None, error: CounterfoilError | None, **shown: object
) -> Response:
    """A step's page: the steps above it, and the stub of what was chosen beside it."""
    chosen = draft.choices if draft else None
    company = _company(visit.around, chosen.credential) if chosen and chosen.credential else ""
    return page(
        visit,
        f"setup_{step.replace('-', '_')}.html",
        status=status_of(error) if error else 200,
        step=step,
        steps=STEPS,
        place=[each for each, _ in STEPS].index(step),
        draft=draft,
        company=company,
        error=error,
        **shown,
    )


def _ask_name(
    visit: Visit, draft: DraftSource | None, typed: str, error: CounterfoilError | None
) -> Response:
    return setup_page(visit, "name", draft, error, typed=typed)


def _ask_company(visit: Visit, draft: DraftSource, chosen: str, error: CounterfoilError | None) -> Response:
    around = visit.around
    known = credentials.every(around.db)
    used = [source.credential.id for source in sources.every(around.db)]
    return setup_page(
        visit,
        "connect",
        draft,
        error,
        chosen=chosen,
        credentials=[
            (each, credentials.ending(around.db, each, around.now()), used.count(each.id)) for each in known
        ],
        connected=CredentialState.CONNECTED,
        apps={each: apps.show(around, each) for each in Environment},
    )


def _company(around: Surroundings, name: str) -> str:
    try:
        credential = credentials.show(around.db, name)
    except CounterfoilError:
        return name
    return credential.company_name or credential.realm_id
