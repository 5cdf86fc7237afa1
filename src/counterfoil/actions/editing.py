"""A source's settings while somebody edits them: what is wrong with which, and what somebody else changed meanwhile."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from counterfoil.actions import sources
from counterfoil.actions.rights import need
from counterfoil.actions.rules import stream_faults
from counterfoil.actions.source_changes import Changes, Feed
from counterfoil.actions.sources import SourceView
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import AlreadyExists, CounterfoilError, NotFound, SettingInvalid
from counterfoil.model.actor import Role
from counterfoil.model.connection import dataset_fault
from counterfoil.model.identity import name_fault
from counterfoil.model.schedule_text import in_words, parse
from counterfoil.model.source import prefix_fault
from counterfoil.store import sources as stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """All settings of a source as they were typed; `streams` None means all."""

    name: str
    credential: str
    prefix: str
    schedule: str  # as `schedule_text.parse` reads it
    streams: frozenset[str] | None
    feeds: tuple[Feed, ...]

    @property
    def changes(self) -> Changes:
        """What is asked for. Raises SettingInvalid for a schedule that is none."""
        return Changes(
            name=self.name,
            credential=self.credential,
            streams=self.streams,
            prefix=self.prefix,
            schedule=parse(self.schedule),
            feeds=self.feeds,
        )


FIELDS = ("name", "credential", "prefix", "schedule", "streams", "feeds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile:
    """A field that somebody else changed while one was editing: how it was, their text and one's own.

    Where it `clashes`, one had changed it, too.
    """

    field: str
    before: str
    theirs: str
    yours: str
    clashes: bool


def as_it_stands(view: SourceView) -> Wanted:
    """The settings that are kept."""
    source = view.source
    return Wanted(
        name=source.name,
        credential=source.credential.name,
        prefix=source.prefix,
        schedule=str(source.schedule),
        streams=source.streams,
        feeds=tuple(
            Feed(destination=feed.destination.name, dataset=feed.dataset) for feed in view.connections
        ),
    )


def texts(wanted: Wanted) -> Mapping[str, str]:
    """Each field as a text by which two states can be told apart, and read by people."""
    return {
        "name": wanted.name,
        "credential": wanted.credential,
        "prefix": wanted.prefix,
        "schedule": _schedule(wanted.schedule),
        "streams": "all" if wanted.streams is None else ", ".join(sorted(wanted.streams)),
        "feeds": ", ".join(sorted(f"{feed.destination}.{feed.dataset}" for feed in wanted.feeds)),
    }


def meanwhile(seen: Mapping[str, str], kept: Wanted, typed: Wanted) -> tuple[Meanwhile, ...]:
    """What differs from what one saw when one began; `seen` are the `texts` of then."""
    theirs, yours = texts(kept), texts(typed)
    return tuple(
        Meanwhile(
            field=field,
            before=seen[field],
            theirs=theirs[field],
            yours=yours[field],
            clashes=yours[field] not in (seen[field], theirs[field]),
        )
        for field in FIELDS
        if field in seen and theirs[field] != seen[field]
    )


def taking(typed: Wanted, kept: Wanted, fields: Collection[str]) -> Wanted:
    """What was typed, with these fields as they are kept."""
    taken = replace(typed)
    for field in FIELDS:
        if field in fields:
            taken = replace(taken, **{field: getattr(kept, field)})
    return taken


def faults(around: Surroundings, name: str, wanted: Wanted) -> Mapping[str, str]:
    """What is wrong, as a sentence by field; under "" what is no single field's. Raises Forbidden, NotFound."""
    need(around.actor, Role.EDITOR)
    source = sources.show(around.db, name).source
    checks: Mapping[str, Callable[[], str]] = {
        "name": lambda: _name_fault(around, name, wanted.name),
        "prefix": lambda: _sentence("The prefix", prefix_fault(wanted.prefix)),
        "schedule": lambda: _refused(lambda: parse(wanted.schedule)),
        "streams": lambda: " ".join(stream_faults(replace(source, streams=wanted.streams))),
        "feeds": lambda: " ".join(_feed_faults(wanted.feeds)),
    }
    found = {field: check() for field, check in checks.items()}
    if not any(found.values()):
        found = _as_a_whole(around, name, wanted)
    return {field: told for field, told in found.items() if told}


def _as_a_whole(around: Surroundings, name: str, wanted: Wanted) -> dict[str, str]:
    try:
        sources.what_would_change(around, name, wanted.changes)
    except AlreadyExists as collision:
        return {"prefix": f"{collision.what} {collision.do}"}
    except (NotFound, SettingInvalid) as error:
        return {"": f"{error.what} {error.do}".strip()}
    return {}


def _name_fault(around: Surroundings, name: str, wanted: str) -> str:
    if wanted != name and any(source.name == wanted for source in stored.every(around.db)):
        return f"There is a source named {wanted!r} already."
    return _sentence("The name", name_fault(wanted))


def _feed_faults(feeds: tuple[Feed, ...]) -> list[str]:
    found = [
        f"The dataset of {feed.destination} {dataset_fault(feed.dataset)}."
        for feed in feeds
        if feed.dataset and dataset_fault(feed.dataset)
    ]
    twice = sorted({feed.destination for feed in feeds if feeds.count(feed) > 1})
    return found + [f"The same dataset of {destination} is named twice." for destination in twice]


def _sentence(subject: str, fault: str) -> str:
    return f"{subject} {fault}." if fault else ""


def _refused(deed: Callable[[], object]) -> str:
    try:
        deed()
    except CounterfoilError as error:
        return error.what
    return ""


def _schedule(text: str) -> str:
    try:
        return in_words(parse(text))
    except CounterfoilError:
        return text
