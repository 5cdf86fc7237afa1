"""Credentials over the API: the permissions to read companies. Their tokens never leave the vault."""

from datetime import datetime
from typing import Annotated

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field

from counterfoil.actions import connecting, consenting, credentials
from counterfoil.actions.surroundings import Surroundings
from counterfoil.api.access import Editor, Viewer
from counterfoil.api.naming import Which, credential_name
from counterfoil.api.paging import After, Limit, Page, after, page
from counterfoil.api.routes import router
from counterfoil.api.versions import Told
from counterfoil.model import credential as model
from counterfoil.model.credential import CredentialState, Environment
from counterfoil.model.ending import Urgency

routes = router("credentials")
CALLBACK = "/oauth/callback"
"""Where Intuit sends people back to, below the public address."""


class Ending(BaseModel):
    """When the permission ends, and how much of a warning that takes."""

    at: datetime
    days: int
    urgency: Urgency


class Credential(BaseModel):
    """The permission to read one company."""

    id: str
    name: str = Field(examples=["acme"])
    realm_id: str = Field(description="The company's id at QuickBooks.", examples=["9130357849000001"])
    environment: Environment
    company_name: str = Field(examples=["Acme & Söhne"])
    state: CredentialState
    ending: Ending | None = Field(description="Null where it never began or is over.")
    created_at: datetime
    version: int


class Wanted(BaseModel):
    """Which company is to be connected: a new credential by its name, or one that exists, to be reconnected."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field("", max_length=100, description="For a new one.", examples=["acme"])
    environment: Environment = Environment.PRODUCTION
    credential: str = Field("", max_length=100, description="The name of one that is to be reconnected.")


class Asked(BaseModel):
    """A question to Intuit that was begun."""

    id: str = Field(description="Ask with it what came of it.")
    url: str = Field(description="Send a browser there; Intuit leads it back to us.")


class Answered(BaseModel):
    """What became of a question: still open when all is empty."""

    credential_id: str = ""
    code: str = ""
    what: str = ""
    do: str = ""


class Company(BaseModel):
    """A company as QuickBooks tells of it."""

    name: str
    country: str
    currency: str


class Disconnected(BaseModel):
    """A credential without its grant, and the sources that stand still until it is connected again."""

    credential: Credential
    sources: list[str]


@routes.get("", operation_id="listCredentials")
def list_(
    around: Viewer, limit: Limit = 50, last: Annotated[After, Query(alias="after")] = ""
) -> Page[Credential]:
    """All credentials, by name."""
    chosen = after(credentials.every(around.db), _name, last, limit)
    return page(chosen, lambda one: _told(around, one), _name, limit=limit)


@routes.post("/connect", operation_id="connectCredential", status_code=201)
def connect(request: Request, around: Editor, wanted: Wanted) -> Asked:
    """Begin to connect a company: the answer's `url` is for a browser, in which someone signs in at Intuit."""
    wish = consenting.Wish(name=wanted.name, environment=wanted.environment, credential=wanted.credential)
    asked = consenting.begin(around, wish, redirect_uri=request.app.state.public_url + CALLBACK)
    return Asked(id=asked.id, url=asked.url)


@routes.get("/connect/{question}", operation_id="showConnect")
def connected(around: Viewer, question: str) -> Answered:
    """What became of a question to Intuit."""
    found = consenting.result(around, question)
    return Answered(credential_id=found.result, code=found.code, what=found.what, do=found.do)


@routes.get("/{credential}", operation_id="showCredential")
def show(around: Viewer, credential: Which) -> Credential:
    """One credential."""
    return _told(around, credentials.show(around.db, credential_name(around.db, credential)))


@routes.post("/{credential}/check", operation_id="checkCredential")
def check(around: Editor, credential: Which) -> Company:
    """Prove that it still opens its company, by reading that: two metered calls."""
    found = connecting.check(around, credential_name(around.db, credential))
    return Company(name=found.name, country=found.country, currency=found.currency)


@routes.post("/{credential}/disconnect", operation_id="disconnectCredential")
def disconnect(around: Editor, credential: Which) -> Disconnected:
    """Give the permission back to Intuit; tables and cursors stay."""
    ended = connecting.disconnect(around, credential_name(around.db, credential))
    return Disconnected(credential=_told(around, ended.credential), sources=list(ended.sources))


@routes.delete("/{credential}", operation_id="removeCredential", status_code=204)
def remove(around: Editor, credential: Which, version: Told) -> None:
    """Forget a credential and its tokens; refused while a source uses it."""
    credentials.remove(around, credential_name(around.db, credential), version=version)


def _name(credential: model.Credential) -> str:
    return credential.name


def _told(around: Surroundings, credential: model.Credential) -> Credential:
    end = credentials.ending(around.db, credential, around.now())
    return Credential(
        id=credential.id,
        name=credential.name,
        realm_id=credential.realm_id,
        environment=credential.environment,
        company_name=credential.company_name,
        state=credential.state,
        ending=None if end is None else Ending(at=end.at, days=end.days, urgency=end.urgency),
        created_at=credential.created_at,
        version=credential.version,
    )
