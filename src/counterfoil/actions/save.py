"""Saving a draft: what it changes, thing by thing, inside the transaction of the caller."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from counterfoil.actions.collisions import place
from counterfoil.actions.differences import Change, Did, differences, name_of
from counterfoil.actions.differences import Thing as Noun
from counterfoil.actions.draft import Draft
from counterfoil.actions.known import Known
from counterfoil.actions.references import is_sealed
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.timing import plan_next_run
from counterfoil.actions.trail import note
from counterfoil.model.connection import Connection
from counterfoil.model.credential import Credential, Tokens
from counterfoil.model.destination import Destination
from counterfoil.model.source import Source
from counterfoil.quickbooks.catalog import everything
from counterfoil.store import connections, credentials, cursors, destinations, locks, observed, sources
from counterfoil.store.db import Database

REFRESH_LIFE = timedelta(days=100)
"""How long Intuit lets an unused refresh token live (reference, section 1.5); the first refresh tells exactly."""


Thing = TypeVar("Thing", Credential, Destination, Source)


def save_draft(around: Surroundings, one: Database, known: Known, target: Draft) -> tuple[Change, ...]:
    """Save what differs, plan the next runs, write the trail, and tell of everything that the draft names.

    `one` is the caller's transaction, in which `known` was read. Raises AlreadyExists, ChangedMeanwhile.
    """
    changes = (
        *_save("credential", known.credentials, target.credentials, partial(credentials.save, one)),
        *_save("destination", known.destinations, target.destinations, partial(_save_destination, one)),
        *_save("source", known.sources, target.sources, partial(sources.save, one)),
    )
    told = (*changes, *_save_connections(one, known, target, around.environment))
    _count_versions(one, known, target)
    _after_saving(around, one, known, target)
    for thing, change in told:
        if change.did is not Did.UNCHANGED:
            details = {each.field: [each.before, each.after] for each in change.differences}
            note(around, one, _deed(change), (change.noun, thing.id, change.name), **details)
    return tuple(change for _, change in told)


def _deed(change: Change) -> str:
    """Pausing is a word of its own to people who read the trail."""
    if change.did is Did.CHANGED and [each.field for each in change.differences] == ["paused"]:
        return "paused" if change.differences[0].after else "resumed"
    return str(change.did)


def _save_destination(one: Database, destination: Destination, *, version: int | None) -> None:
    destinations.save(one, destination, version=version)
    if not any(is_sealed(text) for text in destination.options.values()):
        destinations.save_secrets(one, destination.id, {})  # nothing refers to them any more


def _count_versions(one: Database, known: Known, target: Draft) -> None:
    """Who looks at a source sees its connections with it, so a change of theirs is a change of it."""
    for source in target.sources:
        if known.sources.get(source.name) == source and _feeds(known.connections, source) != _feeds(
            target.connections, source
        ):
            sources.save(one, source, version=source.version)


def _feeds(connections_: Iterable[Connection], source: Source) -> set[tuple[str, str]]:
    return {(feed.destination.id, feed.dataset) for feed in connections_ if feed.source.id == source.id}


def _after_saving(around: Surroundings, one: Database, known: Known, target: Draft) -> None:
    """Plan the next run where it may be another; forget how far streams were read that are read no more."""
    before = {source.id: source for source in known.sources.values()}
    for source in target.sources:
        old = before.get(source.id)
        if old is None or (old.schedule, old.paused) != (source.schedule, source.paused):
            plan_next_run(around, one, source)
        gone = [
            name for name in everything() if old is not None and old.reads(name) and not source.reads(name)
        ]
        for feed in target.connections:
            if gone and feed.source.id == source.id:
                cursors.forget(one, feed, gone)


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


def hold_still(around: Surroundings, one: Database, known: Known, target: Draft, held: ExitStack) -> None:
    """Let no sync read the companies whose tables the draft moves, until `held` is closed. Raises SyncRunning."""
    moved = moving(known, target, around.environment)
    for realm_id in sorted({feed.source.credential.realm_id for feed in moved}):
        held.enter_context(locks.company(one, realm_id, locks.Purpose.SYNC))


def moving(known: Known, target: Draft, environment: Mapping[str, str]) -> tuple[Connection, ...]:
    """The connections, as they stand, whose tables the draft moves or leaves without a source."""
    drafted = {feed.id: feed for feed in target.connections}
    return tuple(feed for feed in known.connections if _moves(feed, drafted.get(feed.id), environment))


def _moves(feed: Connection, drafted: Connection | None, environment: Mapping[str, str]) -> bool:
    return drafted is None or _whereabouts(feed, environment) != _whereabouts(drafted, environment)


def _whereabouts(feed: Connection, environment: Mapping[str, str]) -> object:
    credential = feed.source.credential
    return (
        place(feed.destination, environment),
        feed.dataset,
        feed.source.prefix,
        credential.realm_id,
        credential.environment,
    )


def _save(
    noun: str, known: Mapping[str, Thing], things: Iterable[Thing], save: Callable[..., None]
) -> list[tuple[Noun, Change]]:
    before = {thing.id: thing for thing in known.values()}
    changes: list[tuple[Noun, Change]] = []
    for thing in things:
        old = before.get(thing.id)
        if old != thing:
            save(thing, version=None if old is None else thing.version)
        did = Did.CREATED if old is None else Did.UNCHANGED if old == thing else Did.CHANGED
        told = differences(old, thing)
        changes.append((thing, Change(noun=noun, name=thing.name, did=did, differences=told)))
    return changes


def _save_connections(
    one: Database, known: Known, target: Draft, environment: Mapping[str, str]
) -> list[tuple[Noun, Change]]:
    before = {feed.id for feed in known.connections}
    after = {feed.id: feed for feed in target.connections}
    moved = {feed.id for feed in moving(known, target, environment)}
    named = {source.id for source in target.sources}
    changes = []
    for feed in known.connections:
        if feed.id not in after:
            connections.remove(one, feed)
            changes.append(_change(feed, Did.REMOVED, "its tables stay in the warehouse"))
    for feed in target.connections:
        if feed.id not in before:
            connections.save(one, feed)
            changes.append(_change(feed, Did.CREATED, "the first sync reads everything"))
        elif feed.id in moved:
            cursors.forget(one, feed)
            observed.forget(one, feed)
            changes.append(_change(feed, Did.CHANGED, "its tables moved: the next sync reads everything"))
        elif feed.source.id in named:
            changes.append(_change(feed, Did.UNCHANGED, ""))
    return changes


def _change(feed: Connection, did: Did, note: str) -> tuple[Noun, Change]:
    before = feed if did is Did.REMOVED else None
    told = differences(before, None if before else feed) if did in (Did.REMOVED, Did.CREATED) else ()
    return feed, Change(noun="connection", name=name_of(feed), did=did, note=note, differences=told)
