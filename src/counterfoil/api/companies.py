"""Views over all companies of a destination over the API: see them, have them made, take them away."""

from pydantic import BaseModel, ConfigDict, Field

from counterfoil.actions import companies
from counterfoil.actions.surroundings import Surroundings
from counterfoil.api.access import Editor, Viewer
from counterfoil.api.naming import Which, destination_name
from counterfoil.api.routes import router
from counterfoil.api.versions import Needed, Told
from counterfoil.model import member as model

routes = router("companies", path="/destinations/{destination}/companies")


class Union(BaseModel):
    """Which views are to stand over all companies of a destination."""

    model_config = ConfigDict(extra="forbid")

    dataset: str = Field(model.DATASET, max_length=63, description="Where they stand; no source may feed it.")
    currency: str = Field(
        "",
        max_length=3,
        description="In which statements of all companies are summed too; empty: in none.",
        examples=["USD"],
    )


class Company(BaseModel):
    """A company of a destination, and the source that brings it there."""

    realm_id: str
    name: str
    source: str


class View(BaseModel):
    """A view, and the query that it is, in the SQL of the destination."""

    name: str
    sql: str


class Companies(BaseModel):
    """The companies of a destination; `views` is what stands over them, or would."""

    destination: str
    wanted: Union | None = Field(description="Null: no views stand over them.")
    companies: list[Company]
    views: list[View]
    made: list[str] = Field(description="The names of the views that are there, in their order.")
    version: int


@routes.get("", operation_id="showCompanies")
def show(around: Viewer, destination: Which) -> Companies:
    """The companies of a destination, and the views over all of them."""
    return _told(around, destination_name(around.db, destination))


@routes.put("", operation_id="uniteCompanies")
def unite(around: Editor, destination: Which, wanted: Union, version: Needed) -> Companies:
    """Make views over all companies now; every sync into the destination keeps them in step."""
    name = destination_name(around.db, destination)
    union = model.Union(dataset=wanted.dataset, currency=wanted.currency)
    companies.install(around, name, union, version=version)
    return _told(around, name)


@routes.delete("", operation_id="separateCompanies", status_code=204)
def separate(around: Editor, destination: Which, version: Told) -> None:
    """Take the views over all companies away; all tables stay."""
    companies.remove(around, destination_name(around.db, destination), version=version)


def union_told(union: model.Union | None) -> Union | None:
    """What is wanted, as the API tells it."""
    return None if union is None else Union(dataset=union.dataset, currency=union.currency)


def _told(around: Surroundings, name: str) -> Companies:
    shown, standing = companies.show(around, name), companies.look(around, name)
    return Companies(
        destination=name,
        wanted=union_told(standing.union),
        companies=[
            Company(realm_id=one.realm_id, name=one.company, source=one.source) for one in shown.members
        ],
        views=[View(name=view.name, sql=view.sql) for view in shown.views],
        made=list(standing.made.names) if standing.made else [],
        version=shown.destination.version,
    )
