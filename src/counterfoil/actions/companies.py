"""What one may do with views over all companies of a destination: see their SQL, have them kept, take them away."""

import re
from dataclasses import dataclass

from counterfoil.actions.destinations import warehouse_of
from counterfoil.actions.rights import need
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.trail import note
from counterfoil.destinations import KINDS
from counterfoil.errors import NotFound, SettingInvalid, WarehouseRefused
from counterfoil.model.actor import Role
from counterfoil.model.connection import dataset_fault
from counterfoil.model.destination import Destination
from counterfoil.model.member import Member, Union, United
from counterfoil.model.view import View
from counterfoil.store import destinations, unions
from counterfoil.sync import companies
from counterfoil.sync.companies import Over
from counterfoil.sync.progress import SILENT, Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The views over all companies of a destination: of which companies, and what they say."""

    destination: Destination
    union: Union
    members: tuple[Member, ...]
    views: tuple[View, ...]


def show(around: Surroundings, name: str, union: Union | None = None) -> Shown:
    """What the views would be, as asked for, or as they are. Raises NotFound, SettingInvalid, WarehouseRefused."""
    destination = destinations.named(around.db, name)
    known = unions.of(around.db, destination)
    wanted = union or (known.union if known else Union())
    over = _over(around, destination, wanted)
    members = companies.members_of(around.db, destination)
    views = companies.views_of(over, members, wanted) if members else []
    return Shown(destination=destination, union=wanted, members=members, views=tuple(views))


def install(around: Surroundings, name: str, union: Union, watch: Watch = SILENT) -> United:
    """Make the views now, and have every sync into the destination keep them in step with its sources.

    Raises Forbidden, NotFound, SettingInvalid, AlreadyExists for a dataset of others, WarehouseRefused where the
    destination speaks no SQL, and what a warehouse raises.
    """
    need(around.actor, Role.EDITOR)
    destination = destinations.named(around.db, name)
    made = companies.make(_over(around, destination, union, watch), union)
    with around.db.transaction() as one:
        told = {"views over all companies": union.dataset, "currency": union.currency}
        note(around, one, "changed", ("destination", destination.id, destination.name), **told)
    return made


def remove(around: Surroundings, name: str, watch: Watch = SILENT) -> United:
    """Take the views away, and have no sync make them again. Raises as `install` does."""
    need(around.actor, Role.EDITOR)
    destination = destinations.named(around.db, name)
    known = unions.of(around.db, destination)
    if known is None:
        raise NotFound(
            f"{name} has no views over all companies.", do=f"Make them: counterfoil companies install {name}"
        )
    companies.take_away(_over(around, destination, known.union, watch), known)
    with around.db.transaction() as one:
        told = {"views over all companies": "taken away"}
        note(around, one, "changed", ("destination", destination.id, destination.name), **told)
    return known


def _over(around: Surroundings, destination: Destination, union: Union, watch: Watch = SILENT) -> Over:
    kind = KINDS.get(destination.kind)
    if kind is None or not kind.capabilities.dialect:
        raise WarehouseRefused(
            f"{destination.name} speaks no SQL: it has no views.",
            do="Feed a DuckDB file or a warehouse too, and unite the companies there.",
        )
    if fault := dataset_fault(union.dataset):
        raise SettingInvalid(f"The dataset of views over all companies {fault}.")
    if union.currency and not re.fullmatch(r"[A-Z]{3}", union.currency):
        raise SettingInvalid(
            f"{union.currency[:20]!r} is no currency.", do="Write its three letters, like USD."
        )
    return Over(
        db=around.db,
        destination=destination,
        warehouse=warehouse_of(around, destination),
        waiting=watch.say,
    )
