"""What a change of a source means for tables that are there already, in sentences for people, before it is made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from counterfoil.actions.draft import Draft
from counterfoil.actions.known import Known
from counterfoil.model.connection import Connection
from counterfoil.model.schedule_text import in_words
from counterfoil.model.source import Source
from counterfoil.quickbooks.catalog import read_by

MOST_NAMED = 8
"""Streams that a sentence names; of more it says how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """`told` are sentences; `reads_in_full` says whether the next sync reads some streams in full because of it."""

    told: tuple[str, ...]
    reads_in_full: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """In metered calls: of a source's schedule in a month, and of reading these streams in full, at least."""

    month: Callable[[Source], int]
    once: Callable[[Sequence[str], Source], int]


def consequences(known: Known, before: Source, target: Draft, costs: Costs) -> Consequences:
    """What follows when a source that stands becomes the draft's."""
    (after,) = target.sources
    old = {feed.id: feed for feed in known.connections if feed.source.id == before.id}
    new = {feed.id: feed for feed in target.connections if feed.source.id == after.id}
    kept = [feed for id_, feed in old.items() if id_ in new]
    added = [feed for id_, feed in new.items() if id_ not in old]
    gone = [feed for id_, feed in old.items() if id_ not in new]
    moved = [*_prefix(before, after, kept), *_company(before, after, kept)]
    fresh = [stream for stream in _streams(after) if not before.reads(stream)]
    told = [
        *moved,
        *_removed(gone),
        *_streams_gone(before, after, kept),
        *_streams_new(fresh, after, kept, costs),
    ]
    told += [f"{_place(feed)} gets all tables of {after.name} for the first time." for feed in added]
    in_full = bool(moved or added)
    if in_full and (kept or added):
        calls = costs.once(_streams(after), after)
        told.append(
            f"The next sync reads every selected stream in full, in at least {calls:,} metered calls."
        )
    told += [*_name(before, after), *_schedule(before, after, costs.month)]
    return Consequences(told=tuple(told), reads_in_full=in_full or bool(fresh and new))


def _prefix(before: Source, after: Source, kept: list[Connection]) -> list[str]:
    if before.prefix == after.prefix:
        return []
    name = next(stream.table.name for stream in read_by(after))
    return [
        f"In {_place(feed)} all tables get new names: {before.prefix}{name} becomes {after.prefix}{name}. Those under "
        "the old names stay as they are and are updated no more; drop them when nobody reads them."
        for feed in kept
    ]


def _company(before: Source, after: Source, kept: list[Connection]) -> list[str]:
    old, new = before.credential, after.credential
    if (old.realm_id, old.environment) == (new.realm_id, new.environment):
        return []
    return [
        f"In {_place(feed)} rows of company {new.realm_id} come beside those of {old.realm_id}, which stay and are "
        "updated no more; _realm_id tells them apart."
        for feed in kept
    ]


def _removed(gone: list[Connection]) -> list[str]:
    return [f"{_place(feed)} is fed no more; its tables stay, and are updated no more." for feed in gone]


def _streams_gone(before: Source, after: Source, kept: list[Connection]) -> list[str]:
    gone = [stream for stream in _streams(before) if not after.reads(stream)]
    if not gone or not kept:
        return []
    return [f"{_listed(gone)}: read no more. The tables stay, and are updated no more."]


def _streams_new(fresh: list[str], after: Source, kept: list[Connection], costs: Costs) -> list[str]:
    if not fresh or not kept:
        return []
    calls = costs.once(fresh, after)
    many = f"{calls:,} metered call" + ("" if calls == 1 else "s")
    return [f"{_listed(fresh)}: read in full by the next sync, into new tables, in at least {many}."]


def _name(before: Source, after: Source) -> list[str]:
    if before.name == after.name:
        return []
    told = f"It is called {after.name} from now on."
    return [told, f"A configuration file that still says {before.name} would make a second source."]


def _schedule(before: Source, after: Source, cost: Callable[[Source], int]) -> list[str]:
    told = []
    if before.schedule != after.schedule:
        told.append(
            f"It is synced: {in_words(after.schedule)}. That comes to about {cost(after):,} metered calls a month "
            f"for a small company, instead of {cost(before):,}."
        )
    if after.paused and not before.paused:
        told.append("It is synced only when somebody asks, until it is resumed.")
    if before.paused and not after.paused:
        told.append(f"It is synced by itself again: {in_words(after.schedule)}.")
    return told


def _streams(source: Source) -> list[str]:
    return [stream.name for stream in read_by(source)]


def _listed(streams: list[str]) -> str:
    more = len(streams) - MOST_NAMED
    return ", ".join(streams[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _place(feed: Connection) -> str:
    return f"{feed.destination.name}.{feed.dataset}"
