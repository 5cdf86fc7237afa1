"""What was done about a source, by whom, in words: from the audit trail, for everybody who may see the source.

The trail itself is for administrators. This shows of it what concerns one source, people by their names, and neither
anybody's address nor what else they did.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import CounterfoilError
from counterfoil.model.actor import ActorKind
from counterfoil.model.entry import Entry
from counterfoil.model.schedule_text import in_words, parse
from counterfoil.store import activity, sources, syncs, users

LARGEST_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One thing that changed, in words: what it was before, "" where there was nothing, and what it became."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One line: who did what and when; `sync_id` where it is about a sync
    that is still remembered."""

    n: int
    at: datetime  # aware, UTC
    who: str
    way: str
    words: str
    details: tuple[Detail, ...] = ()
    sync_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Deeds, the newest first; `before` asks for the page after this one, None when there is none."""

    deeds: tuple[Deed, ...]
    before: int | None


def of_source(around: Surroundings, name: str, *, before: int | None = None, limit: int = 50) -> Page:
    """What was done about the source of this name, the newest first. Raises NotFound."""
    source = sources.named(around.db, name)
    limit = min(max(limit, 1), LARGEST_PAGE)
    found = activity.entries(around.db, source, before=before, limit=limit + 1)
    known = {user.id: user.name for user in users.every(around.db)}
    kept = syncs.known(around.db, {entry.thing_id for entry in found if entry.noun == "sync"})
    deeds = tuple(_deed(entry, known, kept) for entry in found[:limit])
    return Page(deeds=deeds, before=deeds[-1].n if len(found) > limit else None)


def _deed(entry: Entry, known: Mapping[str, str], kept: Collection[str]) -> Deed:
    who, way = _who(entry, known)
    told = WORDS.get((entry.noun, entry.deed), _plainly)(entry)
    details = _details(entry) if entry.noun in ("source", "connection") else ()
    sync_id = entry.thing_id if entry.thing_id in kept else ""
    return Deed(n=entry.n, at=entry.at, who=who, way=way, words=told, details=details, sync_id=sync_id)


def _who(entry: Entry, known: Mapping[str, str]) -> tuple[str, str]:
    """A person by name, never by address; and the way on which they came."""
    if entry.actor_kind == ActorKind.USER:
        return known.get(entry.actor_id) or "Somebody who is no user any more", ""
    if entry.actor_kind == ActorKind.KEY:
        return entry.actor_name[:1].upper() + entry.actor_name[1:], ""
    if entry.actor_kind == ActorKind.OPERATOR:
        return "Somebody", "command line"
    return "Counterfoil", "by itself"


def _changed(entry: Entry) -> str:
    what = [FIELDS.get(name, name.replace("_", " ")) for name in entry.detail]
    return f"changed {_listed([f'the {each}' for each in what])}" if what else "changed it"


def _asked(entry: Entry) -> str:
    streams, since = entry.detail.get("streams") or [], entry.detail.get("since")
    of = f" of {_listed(streams)}" if streams else ""
    if entry.detail.get("full"):
        return f"asked for a resync{of}: everything is read again"
    if since:
        return f"asked for a backfill{of} since {str(since)[:10]}"
    return f"asked for a sync{of}"


def _plainly(entry: Entry) -> str:
    return f"{entry.deed} the {entry.noun} {entry.thing_name}"


def _place(entry: Entry) -> str:
    """The connection's destination and dataset: what stands behind the source's name."""
    destination, _, dataset = entry.thing_name.rpartition(activity.ARROW)[2].rpartition(".")
    return f"{destination} → {dataset}"


WORDS: Mapping[tuple[str, str], Callable[[Entry], str]] = {
    ("source", "created"): lambda _: "set up this source",
    ("source", "changed"): _changed,
    ("source", "paused"): lambda _: "paused it",
    ("source", "resumed"): lambda _: "resumed it",
    ("connection", "created"): lambda entry: f"connected it to {_place(entry)}",
    ("connection", "changed"): lambda entry: f"moved its tables in {_place(entry)}: all is read again",
    ("connection", "removed"): lambda entry: f"disconnected it from {_place(entry)}; its tables stay there",
    ("sync", "asked for"): _asked,
    ("sync", "began"): lambda _: "began a sync",
    ("sync", "cancelled"): lambda _: "cancelled a sync",
    ("credential", "connected"): lambda entry: f"connected {entry.detail.get('company') or entry.thing_name}",
    ("credential", "disconnected"): lambda entry: f"disconnected {entry.thing_name}: it cannot be read",
    ("credential", "created"): lambda entry: f"added the credential {entry.thing_name}",
    ("credential", "changed"): lambda entry: f"changed the credential {entry.thing_name}",
}

FIELDS = {"streams": "choice of data", "prefix": "table prefix", "paused": "pause"}
"""Fields of a source whose names say too little by themselves."""


def _details(entry: Entry) -> tuple[Detail, ...]:
    if entry.noun == "connection" or entry.deed in ("paused", "resumed"):
        return ()
    told = []
    for name, value in entry.detail.items():
        if isinstance(value, list) and len(value) == 2:
            before, after = (_shown(name, each, entry) for each in value)
            told += _streams(value) if name == "streams" else [_detail(name, before, after)]
    return tuple(each for each in told if each.before or each.after)


def _detail(name: str, before: str, after: str) -> Detail:
    return Detail(what=FIELDS.get(name, name.replace("_", " ")), before=before, after=after)


def _shown(name: str, value: Any, entry: Entry) -> str:
    text = str(value or "")
    if name == "schedule" and text:
        try:
            words = in_words(parse(text))
        except CounterfoilError:
            return text
        return words[0].lower() + words[1:]
    if name == "paused":
        return "paused" if text else "" if entry.deed == "created" else "going"
    return text or ("" if entry.deed == "created" else "none")


def _streams(value: Sequence[str]) -> list[Detail]:
    """What came and what went: of two long lists nobody sees the difference."""
    old, new = (str(each or "") for each in value)
    if "all" in (old, new) or not old:
        return [_detail("streams", _short(old), _short(new))]
    before, after = (set(text.split(", ")) for text in (old, new))
    told = [("added data", after - before), ("data left out", before - after)]
    return [
        Detail(what=what, before="", after=_short(", ".join(sorted(names)))) for what, names in told if names
    ]


def _short(text: str, most: int = 12) -> str:
    names = text.split(", ")
    return text if len(names) <= most else f"{', '.join(names[:most])} and {len(names) - most} more"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
