"""Saving a draft: what it changes, thing by thing, inside the transaction of the caller."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from counterfoil.actions.collisions import place
from counterfoil.actions.draft import Draft
from counterfoil.actions.known import Known
from counterfoil.model.connection import Connection
from counterfoil.model.credential import Tokens
from counterfoil.store import connections, credentials, cursors, destinations, observed, sources
from counterfoil.store.db import Database

REFRESH_LIFE = timedelta(days=100)
"""How long Intuit lets an unused refresh token live (reference, section 1.5); the first refresh tells exactly."""


class Did(StrEnum):
    """What was done with a thing."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A thing, and what was done with it; `note` says what follows from it."""

    noun: str
    name: str
    did: Did
    note: str = ""


class _Named(Protocol):
    @property
    def name(self) -> str: ...


Thing = TypeVar("Thing", bound=_Named)


def save_draft(db: Database, known: Known, target: Draft) -> tuple[Change, ...]:
    """Save what differs and tell of everything that the draft names. Raises AlreadyExists."""
    return (
        *_save(
            "credential", known.credentials, target.credentials, lambda thing: credentials.save(db, thing)
        ),
        *_save(
            "destination", known.destinations, target.destinations, lambda thing: destinations.save(db, thing)
        ),
        *_save("source", known.sources, target.sources, lambda thing: sources.save(db, thing)),
        *_save_connections(db, known, target),
    )


def save_given(db: Database, credential_id: str, refresh_token: str, now: datetime) -> bool:
    """Keep a refresh token that a file gave, if it gives another one than last time; tell whether it did.

    Intuit changes the value about once a day, so what the file gave is soon older than what we hold.
    """
    digest = hashlib.sha256(refresh_token.encode()).hexdigest()
    if credentials.given(db, credential_id) == digest:
        return False
    tokens = Tokens(
        access_token="",
        refresh_token=refresh_token,
        access_expires_at=now,
        refresh_expires_at=now + REFRESH_LIFE,
    )
    credentials.save_tokens(db, credential_id, tokens, given=digest)
    return True


def moving(known: Known, target: Draft) -> tuple[Connection, ...]:
    """The connections, as they stand, whose tables the draft moves or leaves without a source."""
    drafted = {feed.id: feed for feed in target.connections}
    return tuple(
        feed
        for feed in known.connections
        if feed.id not in drafted or _whereabouts(feed) != _whereabouts(drafted[feed.id])
    )


def _whereabouts(feed: Connection) -> object:
    credential = feed.source.credential
    return (
        place(feed.destination),
        feed.dataset,
        feed.source.prefix,
        credential.realm_id,
        credential.environment,
    )


def _save(
    noun: str, known: Mapping[str, Thing], things: Iterable[Thing], save: Callable[[Thing], None]
) -> list[Change]:
    changes = []
    for thing in things:
        did = Did.CREATED if thing.name not in known else Did.CHANGED
        if known.get(thing.name) == thing:
            did = Did.UNCHANGED
        else:
            save(thing)
        changes.append(Change(noun=noun, name=thing.name, did=did))
    return changes


def _save_connections(db: Database, known: Known, target: Draft) -> list[Change]:
    before = {feed.id for feed in known.connections}
    after = {feed.id: feed for feed in target.connections}
    moved = {feed.id for feed in moving(known, target)}
    named = {source.name for source in target.sources}
    changes = []
    for feed in known.connections:
        if feed.id not in after:
            connections.remove(db, feed)
            changes.append(_change(feed, Did.REMOVED, "its tables stay in the warehouse"))
    for feed in target.connections:
        if feed.id not in before:
            connections.save(db, feed)
            changes.append(_change(feed, Did.CREATED, "the first sync reads everything"))
        elif feed.id in moved:
            cursors.forget(db, feed)
            observed.forget(db, feed)
            changes.append(_change(feed, Did.CHANGED, "its tables moved: the next sync reads everything"))
        elif feed.source.name in named:
            changes.append(_change(feed, Did.UNCHANGED, ""))
    return changes


def _change(feed: Connection, did: Did, note: str) -> Change:
    name = f"{feed.source.name} → {feed.destination.name}.{feed.dataset}"
    return Change(noun="connection", name=name, did=did, note=note)
