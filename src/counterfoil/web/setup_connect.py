"""Setting up a source: which company it reads."""

from dataclasses import replace
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import apps, credential_views, credentials, drafts
from counterfoil.actions.credential_views import CredentialView
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import CounterfoilError, NotFound
from counterfoil.model.credential import CredentialState, Environment
from counterfoil.model.draft_source import Choices, DraftSource, Step
from counterfoil.store.consents import PendingConsent
from counterfoil.web.consent import CALLBACK, answer_of
from counterfoil.web.page import go
from counterfoil.web.setup import address, setup_page
from counterfoil.web.visit import Form, Visit, Visiting

routes = APIRouter()


@routes.get("/setup/{draft_id}/connect")
def ask(visit: Visiting, draft_id: str, connected: str = "", answer: str = "", q: str = "") -> Response:
    """One that is connected, or a new one; `q` narrows them.

    `connected` was connected just now; `answer` is what Intuit refused.
    """
    draft = drafts.show(visit.around, draft_id)
    chosen = connected or draft.choices.credential
    return _asked(visit, draft, chosen, None, refused=answer_of(visit, answer), q=q[:200])


@routes.post("/setup/{draft_id}/connect")
def choose(visit: Visiting, draft_id: str, form: Form) -> Response:
    """Keep which credential to use, and go on."""
    draft = drafts.show(visit.around, draft_id)
    try:
        chosen = credentials.usable(visit.around.db, form["credential"])
        drafts.choose(visit.around, draft_id, _with(draft, chosen.name))
    except CounterfoilError as error:
        return _asked(visit, draft, form["credential"], error)
    return go(address(draft, Step.SCHEDULE))


def _with(draft: DraftSource, credential: str) -> Choices:
    """Another company has other counts."""
    if credential == draft.choices.credential:
        return draft.choices
    return replace(draft.choices, credential=credential, counts={}, counted_at=None)


def _asked(
    visit: Visit,
    draft: DraftSource,
    chosen: str,
    error: CounterfoilError | None,
    *,
    refused: PendingConsent | None = None,
    q: str = "",
) -> Response:
    around = visit.around
    found = credential_views.listed(around, q)
    intuit = urlsplit(around.app.authorize_url)
    return setup_page(
        visit,
        Step.CONNECT,
        draft,
        error,
        chosen=chosen,
        refused=refused,
        q=q,
        found=found,
        credentials=_with_chosen(around, found.views, chosen),
        connected=CredentialState.CONNECTED,
        apps={each: apps.show(around, each) for each in Environment},
        elsewhere="" if (intuit.hostname or "").endswith(".intuit.com") else intuit.netloc,
        redirect_uri=visit.request.app.state.public_url + CALLBACK,
    )


def _with_chosen(
    around: Surroundings, found: tuple[CredentialView, ...], chosen: str
) -> tuple[CredentialView, ...]:
    """The chosen one first, if the others are too many to hold it."""
    if not chosen or any(view.credential.name == chosen for view in found):
        return found
    try:
        return (credential_views.show(around, chosen), *found)
    except NotFound:
        return found
