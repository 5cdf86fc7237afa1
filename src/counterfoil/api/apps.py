"""The app at Intuit over the API: whether there is one, its keys to give, a check that Intuit knows them."""

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from counterfoil.actions import apps
from counterfoil.actions.apps import AppView
from counterfoil.api.access import Admin, Editor, Viewer
from counterfoil.api.credentials import CALLBACK
from counterfoil.api.routes import router
from counterfoil.api.versions import Needed
from counterfoil.model.credential import Environment

routes = router("apps")


class App(BaseModel):
    """What may be shown of an app; its secrets never are."""

    environment: Environment
    client_id: str
    given: str = Field(
        description="Where its keys come from: settings, stored, or nowhere.", examples=["stored"]
    )
    webhooks: bool = Field(description="Whether there is a token to check webhooks with.")
    version: int = Field(description="0 where none is stored.")


class Keys(BaseModel):
    """An app's keys, as Intuit shows them. A secret that is left empty stays as it was."""

    model_config = ConfigDict(extra="forbid")

    client_id: str = Field(max_length=500)
    client_secret: SecretStr = Field(SecretStr(""), max_length=500)
    verifier_token: SecretStr = Field(SecretStr(""), max_length=500)


class Step(BaseModel):
    """Something to do at Intuit, and what to copy there."""

    what: str
    copy_this: str


class Steps(BaseModel):
    """How to make an app."""

    items: list[Step]


@routes.get("/{environment}", operation_id="showApp")
def show(around: Viewer, environment: Environment) -> App:
    """The app for one of Intuit's two worlds."""
    return _told(apps.show(around, environment))


@routes.put("/{environment}", operation_id="saveApp")
def save(around: Admin, environment: Environment, keys: Keys, version: Needed) -> App:
    """Keep an app's keys, sealed."""
    view = apps.save(
        around,
        environment,
        client_id=keys.client_id,
        client_secret=keys.client_secret.get_secret_value(),
        verifier_token=keys.verifier_token.get_secret_value(),
        version=version,
    )
    return _told(view)


@routes.post("/{environment}/check", operation_id="checkApp", status_code=204)
def check(around: Editor, environment: Environment) -> None:
    """Ask Intuit whether it knows the keys; no company and no metered call is needed."""
    apps.check(around, environment)


@routes.get("/{environment}/steps", operation_id="showAppSteps")
def steps(_: Viewer, request: Request, environment: Environment) -> Steps:
    """How to make an app at Intuit, with the address to copy there."""
    told = apps.steps(environment, request.app.state.public_url + CALLBACK)
    return Steps(items=[Step(what=what, copy_this=copied) for what, copied in told])


def _told(view: AppView) -> App:
    return App(
        environment=view.environment,
        client_id=view.client_id,
        given=view.given,
        webhooks=view.webhooks,
        version=view.version,
    )
