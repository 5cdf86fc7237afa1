"""The form of a source's settings: how its fields are read, and filled in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from counterfoil.actions import again, credentials, destinations, editing
from counterfoil.actions.destination_views import where
from counterfoil.actions.editing import Wanted
from counterfoil.actions.source_changes import Feed
from counterfoil.actions.sources import Kept
from counterfoil.actions.surroundings import Surroundings
from counterfoil.destinations import KINDS
from counterfoil.model.schedule_text import parse
from counterfoil.model.source import Source
from counterfoil.model.style import USUAL, fivetran_dataset
from counterfoil.quickbooks.catalog import read_by
from counterfoil.quickbooks.report_catalog import calls_for
from counterfoil.web import reports_form, schedule_form, streams_form
from counterfoil.web.options import companies
from counterfoil.web.schedule_form import Typed
from counterfoil.web.visit import Posted

LONGEST = 20_000
"""Characters of what somebody saw when editing began; the names of all streams take a thirtieth of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The form as it came: what is wanted, and what was on the page on which it was typed."""

    wanted: Wanted
    schedule: Typed
    version: int | None
    seen: Mapping[str, str]
    agreed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """A destination to tick; `again` asks for another dataset of one that is fed already."""

    name: str
    about: str
    dataset: str
    usual: str
    ticked: bool
    again: bool = False


def read(form: Posted, kept: Wanted) -> Sent:
    """Read a form of `fields`; where one took somebody else's field, it is that of `kept`."""
    typed = schedule_form.read({name: form[name] for name in Typed.__slots__})
    chosen = streams_form.read(form)
    wanted = Wanted(
        name=form["name"],
        credential=form["credential"],
        prefix=typed.prefix,
        schedule=typed.text,
        streams=None if chosen is None else frozenset(chosen),
        reports=reports_form.read(form),
        views=bool(form["views"]),
        fivetran=(form["fivetran_dataset"].strip() or USUAL) if form["fivetran"] else "",
        feeds=tuple(_feeds(form)),
    )
    theirs = {field for field, whose in form.under("take.").items() if whose == "theirs"}
    if "schedule" in theirs:
        typed = schedule_form.typed_of(typed.prefix, parse(kept.schedule))
    wanted = editing.taking(wanted, kept, theirs)
    return Sent(
        wanted=wanted,
        schedule=replace(typed, prefix=wanted.prefix),
        version=int(form["version"]) if form["version"].isdecimal() else None,
        seen=_texts(form["seen"]),
        agreed=form["agreed"],
    )


def with_new(around: Surroundings, kept: Wanted, *, credential: str, destination: str) -> Wanted:
    """What is kept, with what was made for it just now; what does not exist is left out."""
    if credential and credential in {each.name for each in credentials.every(around.db)}:
        kept = replace(kept, credential=credential)
    fed = {feed.destination for feed in kept.feeds}
    if destination and destination in {each.name for each in destinations.every(around.db)} - fed:
        kept = replace(kept, feeds=(*kept.feeds, Feed(destination=destination)))
    return kept


def as_kept(kept: Wanted) -> Typed:
    """The schedule's fields, filled in with what is kept."""
    return schedule_form.typed_of(kept.prefix, parse(kept.schedule))


def fields(around: Surroundings, view: Kept, wanted: Wanted, typed: Typed) -> dict[str, Any]:
    """What the form's templates show of a source, beside what was typed."""
    streams = None if wanted.streams is None else tuple(sorted(wanted.streams))
    records = again.records(around.db, view.source)
    return {
        "wanted": wanted,
        "views_go_to": [fivetran_dataset(feed.dataset, wanted.prefix) for feed in view.connections],
        "typed": typed,
        "version": view.source.version,
        "seen": json.dumps(editing.texts(editing.as_it_stands(view))),
        "companies": companies(credentials.every(around.db), wanted.credential),
        "rows": _rows(around, wanted),
        **schedule_form.offered(),
        **streams_form.tree(
            streams, records, wanted.reports, around.now().date(), view.source.created_at.date()
        ),
    }


def preview(around: Surroundings, own: Source, wanted: Wanted, typed: Typed) -> dict[str, Any]:
    """What `schedule_preview.html` shows of a source of our `own`."""
    told = replace(own, streams=wanted.streams, reports=reports_form.readable(wanted.reports))
    calls = calls_for(told.reports, own.created_at.date(), around.now().date())
    return schedule_form.preview(around, typed, read_by(told), own.id, calls)


def _feeds(form: Posted) -> list[Feed]:
    named, datasets = form.under("destination."), form.under("dataset.")
    return [
        Feed(destination=named[row], dataset=datasets.get(row, "").strip())
        for row in form.every("feed")
        if row in named
    ]


def _rows(around: Surroundings, wanted: Wanted) -> list[FeedRow]:
    """What is fed, then what could be, then those that are fed once more: a destination may have several datasets."""
    known = {each.name: each for each in destinations.every(around.db)}
    fed = [feed.destination for feed in wanted.feeds]
    more = [Feed(destination=name) for name in known if name not in fed]
    again_ = [Feed(destination=name) for name in dict.fromkeys(fed) if name in known]
    rows = []
    for place, feed in enumerate([*wanted.feeds, *more, *again_]):
        found = known.get(feed.destination)
        kind = KINDS.get(found.kind) if found else None
        rows.append(
            FeedRow(
                name=feed.destination,
                about=" · ".join(filter(None, (kind.title if kind else "", where(found) if found else ""))),
                dataset=feed.dataset,
                usual=kind.capabilities.default_dataset if kind else "",
                ticked=place < len(wanted.feeds),
                again=place >= len(wanted.feeds) + len(more),
            )
        )
    return rows


def _texts(text: str) -> Mapping[str, str]:
    """What the page said it had shown; anything else counts as nothing."""
    try:
        read_ = json.loads(text[:LONGEST], parse_float=Decimal)
    except ValueError:
        return {}
    if not isinstance(read_, dict):
        return {}
    return {name: value for name, value in read_.items() if isinstance(value, str)}
