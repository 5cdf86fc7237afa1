"""Configuration as code over the API: a YAML file in, what it changes out."""

from typing import Annotated

from fastapi import Body, Query, Response
from pydantic import BaseModel, Field

from counterfoil.actions.apply import apply as apply_
from counterfoil.actions.differences import Did
from counterfoil.actions.document import Document
from counterfoil.actions.export import export as export_
from counterfoil.api.access import Editor, Viewer
from counterfoil.api.routes import router

routes = router("configuration", path="")

YAML = "application/yaml"
NAME = "configuration.yaml"


class Difference(BaseModel):
    """One field of a thing; empty where it is not set."""

    field: str
    before: str
    after: str


class Change(BaseModel):
    """A thing, and what was done with it; `note` says what follows from that."""

    noun: str = Field(examples=["source"])
    name: str
    did: Did
    note: str
    differences: list[Difference]


class Plan(BaseModel):
    """What a file changes, or, in a dry run, would change."""

    dry_run: bool
    changes: list[Change]


EXAMPLE = """\
version: 1
credentials:
  - name: acme
    realm_id: "9130357849000001"
destinations:
  - name: warehouse
    kind: duckdb
    options:
      path: /srv/books.duckdb
sources:
  - name: acme
    credential: acme
    schedule: every 15 minutes
    destinations: [warehouse]
"""


@routes.post("/apply", operation_id="applyConfiguration")
def apply(
    around: Editor,
    text: Annotated[bytes, Body(media_type=YAML, examples=[EXAMPLE])],
    dry_run: Annotated[bool, Query(description="Only tell what would change.")] = False,  # noqa: FBT002 - a query
) -> Plan:
    """Make credentials, destinations and sources agree with a YAML file, wholly or not at all."""
    document = Document(filename=NAME, text=text.decode("utf-8", "replace"))
    changes = apply_(around, document, dry_run=dry_run)
    return Plan(
        dry_run=dry_run, changes=[Change.model_validate(change, from_attributes=True) for change in changes]
    )


@routes.get(
    "/export",
    operation_id="exportConfiguration",
    response_class=Response,
    responses={200: {"content": {YAML: {"schema": {"type": "object"}}}}},
)
def export(around: Viewer) -> Response:
    """Everything as a YAML file, without secrets: applied to an empty home, it makes the same again."""
    return Response(export_(around.db), media_type=YAML)
