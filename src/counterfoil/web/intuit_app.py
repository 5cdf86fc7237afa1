"""The app at Intuit: a page that makes one with the user, and checks it."""

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import apps
from counterfoil.actions.consenting import page_of_ours
from counterfoil.actions.installation import WEBHOOKS
from counterfoil.errors import CounterfoilError
from counterfoil.model.credential import Environment
from counterfoil.web.consent import CALLBACK
from counterfoil.web.errors import status_of
from counterfoil.web.page import go, page
from counterfoil.web.visit import Form, Visit, Visiting

routes = APIRouter()


@routes.get("/app")
def show(visit: Visiting, environment: str = "production", back: str = "") -> Response:
    """The steps at Intuit, what to copy, and where the keys go."""
    return _shown(visit, _world(environment), page_of_ours(back), client_id="", error=None)


@routes.post("/app")
def save(visit: Visiting, form: Form) -> Response:
    """Keep the keys, and ask Intuit whether it knows them."""
    world, back = _world(form["environment"]), page_of_ours(form["back"])
    version = int(form["version"]) if form["version"].isdigit() else None
    try:
        if form["client_id"]:
            apps.save(
                visit.around,
                world,
                client_id=form["client_id"],
                client_secret=form["client_secret"],
                verifier_token=form["verifier_token"],
                version=version,
            )
        apps.check(visit.around, world)
    except CounterfoilError as error:
        return _shown(visit, world, back, client_id=form["client_id"], error=error)
    return go(back or f"/app?environment={world}", "Intuit knows this app.")


def _shown(
    visit: Visit, world: Environment, back: str, *, client_id: str, error: CounterfoilError | None
) -> Response:
    ours = visit.request.app.state.public_url
    view = apps.show(visit.around, world)
    return page(
        visit,
        "intuit_app.html",
        status=status_of(error) if error else 200,
        world=world,
        worlds=list(Environment),
        app=view,
        client_id=client_id or view.client_id,
        steps=apps.steps(world, ours + CALLBACK),
        webhooks_address=ours + WEBHOOKS,
        back=back,
        error=error,
    )


def _world(name: str) -> Environment:
    return Environment.SANDBOX if name == Environment.SANDBOX else Environment.PRODUCTION
