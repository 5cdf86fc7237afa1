"""What can be asked of a source, and what it would then be; nothing is saved here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from counterfoil.actions.draft import Birth, Draft
from counterfoil.actions.known import Known, known_as
from counterfoil.actions.rules import refuse_faults
from counterfoil.destinations import KINDS
from counterfoil.model.connection import Connection
from counterfoil.model.identity import new_id
from counterfoil.model.report_choice import Chosen
from counterfoil.model.schedule import MANUAL, Schedule
from counterfoil.model.source import Source


class Keep(Enum):
    """What stays as it is, where None means something."""

    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A destination that a source feeds, by name; no dataset means the kind's own."""

    destination: str
    dataset: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSource:
    """A source that does not exist yet; things are named. `streams` None means all."""

    name: str
    credential: str
    streams: frozenset[str] | None = None
    reports: Chosen = ()
    views: bool = True
    fivetran: str | None = None
    prefix: str = ""
    schedule: Schedule = MANUAL
    paused: bool = False
    feeds: tuple[Feed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is to be another; None leaves it. `feeds` are then all that the source feeds."""

    name: str | None = None
    credential: str | None = None
    streams: frozenset[str] | Keep | None = Keep.KEEP
    reports: Chosen | None = None
    views: bool | None = None
    fivetran: str | Keep | None = Keep.KEEP
    prefix: str | None = None
    schedule: Schedule | None = None
    paused: bool | None = None
    feeds: tuple[Feed, ...] | None = None


def created(new: NewSource, known: Known, birth: Birth) -> Draft:
    """The draft with a new source. Raises NotFound, SettingInvalid."""
    source = Source(
        id=new_id("src", birth.chance),
        name=new.name,
        credential=known_as(known.credentials, new.credential, "credential"),
        created_at=birth.now,
        streams=new.streams,
        reports=new.reports,
        views=new.views,
        fivetran=new.fivetran,
        prefix=new.prefix,
        schedule=new.schedule,
        paused=new.paused,
    )
    return _draft(source, new.feeds, known, birth)


def changed(before: Source, changes: Changes, known: Known, birth: Birth) -> Draft:
    """The draft with a source as it would be. Raises NotFound, SettingInvalid."""
    credential = before.credential
    if changes.credential is not None:
        credential = known_as(known.credentials, changes.credential, "credential")
    after = replace(
        before,
        name=before.name if changes.name is None else changes.name,
        credential=credential,
        streams=before.streams if isinstance(changes.streams, Keep) else changes.streams,
        reports=before.reports if changes.reports is None else changes.reports,
        views=before.views if changes.views is None else changes.views,
        fivetran=before.fivetran if isinstance(changes.fivetran, Keep) else changes.fivetran,
        prefix=before.prefix if changes.prefix is None else changes.prefix,
        schedule=changes.schedule or before.schedule,
        paused=before.paused if changes.paused is None else changes.paused,
    )
    feeds = feeds_of(before, known) if changes.feeds is None else changes.feeds
    return _draft(after, feeds, known, birth)


def feeds_of(source: Source, known: Known) -> tuple[Feed, ...]:
    """What a source feeds as it stands."""
    return tuple(
        Feed(destination=feed.destination.name, dataset=feed.dataset)
        for feed in known.connections
        if feed.source.id == source.id
    )


def _draft(source: Source, feeds: Sequence[Feed], known: Known, birth: Birth) -> Draft:
    mine = tuple(_connection(source, feed, known, birth) for feed in feeds)
    refuse_faults(source, mine)
    others = tuple(feed for feed in known.connections if feed.source.id != source.id)
    return Draft(credentials=(), destinations=(), sources=(source,), connections=(*mine, *others))


def _connection(source: Source, feed: Feed, known: Known, birth: Birth) -> Connection:
    destination = known_as(known.destinations, feed.destination, "destination")
    dataset = feed.dataset or KINDS[destination.kind].capabilities.default_dataset
    ids = {
        (connection.source.id, connection.destination.id, connection.dataset): connection.id
        for connection in known.connections
    }
    found = ids.get((source.id, destination.id, dataset))
    return Connection(
        id=found or new_id("conn", birth.chance), source=source, destination=destination, dataset=dataset
    )
