"""The things that a checked configuration file amounts to, before any is saved."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from counterfoil.actions.known import Known
from counterfoil.actions.wanted import Wanted, WantedCredential, WantedDestination, WantedSource
from counterfoil.destinations import KINDS
from counterfoil.model.connection import Connection
from counterfoil.model.credential import Credential, Environment
from counterfoil.model.destination import Destination
from counterfoil.model.identity import new_id
from counterfoil.model.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the file names. `connections` are those of all sources, the file's and others."""

    credentials: tuple[Credential, ...]
    destinations: tuple[Destination, ...]
    sources: tuple[Source, ...]
    connections: tuple[Connection, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Birth:
    """What a new thing needs from outside: a moment and a bit of chance."""

    now: datetime  # aware, UTC
    chance: random.Random


def draft(wanted: Wanted, known: Known, birth: Birth) -> Draft:
    """Turn what is wanted into nouns; what is known by name keeps its id, and what the file does not name stays."""
    credentials = {thing.name.value: _credential(thing, known, birth) for thing in wanted.credentials}
    destinations = {thing.name.value: _destination(thing, known, birth) for thing in wanted.destinations}
    all_credentials = {**known.credentials, **credentials}
    all_destinations = {**known.destinations, **destinations}
    sources = {thing.name.value: _source(thing, known, all_credentials, birth) for thing in wanted.sources}
    connections = [
        _connection(sources[source.name.value], pair, known, birth)
        for source in wanted.sources
        for pair in _feeds(source, all_destinations)
    ]
    connections += [
        replace(feed, destination=all_destinations[feed.destination.name])
        for feed in known.connections
        if feed.source.name not in sources
    ]
    return Draft(
        credentials=tuple(credentials.values()),
        destinations=tuple(destinations.values()),
        sources=tuple(sources.values()),
        connections=tuple(connections),
    )


def _credential(wanted: WantedCredential, known: Known, birth: Birth) -> Credential:
    found = known.credentials.get(wanted.name.value)
    return found or Credential(
        id=new_id("cred", birth.chance),
        name=wanted.name.value,
        realm_id=wanted.realm_id.value,
        environment=Environment(wanted.environment.value),
        created_at=birth.now,
    )


def _destination(wanted: WantedDestination, known: Known, birth: Birth) -> Destination:
    found = known.destinations.get(wanted.name.value)
    return Destination(
        id=found.id if found else new_id("dest", birth.chance),
        name=wanted.name.value,
        kind=wanted.kind.value,
        created_at=found.created_at if found else birth.now,
        options={name: text.value for name, text in wanted.options.items()},
        companies=wanted.companies.union if wanted.companies else None,
        version=found.version if found else 1,
    )


def _source(
    wanted: WantedSource, known: Known, credentials: Mapping[str, Credential], birth: Birth
) -> Source:
    found = known.sources.get(wanted.name.value)
    return Source(
        id=found.id if found else new_id("src", birth.chance),
        name=wanted.name.value,
        credential=credentials[wanted.credential.value],
        created_at=found.created_at if found else birth.now,
        streams=None if wanted.streams is None else frozenset(text.value for text in wanted.streams),
        reports=tuple(sorted((choice for _, choice in wanted.reports), key=lambda choice: choice.report)),
        views=wanted.views,
        fivetran=wanted.fivetran,
        prefix=wanted.prefix.value,
        schedule=wanted.schedule,
        paused=(found is not None and found.paused) if wanted.paused is None else wanted.paused,
        version=found.version if found else 1,
    )


def _feeds(source: WantedSource, destinations: Mapping[str, Destination]) -> list[tuple[Destination, str]]:
    """Each destination of a source with its dataset; one that is given twice by different words counts once."""
    feeds = []
    for feed in source.feeds:
        destination = destinations[feed.destination.value]
        own = KINDS[destination.kind].capabilities.default_dataset
        feeds.append((destination, feed.dataset.value or own))
    return feeds


def _connection(source: Source, pair: tuple[Destination, str], known: Known, birth: Birth) -> Connection:
    destination, dataset = pair
    ids = {(feed.source.id, feed.destination.id, feed.dataset): feed.id for feed in known.connections}
    found = ids.get((source.id, destination.id, dataset))
    return Connection(
        id=found or new_id("conn", birth.chance), source=source, destination=destination, dataset=dataset
    )
