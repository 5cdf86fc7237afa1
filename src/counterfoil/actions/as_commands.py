"""What is set up as commands for a POSIX shell, which takes every name in them as text and nothing else.

No secret is in them: what is sealed is asked for when the command runs (`--ask`).
"""

import shlex
from collections.abc import Iterable, Sequence
from datetime import UTC

from counterfoil.actions.references import is_sealed
from counterfoil.actions.syncs import Errand
from counterfoil.model.connection import Connection
from counterfoil.model.credential import Credential, Environment
from counterfoil.model.destination import Destination
from counterfoil.model.member import DATASET
from counterfoil.model.schedule import MANUAL
from counterfoil.model.source import Source
from counterfoil.model.style import said

WIDEST = 76
"""Characters of a line; a longer command takes a line for each option."""

Options = Sequence[tuple[str, str | None]]
"""Flags with their values; None where a flag has none."""


def command(verb: str, name: str, options: Options = ()) -> str:
    """`counterfoil VERB NAME` with its options, quoted for the shell."""
    given = [_option(flag, value) for flag, value in options]
    if name.startswith("-"):  # else it would be taken for an option
        parts = [f"counterfoil {verb}", *given, f"-- {shlex.quote(name)}"]
    else:
        parts = [f"counterfoil {verb} {shlex.quote(name)}", *given]
    line = " ".join(parts)
    return line if len(line) <= WIDEST else " \\\n  ".join(parts)


def connecting(credential: Credential) -> str:
    """The command that connects its company; somebody has to be there, with a browser."""
    world = credential.environment
    return command(
        "connect",
        credential.name,
        [] if world is Environment.PRODUCTION else [("--environment", str(world))],
    )


def making_destination(destination: Destination) -> str:
    """The command that makes this destination."""
    return command(
        "destinations create",
        destination.name,
        [("--kind", destination.kind), *_given(destination.options.items())],
    )


def uniting(destination: Destination) -> str:
    """The command that has views stand over all companies of a destination; "" where none are to."""
    union = destination.companies
    if union is None:
        return ""
    options = [("--currency", union.currency)] if union.currency else []
    options += [("--dataset", union.dataset)] if union.dataset != DATASET else []
    return command("companies install", destination.name, options)


def changing_destination(before: Destination, after: Destination, anew: Iterable[str] = ()) -> str:
    """The command that makes a destination another, with the secrets `anew`; "" when they are alike."""
    options: list[tuple[str, str | None]] = []
    anew = frozenset(anew)
    if before.name != after.name:
        options.append(("--rename", after.name))
    changed = {
        name: text for name, text in after.options.items() if before.options.get(name) != text or name in anew
    }
    options += _given(changed.items())
    options += [("--without", name) for name in sorted(before.options.keys() - after.options.keys())]
    return command("destinations edit", before.name, options) if options else ""


def making_source(source: Source, feeds: Iterable[Connection]) -> str:
    """The command that makes this source."""
    options: list[tuple[str, str | None]] = [("--credential", source.credential.name)]
    options += [("--stream", stream) for stream in sorted(_streams(source))]
    options += _reporting(source)
    if not source.views:
        options.append(("--no-views", None))
    if source.fivetran is not None:
        options.append(("--fivetran", said(source.fivetran)))
    if source.prefix:
        options.append(("--prefix", source.prefix))
    if source.schedule != MANUAL:
        options.append(("--schedule", str(source.schedule)))
    options += _feeding(feeds)
    if source.paused:
        options.append(("--paused", None))
    return command("sources create", source.name, options)


def changing_source(
    before: Source, after: Source, old: Sequence[Connection], new: Sequence[Connection]
) -> str:
    """The command that makes a source another, and it feed `new` in place of `old`; "" when they are alike."""
    options: list[tuple[str, str | None]] = []
    if before.name != after.name:
        options.append(("--rename", after.name))
    if before.credential.name != after.credential.name:
        options.append(("--credential", after.credential.name))
    if before.streams != after.streams:
        options += [("--stream", stream) for stream in sorted(_streams(after) or ["all"])]
    if before.reports != after.reports:
        options += _reporting(after) or [("--report", "none")]
    if before.views != after.views:
        options.append(("--views" if after.views else "--no-views", None))
    if before.fivetran != after.fivetran:
        options.append(("--fivetran", said(after.fivetran) or "no"))
    if before.prefix != after.prefix:
        options.append(("--prefix", after.prefix))
    if before.schedule != after.schedule:
        options.append(("--schedule", str(after.schedule)))
    if {feed.id for feed in old} != {feed.id for feed in new}:
        options += _feeding(new) or [("--to", "")]
    return command("sources edit", before.name, options) if options else ""


def asking(source_name: str, errand: Errand) -> str:
    """The command that asks for such a sync."""
    options: list[tuple[str, str | None]] = [("--stream", stream) for stream in sorted(errand.streams or ())]
    if errand.since is not None:
        since = errand.since.astimezone(UTC).replace(tzinfo=None).isoformat()
        return command("sources backfill", source_name, [("--since", since), *options])
    return command("sources resync" if errand.full else "sync", source_name, options)


def _streams(source: Source) -> Iterable[str]:
    """None of them stands for all; that there are reports alone has to be said."""
    return ["none"] if source.streams == frozenset() else source.streams or ()


def _reporting(source: Source) -> list[tuple[str, str | None]]:
    return [("--report", str(choice)) for choice in source.reports]


def _given(options: Iterable[tuple[str, str]]) -> list[tuple[str, str | None]]:
    return [
        ("--ask", name) if is_sealed(text) else ("--option", f"{name}={text}")
        for name, text in sorted(options)
    ]


def _feeding(feeds: Iterable[Connection]) -> list[tuple[str, str | None]]:
    return [("--to", f"{feed.destination.name}.{feed.dataset}") for feed in feeds]


def _option(flag: str, value: str | None) -> str:
    if value is None:
        return flag
    return f"{flag}={shlex.quote(value)}" if value.startswith("-") else f"{flag} {shlex.quote(value)}"
