"""What one may do with views over all companies of a destination: see their SQL, have them kept, take them away."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from counterfoil.actions import destination_changes
from counterfoil.actions.books import LONGEST_QUESTION
from counterfoil.actions.destinations import warehouse_of
from counterfoil.actions.rights import need
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.versions import refuse_stale
from counterfoil.books.words import worded
from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Capabilities
from counterfoil.errors import CounterfoilError, NotFound, SettingInvalid, WarehouseRefused
from counterfoil.model.actor import Role
from counterfoil.model.connection import dataset_fault
from counterfoil.model.destination import Destination
from counterfoil.model.member import Member, Union, United, currency_fault
from counterfoil.model.view import View
from counterfoil.store import destinations, unions
from counterfoil.sync import companies
from counterfoil.sync.companies import Over
from counterfoil.sync.progress import SILENT, Watch

COMPANY = "company"
HOMES = "SELECT _company_id, home_currency FROM company"
RATED = "SELECT DISTINCT home_currency FROM group_rate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How it stands with a destination: its companies, what is wanted over them, and what was made."""

    destination: Destination
    members: tuple[Member, ...]
    able: bool  # whether the destination speaks SQL
    made: United | None

    @property
    def union(self) -> Union | None:
        """What is wanted."""
        return self.destination.companies


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A company's own currency, "" where it does not tell, and whether a rate from it to that of all is loaded."""

    currency: str
    has_rate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The views over all companies of a destination: of which companies, and what they say."""

    destination: Destination
    union: Union
    members: tuple[Member, ...]
    views: tuple[View, ...]


def look(around: Surroundings, name: str) -> Standing:
    """How it stands; the warehouse is not asked. Raises NotFound."""
    destination = destinations.named(around.db, name)
    kind = KINDS.get(destination.kind)
    return Standing(
        destination=destination,
        members=companies.members_of(around.db, destination),
        able=bool(kind and kind.capabilities.dialect),
        made=unions.of(around.db, destination),
    )


def show(around: Surroundings, name: str, union: Union | None = None) -> Shown:
    """What the views would be, as asked for, or as they are. Raises NotFound, SettingInvalid, WarehouseRefused."""
    destination = destinations.named(around.db, name)
    wanted = union or destination.companies or Union()
    kind = _checked(destination, wanted)
    members = companies.members_of(around.db, destination)
    views = companies.views_of(kind, members, wanted) if members else []
    return Shown(destination=destination, union=wanted, members=members, views=tuple(views))


def currencies(around: Surroundings, standing: Standing) -> Mapping[str, Home]:
    """The currency of each company by its id, as the views tell; nothing while none stand there.

    Raises what a warehouse's `query` does.
    """
    if standing.made is None or COMPANY not in standing.made.names:
        return {}
    warehouse, union = warehouse_of(around, standing.destination), standing.made.union
    ground = warehouse.capabilities.ground(union.dataset, "", ())

    def ask(sql: str) -> list[tuple[Any, ...]]:
        said = worded(sql, ground, standing.made.names if standing.made else ())
        return warehouse.query(union.dataset, said, (), seconds=LONGEST_QUESTION)

    rated = {union.currency, *(each for (each,) in ask(RATED))} if union.currency else set()
    return {realm_id: Home(currency=home or "", has_rate=home in rated) for realm_id, home in ask(HOMES)}


def install(
    around: Surroundings, name: str, union: Union, watch: Watch = SILENT, *, version: int | None = None
) -> United:
    """Make the views now, and have every sync into the destination keep them in step with its sources.

    Raises Forbidden, NotFound, ChangedMeanwhile, SettingInvalid, AlreadyExists for a dataset of others,
    WarehouseRefused where the destination speaks no SQL, and what a warehouse raises; nothing is changed then.
    """
    need(around.actor, Role.EDITOR)
    destination = destinations.named(around.db, name)
    refuse_stale(destination, version)
    _checked(destination, union)
    made = companies.make(_over(around, destination, watch), union)
    destination_changes.unite(around, name, union)
    return made


def remove(around: Surroundings, name: str, watch: Watch = SILENT, *, version: int | None = None) -> United:
    """Take the views away, and have no sync make them again; the views that went. Raises as `install` does."""
    need(around.actor, Role.EDITOR)
    destination = destinations.named(around.db, name)
    refuse_stale(destination, version)
    known = unions.of(around.db, destination)
    if known is None and destination.companies is None:
        raise NotFound(
            f"{name} has no views over all companies.", do=f"Make them: counterfoil companies install {name}"
        )
    if known is not None:
        companies.take_away(_over(around, destination, watch), known)
    destination_changes.unite(around, name, None)
    return known or United(union=destination.companies or Union())


def follow(around: Surroundings, name: str) -> str:
    """Bring the views in step with what is wanted by now, as far as the warehouse lets us; what came of it, in words.

    What could not be done yet the next sync into the destination does.
    """
    destination = destinations.named(around.db, name)
    try:
        companies.bring_in_step(_over(around, destination, SILENT))
    except CounterfoilError as error:
        return f"its views over all companies follow with the next sync into it: {error.what}"
    if destination.companies is None:
        return "its views over all companies are taken away"
    made = unions.of(around.db, destination)
    if made is None or not made.names:
        return "its views over all companies come with the first sync into it"
    return f"{len(made.names)} views over all companies are in {made.union.dataset}"


def _checked(destination: Destination, union: Union) -> Capabilities:
    """What the destination's kind can, when it can have such views."""
    kind = KINDS.get(destination.kind)
    if kind is None or not kind.capabilities.dialect:
        raise WarehouseRefused(
            f"{destination.name} speaks no SQL: it has no views.",
            do="Feed a DuckDB file or a warehouse too, and unite the companies there.",
        )
    if fault := dataset_fault(union.dataset):
        raise SettingInvalid(f"The dataset of views over all companies {fault}.")
    if fault := currency_fault(union.currency):
        raise SettingInvalid(f"{union.currency[:20]!r} {fault}.")
    return kind.capabilities


def _over(around: Surroundings, destination: Destination, watch: Watch) -> Over:
    return Over(
        db=around.db,
        destination=destination,
        warehouse=warehouse_of(around, destination),
        waiting=watch.say,
    )
