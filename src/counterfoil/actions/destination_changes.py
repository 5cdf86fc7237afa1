"""Create and change destinations. Secrets that people type are sealed; those from files stay references."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace

from counterfoil.actions.collisions import refuse_collisions
from counterfoil.actions.destinations import convert
from counterfoil.actions.differences import Did
from counterfoil.actions.document import guess, shown
from counterfoil.actions.draft import Draft
from counterfoil.actions.known import Known, known_as, read_known
from counterfoil.actions.reach import refuse_aim
from counterfoil.actions.references import REFERENCE, SEALED, shows_password
from counterfoil.actions.rights import need
from counterfoil.actions.save import hold_still, save_draft
from counterfoil.actions.sealing import Sealed, refuse_to_carry, seal
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.trail import note
from counterfoil.actions.versions import refuse_stale
from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Kind, Option
from counterfoil.errors import AlreadyExists, SettingInvalid
from counterfoil.model.actor import Role
from counterfoil.model.destination import Destination
from counterfoil.model.identity import name_fault, new_id
from counterfoil.model.member import Union
from counterfoil.store import destinations
from counterfoil.store.db import Database
from counterfoil.store.turns import take_turn


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDestination:
    """A destination that does not exist yet. A secret among the options may be in clear text: it is sealed."""

    name: str
    kind: str
    options: Mapping[str, str]


def create(around: Surroundings, new: NewDestination) -> Destination:
    """Make a destination; `proving.prove` tells whether it works.

    Raises Forbidden, SettingInvalid, AlreadyExists when the name is taken.
    """
    need(around.actor, Role.EDITOR)
    sealed = seal(kind_of(new.kind), new.options, {})
    destination = Destination(
        id=new_id("dest", around.chance),
        name=new.name,
        kind=new.kind,
        created_at=around.now(),
        options=sealed.options,
    )
    with around.db.transaction() as one:
        take_turn(one)
        known = read_known(one)
        _refuse_taken(known, new.name)
        _save(around, one, known, destination, sealed)
    return destinations.named(around.db, new.name)


def change(
    around: Surroundings,
    name: str,
    *,
    new_name: str | None = None,
    options: Mapping[str, str] | None = None,
    version: int | None = None,
) -> Destination:
    """Rename a destination, or give it other options: all of them, where `${@option}` keeps a sealed secret.

    When it then is another warehouse, what it was fed begins anew there, and the old tables stay. Raises Forbidden,
    NotFound, ChangedMeanwhile, SettingInvalid, AlreadyExists for a name or a table, SyncRunning.
    """
    need(around.actor, Role.EDITOR)
    # Locks outlive the transaction: a sync sees all that changed, or is refused meanwhile.
    with ExitStack() as held, around.db.transaction() as one:
        take_turn(one)
        known = read_known(one)
        before = known_as(known.destinations, name, "destination")
        refuse_stale(before, version)
        if new_name not in (None, name):
            _refuse_taken(known, new_name or "")
        given = before.options if options is None else options
        refuse_to_carry(before, replace(before, options=given))
        sealed = seal(kind_of(before.kind), given, destinations.secrets(one, before.id))
        after = replace(before, name=new_name or name, options=sealed.options)
        hold_still(around, one, known, _draft(known, after), held)
        _save(around, one, known, after, sealed)
    return destinations.named(around.db, after.name)


def unite(around: Surroundings, name: str, union: Union | None) -> Destination:
    """Have views stand over all companies of a destination, or none. Raises Forbidden, NotFound."""
    need(around.actor, Role.EDITOR)
    with around.db.transaction() as one:
        take_turn(one)
        known = read_known(one)
        before = known_as(known.destinations, name, "destination")
        save_draft(around, one, known, _draft(known, replace(before, companies=union)))
    return destinations.named(around.db, name)


def name_for(db: Database, wanted: str) -> str:
    """A name like the wanted one that no destination has yet."""
    used = {destination.name for destination in destinations.every(db)}
    number, free = 1, wanted
    while free in used:
        number += 1
        free = f"{wanted} {number}"
    return free


def kind_of(name: str) -> Kind:
    """The kind of this name. Raises SettingInvalid."""
    if name not in KINDS:
        raise SettingInvalid(f"There is no kind of warehouse {shown(name)}; {guess(name, KINDS)}.")
    return KINDS[name]


def _save(
    around: Surroundings, one: Database, known: Known, destination: Destination, sealed: Sealed
) -> None:
    refuse_faults(destination, kind_of(destination.kind))
    refuse_aim(around, kind_of(destination.kind), destination.options)
    target = _draft(known, destination)
    refuse_collisions(target.connections, around.environment)
    kept = destinations.secrets(one, destination.id)
    (change,) = save_draft(around, one, known, target)[:1]
    if sealed.secrets == kept:
        return
    if change.did is Did.UNCHANGED:  # nothing but the secret: it shows in no field
        destinations.save(one, destination, version=destination.version)
        note(
            around,
            one,
            "changed",
            ("destination", destination.id, destination.name),
            sealed=list(sealed.secrets),
        )
    destinations.save_secrets(one, destination.id, sealed.secrets)


def _draft(known: Known, destination: Destination) -> Draft:
    feeds = tuple(
        replace(feed, destination=destination) if feed.destination.id == destination.id else feed
        for feed in known.connections
    )
    return Draft(credentials=(), destinations=(destination,), sources=(), connections=feeds)


def _refuse_taken(known: Known, name: str) -> None:
    if name in known.destinations:
        raise AlreadyExists(f"There is a destination named {name!r} already.", do="Choose another name.")


def refuse_faults(destination: Destination, kind: Kind) -> None:
    """Raises SettingInvalid with all that its kind does not take, or still needs."""
    options = {option.name: option for option in kind.options}
    faults = [
        f"The name {shown(destination.name)} {fault}." for fault in [name_fault(destination.name)] if fault
    ]
    for name, text in destination.options.items():
        if name not in options:
            faults.append(f"{kind.name} has no option {shown(name)}; {guess(name, options)}.")
        elif text:
            faults.append(_fault(options[name], text))
    missing = [
        option for option in kind.options if option.required and not destination.options.get(option.name)
    ]
    faults += [f"{kind.name} needs the option `{option.name}`: {option.help}" for option in missing]
    if any(faults):
        raise SettingInvalid("\n".join(fault for fault in faults if fault))


def _fault(option: Option, text: str) -> str:
    """What is wrong with an option's text; what it refers to may be set later, and is looked at when it is used."""
    if option.secret:
        return ""
    if SEALED.search(text):
        return f"`{option.name}` is no secret, so nothing is sealed for it."
    if shows_password(text):
        return f"A password stands in `{option.name}` in clear text; write ${{NAME}} and set it where Counterfoil runs."
    try:
        if not REFERENCE.search(text):
            convert(option, text)
    except SettingInvalid as error:
        return error.what
    return ""
