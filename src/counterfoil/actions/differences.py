"""What a change does to a thing, field by field, in texts that people and programs can compare."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from counterfoil.model.connection import Connection
from counterfoil.model.credential import Credential
from counterfoil.model.destination import Destination
from counterfoil.model.source import Source
from counterfoil.model.style import said

Thing = Credential | Destination | Source | Connection


class Did(StrEnum):
    """What was done with a thing."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field of a thing; "" where it is not set. It holds no secret: options only refer to those."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A thing, and what was done with it; `note` says what follows from it."""

    noun: str
    name: str
    did: Did
    note: str = ""
    differences: tuple[Difference, ...] = ()


def differences(before: Thing | None, after: Thing | None) -> tuple[Difference, ...]:
    """The fields in which two states of a thing differ; None: it is not there."""
    old, new = (fields(thing) if thing is not None else {} for thing in (before, after))
    return tuple(
        Difference(field=name, before=old.get(name, ""), after=new.get(name, ""))
        for name in dict.fromkeys([*old, *new])
        if old.get(name, "") != new.get(name, "")
    )


def fields(thing: Thing) -> Mapping[str, str]:
    """What people set on a thing, as text."""
    if isinstance(thing, Credential):
        return {"name": thing.name, "realm_id": thing.realm_id, "environment": str(thing.environment)}
    if isinstance(thing, Destination):
        options = {f"options.{name}": thing.options[name] for name in sorted(thing.options)}
        union = thing.companies
        told = {"companies.dataset": union.dataset, "companies.currency": union.currency} if union else {}
        return {"name": thing.name, "kind": thing.kind, **options, **told}
    if isinstance(thing, Connection):
        return {"destination": thing.destination.name, "dataset": thing.dataset}
    return {
        "name": thing.name,
        "credential": thing.credential.name,
        "streams": "all" if thing.streams is None else ", ".join(sorted(thing.streams)),
        "reports": "; ".join(map(str, thing.reports)),
        "views": "" if thing.views else "none",
        "fivetran": said(thing.fivetran),
        "prefix": thing.prefix,
        "schedule": str(thing.schedule),
        "paused": "true" if thing.paused else "",
    }


def name_of(thing: Thing) -> str:
    """What people call it; a connection has no name of its own."""
    if isinstance(thing, Connection):
        return f"{thing.source.name} → {thing.destination.name}.{thing.dataset}"
    return thing.name
