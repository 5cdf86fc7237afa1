"""What one may do with destinations: see them, open them, take them away."""

from collections.abc import Mapping
from typing import Any

from counterfoil.actions.reach import allowed_addresses
from counterfoil.actions.references import resolve
from counterfoil.actions.rights import need
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.trail import note
from counterfoil.actions.versions import refuse_stale
from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Destination as Warehouse
from counterfoil.destinations.base import Option
from counterfoil.errors import InUse, SettingInvalid
from counterfoil.model.actor import Role
from counterfoil.model.destination import Destination
from counterfoil.model.reach import Reach
from counterfoil.store import connections, destinations
from counterfoil.store.db import Database
from counterfoil.store.turns import take_turn

YES = ("true", "yes", "on", "1")
NO = ("false", "no", "off", "0")


def every(db: Database) -> tuple[Destination, ...]:
    """All destinations, by name; secrets among their options are references."""
    return destinations.every(db)


def show(db: Database, name: str) -> Destination:
    """One destination. Raises NotFound."""
    return destinations.named(db, name)


def name_by_now(db: Database, name: str, destination_id: str) -> str:
    """What a destination is called by now, by its id: it may have been renamed while somebody had its form open."""
    return next((each.name for each in destinations.every(db) if each.id == destination_id), name)


def remove(around: Surroundings, name: str, *, version: int | None = None) -> None:
    """Forget a destination; its tables stay in the warehouse. Raises Forbidden, NotFound, InUse, ChangedMeanwhile."""
    need(around.actor, Role.EDITOR)
    with around.db.transaction() as one:
        take_turn(one)
        destination = destinations.named(one, name)
        refuse_stale(destination, version)
        feeding = {feed.source.name for feed in connections.every(one) if feed.destination == destination}
        if feeding:
            raise InUse(
                f"The destination {name!r} is fed by {', '.join(sorted(feeding))}.",
                do="Take it away from these sources first.",
            )
        destinations.remove(one, destination)
        note(around, one, "removed", ("destination", destination.id, destination.name))


def warehouse_of(around: Surroundings, destination: Destination) -> Warehouse:
    """Open a stored destination's warehouse. Raises SettingInvalid, SecretKeyMissing, and what its kind raises."""
    return open_destination(destination, around.environment, destinations.secrets(around.db, destination.id))


def open_destination(
    destination: Destination,
    environment: Mapping[str, str],
    sealed: Mapping[str, str] | None = None,
    *,
    reach: Reach = Reach.ANYWHERE,
) -> Warehouse:
    """Open the warehouse with its references resolved. Raises SettingInvalid, and what its kind raises.

    Within a reach that is not anywhere, its hosts are looked up once, and connected to by the addresses that were
    allowed: a name may be answered otherwise the next time. Raises Forbidden, WarehouseFailed.
    """
    kind = KINDS.get(destination.kind)
    if kind is None:
        raise SettingInvalid(
            f"{destination.name} is of the kind {destination.kind!r}, which this version does not have.",
            do=f"The kinds are: {', '.join(KINDS)}.",
        )
    given: dict[str, str] = {}
    for option in kind.options:
        if option.name in destination.options:
            given[option.name] = resolve(destination.options[option.name], environment, sealed)
            convert(option, given[option.name])
    if reach is Reach.ANYWHERE:
        return kind.open(given)
    hosts = [option.name for option in kind.options if option.host and given.get(option.name)]
    return kind.open(given, {name: allowed_addresses(given[name], 0, reach) for name in hosts})


def convert(option: Option, text: str) -> Any:
    """Read an option's text as its type. Raises SettingInvalid; the text is shown only if it is no secret."""
    shown = "its value" if option.secret else repr(text)
    if option.type is bool:
        if text.lower() in YES + NO:
            return text.lower() in YES
        raise SettingInvalid(f"`{option.name}` is true or false, not {shown}.")
    if option.choices and text not in option.choices:
        raise SettingInvalid(f"`{option.name}` is one of {', '.join(option.choices)}, not {shown}.")
    try:
        return option.type(text)
    except ValueError as error:
        raise SettingInvalid(f"`{option.name}` is a number, not {shown}.") from error
