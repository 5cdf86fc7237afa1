"""Kinds of destinations over the API: which there are, and what each wants to know."""

from pydantic import BaseModel, Field

from counterfoil.api.access import Viewer
from counterfoil.api.routes import router
from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Kind as ModelKind
from counterfoil.destinations.base import Option as ModelOption

routes = router("kinds")


class Option(BaseModel):
    """One thing that a kind wants to know. Every value is given as text."""

    name: str
    help: str
    type: str = Field(examples=["str", "int", "bool"])
    required: bool
    secret: bool = Field(description="Given as `${NAME}`, looked up where the service runs; never shown.")
    default: str | None
    choices: list[str] = Field(description="What it may be; empty where any text will do.")


class Kind(BaseModel):
    """A kind of warehouse."""

    name: str = Field(examples=["duckdb"])
    title: str
    options: list[Option]
    default_dataset: str
    longest_name: int = Field(description="Characters that a table's name may have, prefix included.")
    all_tables_at_once: bool = Field(description="Whether all tables of a sync become visible in one moment.")


class Kinds(BaseModel):
    """All of them."""

    items: list[Kind]


@routes.get("", operation_id="listKinds")
def list_(_: Viewer) -> Kinds:
    """Every kind of warehouse with its options."""
    return Kinds(items=[_told(kind) for kind in KINDS.values()])


def _told(kind: ModelKind) -> Kind:
    return Kind(
        name=kind.name,
        title=kind.title,
        options=[_option(option) for option in kind.options],
        default_dataset=kind.capabilities.default_dataset,
        longest_name=kind.capabilities.longest_name,
        all_tables_at_once=kind.capabilities.all_tables_at_once,
    )


def _option(option: ModelOption) -> Option:
    return Option(
        name=option.name,
        help=option.help,
        type=option.type.__name__,
        required=option.required,
        secret=option.secret,
        default=None if option.default is None else str(option.default),
        choices=list(option.choices),
    )
