"""Change data capture: everything that changed since a moment, over many entities, in one call.

Shape, window and cap: API reference, section 4.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from counterfoil.errors import Defect
from counterfoil.model.stream import Stream
from counterfoil.quickbooks.answer import Answer, arrays, moment, refuse_inner_fault
from counterfoil.quickbooks.client import Client

CAP = 1000
"""So many objects at most in one answer, over all its entities; nothing says that some were left out."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A record that was deleted, and when (aware, UTC; None where QuickBooks does not say)."""

    id: str
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed in one entity: whole records as their bytes, and tombstones."""

    records: list[msgspec.Raw] = field(default_factory=list)
    deleted: list[Tombstone] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Changes:
    """One answer: every asked entity by its name, changed or not."""

    by_entity: dict[str, Changed]
    total: int  # objects of all entities
    server_time: datetime | None  # aware, UTC

    @property
    def may_be_cut(self) -> bool:
        """There may be more than the answer could hold: ask for fewer entities, or read another way."""
        return self.total >= CAP


def changes(client: Client, streams: Sequence[Stream], since: datetime) -> Changes:
    """Ask for all changes since a moment (aware, at most 30 days ago; ask for 29).

    Raises ChangesTooOld when QuickBooks no longer remembers, and whatever `Client` raises.
    """
    if since.tzinfo is None:
        raise Defect("Changes were asked for since a moment without an offset.")
    moment = since.isoformat(timespec="seconds")
    asked = ",".join(stream.name for stream in streams)
    return read_changes(client.get("cdc", {"entities": asked, "changedSince": moment}), streams)


def read_changes(answer: Answer, streams: Sequence[Stream]) -> Changes:
    """Sort an answer by entity; its blocks come in any order, `{}` where nothing changed.

    Raises Defect for a shape or a name that is not known, since changes may be hidden there, and what a Fault
    inside means.
    """
    names = {stream.answer_key.lower(): stream.name for stream in streams}
    found = {stream.name: Changed() for stream in streams}
    wrapped = {stream.name for stream in streams if stream.wrapped}
    total = 0
    try:
        for block in _blocks(answer):
            for name, objects in arrays(block, names):
                total += len(objects)
                _sort(objects, found[name], wrapped=name in wrapped)
    except msgspec.ValidationError as error:
        raise Defect(f"QuickBooks answered change data capture in an unknown shape: {error}.") from error
    return Changes(found, total, answer.server_time)


class _Cdc(msgspec.Struct):
    responses: list[dict[str, msgspec.Raw]] | None = msgspec.field(default=None, name="CDCResponse")


class _Glance(msgspec.Struct):
    """As much of an object as tells a record from a tombstone."""

    Id: Any = None
    status: Any = None
    MetaData: Any = None


def _blocks(answer: Answer) -> Iterator[msgspec.Raw]:
    responses = msgspec.json.decode(answer.body, type=_Cdc).responses
    if responses is None:
        raise Defect("QuickBooks answered change data capture without CDCResponse.")
    for response in responses:
        refuse_inner_fault(response)
        yield from msgspec.json.decode(response.get("QueryResponse", b"[]"), type=list[msgspec.Raw])


def _sort(objects: list[msgspec.Raw], changed: Changed, *, wrapped: bool) -> None:
    for item in objects:
        glance = _glance(item, wrapped=wrapped)
        if isinstance(glance.status, str) and glance.status.lower() == "deleted":
            changed.deleted.append(_tombstone(glance))
        else:
            changed.records.append(item)


def _glance(item: msgspec.Raw, *, wrapped: bool) -> _Glance:
    """Look into an object, or into the one it wraps: {"Invoice": {…}} in RecurringTransaction."""
    if wrapped:
        members = msgspec.json.decode(item, type=dict[str, msgspec.Raw])
        item = next(iter(members.values())) if len(members) == 1 else item
    return msgspec.json.decode(item, type=_Glance)


def _tombstone(glance: _Glance) -> Tombstone:
    if not isinstance(glance.Id, str | int):
        raise Defect("QuickBooks told of a deleted record without its Id.")
    when = glance.MetaData.get("LastUpdatedTime") if isinstance(glance.MetaData, dict) else None
    return Tombstone(str(glance.Id), moment(when))
