"""What is set up as a file that `apply` reads: the one way in which it is written down.

No secret is in it: what is sealed becomes a reference, `${NAME}`, with a name made from its destination's and its own.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any, TypeVar

from ruamel.yaml import YAML

from counterfoil.actions.references import REFERENCE, is_sealed
from counterfoil.actions.wanted import VERSION
from counterfoil.model.connection import Connection
from counterfoil.model.credential import Credential
from counterfoil.model.destination import Destination
from counterfoil.model.member import DATASET, Union
from counterfoil.model.schedule import MANUAL
from counterfoil.model.source import Source

Thing = TypeVar("Thing", Credential, Destination, Source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Things:
    """What is to be written down, and `feeds`, of which those of the sources are."""

    credentials: Sequence[Credential] = ()
    destinations: Sequence[Destination] = ()
    sources: Sequence[Source] = ()
    feeds: Sequence[Connection] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The file, and the variables that have to be set where it is applied."""

    text: str
    variables: tuple[str, ...]


def written(things: Things) -> Written:
    """Write things down, by name; what is as it is when a file is silent is left out."""
    options = _options(things.destinations)
    whole = {
        "version": int(VERSION),
        "credentials": [_credential(each) for each in _by_name(things.credentials)],
        "destinations": [_destination(each, options[each.name]) for each in _by_name(things.destinations)],
        "sources": [_source(each, things.feeds) for each in _by_name(things.sources)],
    }
    variables = {name for given in options.values() for name in _referred(given)}
    return Written(
        text=_yaml({key: value for key, value in whole.items() if value}),
        variables=tuple(sorted(variables)),
    )


def _by_name(things: Iterable[Thing]) -> list[Thing]:
    return sorted(things, key=lambda thing: thing.name)


def _options(destinations: Iterable[Destination]) -> Mapping[str, Mapping[str, str]]:
    """The options of each destination, by its name; references in place of what is sealed."""
    ordered = _by_name(destinations)
    taken = {name for destination in ordered for name in _referred(destination.options)}
    return {destination.name: _without_sealed(destination, taken) for destination in ordered}


def _without_sealed(destination: Destination, taken: set[str]) -> Mapping[str, str]:
    options = {}
    for option in sorted(destination.options):
        text = destination.options[option]
        if is_sealed(text):
            name = _variable(f"{destination.name}_{option}", taken)
            taken.add(name)
            text = f"${{{name}}}"
        options[option] = text
    return options


def _variable(name: str, taken: Collection[str]) -> str:
    """A name for a variable, such as BOOKS_PASSWORD, that stands for nothing else yet."""
    plain = re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")
    plain = f"_{plain}" if plain[:1].isdigit() else plain
    number, free = 1, plain
    while free in taken:
        number += 1
        free = f"{plain}_{number}"
    return free


def _referred(options: Mapping[str, str]) -> list[str]:
    return [name for text in options.values() for name in REFERENCE.findall(text)]


def _credential(credential: Credential) -> dict[str, Any]:
    return {
        "name": credential.name,
        "realm_id": credential.realm_id,
        "environment": str(credential.environment),
    }


def _destination(destination: Destination, options: Mapping[str, str]) -> dict[str, Any]:
    one: dict[str, Any] = {"name": destination.name, "kind": destination.kind}
    one |= {"options": dict(options)} if options else {}
    return one | ({"companies": _companies(destination.companies)} if destination.companies else {})


def _companies(union: Union) -> bool | dict[str, str]:
    told = {} if union.dataset == DATASET else {"dataset": union.dataset}
    told |= {"currency": union.currency} if union.currency else {}
    return told or True


def _source(source: Source, feeds: Iterable[Connection]) -> dict[str, Any]:
    one: dict[str, Any] = {
        "name": source.name,
        "credential": source.credential.name,
        "streams": "all" if source.streams is None else sorted(source.streams),
    }
    if source.reports:
        one["reports"] = [str(choice) for choice in source.reports]
    if not source.views:
        one["views"] = False
    if source.fivetran is not None:
        one["fivetran"] = source.fivetran or True
    if source.prefix:
        one["prefix"] = source.prefix
    if source.schedule != MANUAL:
        one["schedule"] = str(source.schedule)
    if source.paused:
        one["paused"] = True
    mine = [_feed(feed) for feed in feeds if feed.source.id == source.id]
    return one | ({"destinations": mine} if mine else {})


def _feed(feed: Connection) -> dict[str, str]:
    return {"name": feed.destination.name, "dataset": feed.dataset}


def _yaml(whole: Mapping[str, Any]) -> str:
    yaml = YAML(pure=True)
    yaml.allow_unicode = True
    yaml.width = 4096  # a line for each value
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = StringIO()
    yaml.dump(dict(whole), text)
    return text.getvalue()
