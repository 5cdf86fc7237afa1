"""Configuration as code, the other way: write down what is remembered, so that `apply` makes the same again.

What is exported, applied to an empty home and exported again is the same, byte by byte.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from counterfoil.actions.known import Known, read_known
from counterfoil.actions.references import REFERENCE, is_sealed
from counterfoil.actions.wanted import VERSION
from counterfoil.model.connection import Connection
from counterfoil.model.credential import Credential
from counterfoil.model.destination import Destination
from counterfoil.model.schedule import MANUAL
from counterfoil.model.source import Source
from counterfoil.store.db import Database

HEAD = """\
# Written by `counterfoil export`; read by `counterfoil apply`.
# Permissions to read companies are not in here: connect each with `counterfoil connect NAME`.
"""


def export(db: Database) -> str:
    """All credentials, destinations, sources and connections as a YAML file, by name.

    No secret is in it: what is sealed becomes a reference, `${NAME}`, with a name made from its destination's and
    its own. The first lines list every variable that has to be set where the file is applied.
    """
    known = read_known(db)
    options = _options(known.destinations.values())
    written = {
        "version": int(VERSION),
        "credentials": [_credential(known.credentials[name]) for name in sorted(known.credentials)],
        "destinations": [
            _destination(known.destinations[name], options[name]) for name in sorted(known.destinations)
        ],
        "sources": [_source(known.sources[name], known) for name in sorted(known.sources)],
    }
    variables = sorted({name for given in options.values() for name in _referred(given)})
    needs = "".join(f"#   {name}\n" for name in variables)
    head = HEAD + (f"# It needs these variables in the environment:\n{needs}" if needs else "")
    return head + _yaml({key: value for key, value in written.items() if value})


def _options(destinations: Iterable[Destination]) -> Mapping[str, Mapping[str, str]]:
    """The options of each destination, by its name; references in place of what is sealed."""
    ordered = sorted(destinations, key=lambda destination: destination.name)
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
    written: dict[str, Any] = {"name": destination.name, "kind": destination.kind}
    return written | ({"options": dict(options)} if options else {})


def _source(source: Source, known: Known) -> dict[str, Any]:
    """What is as it is when a file is silent is left out."""
    feeds = [_feed(feed) for feed in known.connections if feed.source.id == source.id]
    written: dict[str, Any] = {
        "name": source.name,
        "credential": source.credential.name,
        "streams": "all" if source.streams is None else sorted(source.streams),
    }
    if source.prefix:
        written["prefix"] = source.prefix
    if source.schedule != MANUAL:
        written["schedule"] = str(source.schedule)
    if source.paused:
        written["paused"] = True
    return written | ({"destinations": feeds} if feeds else {})


def _feed(feed: Connection) -> dict[str, str]:
    return {"name": feed.destination.name, "dataset": feed.dataset}


def _yaml(written: Mapping[str, Any]) -> str:
    yaml = YAML(pure=True)
    yaml.allow_unicode = True
    yaml.width = 4096  # a line for each value
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = StringIO()
    yaml.dump(dict(written), text)
    return text.getvalue()
