"""The tree in which people choose what to read: each stream with what it brings, and what the choice comes to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from counterfoil.actions import counting
from counterfoil.model.cost import calls_of_first
from counterfoil.model.stream import Family, Stream
from counterfoil.quickbooks.catalog import catalog
from counterfoil.quickbooks.naming import named_by
from counterfoil.quickbooks.report_catalog import calls_for
from counterfoil.web import reports_form
from counterfoil.web.visit import Posted

GROUPS = (
    ("Lists", (Family.LIST,)),
    ("Transactions", (Family.TRANSACTION,)),
    ("Company and supporting", (Family.SINGLETON, Family.SUPPORTING)),
)

TABLES_OF_REPORT = 3

Chosen = tuple[str, ...] | None
"""Names of streams; None: all, also those to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Streams of a kind; `records` as far as they are counted, None when none is."""

    title: str
    streams: tuple[Stream, ...]
    chosen: int
    records: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A list that records of chosen streams name, and that is not chosen."""

    name: str
    named_by: tuple[str, ...]


def read(form: Posted) -> Chosen:
    """What was ticked."""
    if form["all"] == "yes":
        return None
    return tuple(name for name in form.every("stream") if name in catalog())


def tree(
    chosen: Chosen, counts: Mapping[str, int], texts: Collection[str], today: date, made: date | None = None
) -> dict[str, Any]:
    """What `streams_tree.html`, `reports_tree.html` and `streams_sum.html` show.

    `texts` are the reports as `report_choice.parse` reads them, of a source that was `made` some day, or is today.
    """
    told = reports_form.readable(texts)
    names = frozenset(catalog()) if chosen is None else frozenset(chosen)
    streams = [stream for name, stream in catalog().items() if name in names]
    return {
        "chosen": chosen,
        "names": names,
        "groups": [_group(title, families, names, counts) for title, families in GROUPS],
        "counted": counts,
        "countable": sum(1 for stream in catalog().values() if counting.countable(stream)),
        "records": sum(counts.get(stream.name, 0) for stream in streams),
        "tables": sum(len(tuple(stream.table.family())) for stream in streams) + TABLES_OF_REPORT * len(told),
        "first_calls": calls_of_first(streams, counts) + calls_for(told, made or today, today).first,
        **reports_form.list_(texts, made or today, today),
        "missing": missing(names),
    }


def missing(names: Collection[str]) -> tuple[Missing, ...]:
    """What one would want to join on and has not chosen, the most named first."""
    named: dict[str, list[str]] = {}
    for name in sorted(names):
        for other in named_by(name):
            if other not in names:
                named.setdefault(other, []).append(name)
    found = [Missing(name=name, named_by=tuple(by)) for name, by in named.items()]
    return tuple(sorted(found, key=lambda each: (-len(each.named_by), each.name)))


def _group(
    title: str, families: tuple[Family, ...], names: frozenset[str], counts: Mapping[str, int]
) -> Group:
    streams = sorted(
        (stream for stream in catalog().values() if stream.family in families), key=lambda each: each.name
    )
    counted = [counts[stream.name] for stream in streams if stream.name in counts]
    return Group(
        title=title,
        streams=tuple(streams),
        chosen=sum(stream.name in names for stream in streams),
        records=sum(counted) if counted else None,
    )
