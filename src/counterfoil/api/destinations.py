"""Destinations over the API: configured warehouses. Secrets go in and never come out."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from counterfoil.actions import destination_changes, destinations, proving
from counterfoil.actions.destination_changes import NewDestination
from counterfoil.actions.proving import Proof
from counterfoil.api.access import Editor, Viewer
from counterfoil.api.companies import Union, union_told
from counterfoil.api.naming import Which, destination_name
from counterfoil.api.paging import After, Limit, Page, after, page
from counterfoil.api.routes import router
from counterfoil.api.versions import Needed, Told
from counterfoil.logs import mask
from counterfoil.model import destination as model

routes = router("destinations")

Options = Annotated[
    dict[Annotated[str, Field(max_length=60)], Annotated[str, Field(max_length=20_000)]],
    Field(
        max_length=60,
        description=(
            "By name, as text; /api/v1/kinds tells which. A secret is `${NAME}`, looked up where the service runs, or "
            "the secret itself, which is sealed and from then on shown as `${@option}`; send that to keep it."
        ),
        examples=[{"path": "/srv/books.duckdb"}],
    ),
]


class Destination(BaseModel):
    """A configured warehouse."""

    id: str
    name: str = Field(examples=["warehouse"])
    kind: str = Field(examples=["duckdb"])
    options: Options
    companies: Union | None = Field(
        description="Which views stand over all its companies; null: none. See /companies below it."
    )
    created_at: datetime
    version: int


class Wanted(BaseModel):
    """A destination to make."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=100, examples=["warehouse"])
    kind: str = Field(max_length=60, examples=["duckdb"])
    options: Options = {}


class Edited(BaseModel):
    """What is to change; what is left out stays. `options` are then all of them."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(None, max_length=100)
    options: Options | None = None


class Step(BaseModel):
    """One step of a proof, what became of it, and, where it failed, what to do and what to grant."""

    name: str
    proof: Proof
    code: str
    what: str
    do: str
    grant: str


class Proved(BaseModel):
    """Whether a destination works, step by step."""

    works: bool
    steps: list[Step]


class Where(BaseModel):
    """In which dataset to try it."""

    model_config = ConfigDict(extra="forbid")

    dataset: str = Field("", max_length=63, description="Empty: the kind's own.")


@routes.get("", operation_id="listDestinations")
def list_(
    around: Viewer,
    kind: Annotated[str | None, Query(max_length=60, description="Of this kind.")] = None,
    limit: Limit = 50,
    last: Annotated[After, Query(alias="after")] = "",
) -> Page[Destination]:
    """All destinations, by name."""
    chosen = [one for one in destinations.every(around.db) if kind in (None, one.kind)]
    return page(after(chosen, _name, last, limit), _told, _name, limit=limit)


@routes.post("", operation_id="createDestination", status_code=201)
def create(around: Editor, wanted: Wanted) -> Destination:
    """Make a destination; then prove that it works."""
    new = NewDestination(name=wanted.name, kind=wanted.kind, options=wanted.options)
    return _told(destination_changes.create(around, new))


@routes.get("/{destination}", operation_id="showDestination")
def show(around: Viewer, destination: Which) -> Destination:
    """One destination."""
    return _told(destinations.show(around.db, destination_name(around.db, destination)))


@routes.patch("/{destination}", operation_id="changeDestination")
def change(around: Editor, destination: Which, changes: Edited, version: Needed) -> Destination:
    """Rename a destination, or give it other options. As another warehouse it is filled anew."""
    name = destination_name(around.db, destination)
    return _told(
        destination_changes.change(
            around, name, new_name=changes.name, options=changes.options, version=version
        )
    )


@routes.post("/{destination}/prove", operation_id="proveDestination")
def prove(around: Editor, destination: Which, where: Where) -> Proved:
    """Try a destination step by step; no table stays behind."""
    found = destinations.show(around.db, destination_name(around.db, destination))
    steps = proving.prove(around, found, where.dataset)
    return Proved(
        works=all(step.proof is Proof.WORKED for step in steps),
        steps=[
            Step(
                name=step.name,
                proof=step.proof,
                code=step.code,
                what=mask(step.what),
                do=mask(step.do),
                grant=step.grant,
            )
            for step in steps
        ],
    )


@routes.delete("/{destination}", operation_id="removeDestination", status_code=204)
def remove(around: Editor, destination: Which, version: Told) -> None:
    """Forget a destination; its tables stay in the warehouse."""
    destinations.remove(around, destination_name(around.db, destination), version=version)


def _name(destination: model.Destination) -> str:
    return destination.name


def _told(destination: model.Destination) -> Destination:
    return Destination(
        id=destination.id,
        name=destination.name,
        kind=destination.kind,
        options=dict(destination.options),
        companies=union_told(destination.companies),
        created_at=destination.created_at,
        version=destination.version,
    )
