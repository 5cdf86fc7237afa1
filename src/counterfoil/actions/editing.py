"""A source's settings while somebody edits them: what is wrong with which, and what somebody else changed meanwhile."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from counterfoil.actions import sources
from counterfoil.actions.rights import need
from counterfoil.actions.rules import stream_faults, views_fault
from counterfoil.actions.source_changes import Changes, Feed
from counterfoil.actions.sources import Kept
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import AlreadyExists, CounterfoilError, NotFound, SettingInvalid
from counterfoil.model.actor import Role
from counterfoil.model.connection import dataset_fault
from counterfoil.model.identity import name_fault
from counterfoil.model.report_choice import chosen
from counterfoil.model.schedule_text import in_words, parse
from counterfoil.model.source import Source, prefix_fault
from counterfoil.model.style import heard, said
from counterfoil.store import sources as stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """All settings of a source as they were typed; `streams` None means all."""

    name: str
    credential: str
    prefix: str
    schedule: str  # as `schedule_text.parse` reads it
    streams: frozenset[str] | None
    reports: tuple[str, ...]  # as `report_choice.parse` reads each
    views: bool
    fivetran: str  # as `style.heard` reads it
    feeds: tuple[Feed, ...]

    @property
    def changes(self) -> Changes:
        """What is asked for. Raises SettingInvalid for a schedule or a report that is none."""
        return Changes(
            name=self.name,
            credential=self.credential,
            streams=self.streams,
            reports=chosen(self.reports),
            views=self.views,
            fivetran=heard(self.fivetran),
            prefix=self.prefix,
            schedule=parse(self.schedule),
            feeds=self.feeds,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What is wrong, as a sentence by field ("" for what is no single field's); else what the change would mean."""

    faults: Mapping[str, str] = field(default_factory=dict)
    told: tuple[str, ...] = ()


FIELDS = ("name", "credential", "prefix", "schedule", "streams", "reports", "views", "fivetran", "feeds")


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


def as_it_stands(view: Kept) -> Wanted:
    """The settings that are kept."""
    source = view.source
    return Wanted(
        name=source.name,
        credential=source.credential.name,
        prefix=source.prefix,
        schedule=str(source.schedule),
        streams=source.streams,
        reports=tuple(map(str, source.reports)),
        views=source.views,
        fivetran=said(source.fivetran),
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
        "reports": "; ".join(wanted.reports),
        "views": "yes" if wanted.views else "none",
        "fivetran": wanted.fivetran,
        "feeds": ", ".join(sorted(f"{feed.destination}.{feed.dataset}" for feed in wanted.feeds)),
    }


def meanwhile(seen: Mapping[str, str], kept: Wanted, typed: Wanted) -> tuple[Meanwhile, ...]:
    """What differs from what one saw when one began; `seen` are the `texts` of then."""
    theirs, yours = texts(kept), texts(typed)
    return tuple(
        Meanwhile(
            field=name,
            before=seen[name],
            theirs=theirs[name],
            yours=yours[name],
            clashes=yours[name] not in (seen[name], theirs[name]),
        )
        for name in FIELDS
        if name in seen and theirs[name] != seen[name]
    )


def taking(typed: Wanted, kept: Wanted, fields: Collection[str]) -> Wanted:
    """What was typed, with these fields as they are kept."""
    taken = replace(typed)
    for name in FIELDS:
        if name in fields:
            taken = replace(taken, **{name: getattr(kept, name)})
    return taken


def weigh(around: Surroundings, name: str, wanted: Wanted) -> Weighed:
    """What is wrong with it, or what it would mean. Raises Forbidden, NotFound."""
    need(around.actor, Role.EDITOR)
    source = sources.show(around.db, name).source
    checks: Mapping[str, Callable[[], str]] = {
        "name": lambda: _name_fault(around, name, wanted.name),
        "prefix": lambda: _sentence("The prefix", prefix_fault(wanted.prefix)),
        "schedule": lambda: _refused(lambda: parse(wanted.schedule)),
        "reports": lambda: _refused(lambda: chosen(wanted.reports)),
        "fivetran": lambda: _sentence("The dataset of these views", views_fault(heard(wanted.fivetran))),
        "feeds": lambda: " ".join(_feed_faults(wanted.feeds)),
    }
    faults = {name_: told for name_, check in checks.items() if (told := check())}
    if "reports" not in faults:
        faults |= _stream_faults(source, wanted)
    return Weighed(faults=faults) if faults else _as_a_whole(around, name, wanted)


def _stream_faults(source: Source, wanted: Wanted) -> Mapping[str, str]:
    told = " ".join(stream_faults(replace(source, streams=wanted.streams, reports=chosen(wanted.reports))))
    return {"streams": told} if told else {}


def _as_a_whole(around: Surroundings, name: str, wanted: Wanted) -> Weighed:
    try:
        return Weighed(told=sources.what_would_change(around, name, wanted.changes).told)
    except AlreadyExists as collision:
        return Weighed(faults={"prefix": f"{collision.what} {collision.do}"})
    except (NotFound, SettingInvalid) as error:
        return Weighed(faults={"": f"{error.what} {error.do}".strip()})


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
