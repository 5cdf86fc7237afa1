"""`counterfoil sources resync` and `backfill`: ask the service to read again what is loaded already."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from counterfoil.cli.command import Door, command
from counterfoil.cli.foreign import foreign

if TYPE_CHECKING:
    from counterfoil.model.sync import Sync

Name = Annotated[str, typer.Argument(help="The source's name.", metavar="SOURCE")]
Streams = Annotated[
    list[str] | None,
    typer.Option("--stream", help="Only this stream; give it again for more.", metavar="STREAM"),
]


def add_to(group: typer.Typer) -> None:
    """Add the commands to the group of sources."""
    command(group, "resync")(resync)
    command(group, "backfill")(backfill)


def resync(door: Door, name: Name, *, stream: Streams = None) -> None:
    """Let the service read everything again, or some streams, and mend what differs."""
    from counterfoil.actions import syncs

    with door.opened() as around:
        asked = syncs.resync(around, name, stream or None)
    _tell(door, asked, f"{name} is read in full by the next worker that is free.")


def backfill(
    door: Door,
    name: Name,
    *,
    since: Annotated[datetime, typer.Option(help="From when on (UTC).", metavar="TIME")],
    stream: Streams = None,
) -> None:
    """Let the service read again what changed since a time, loaded already or not."""
    from counterfoil.actions import syncs

    moment = since.replace(tzinfo=UTC)
    with door.opened() as around:
        asked = syncs.backfill(around, name, moment, stream or None)
    _tell(
        door,
        asked,
        f"{name} is read again from {moment:%Y-%m-%d %H:%M} UTC on, by the next worker that is free.",
    )


def _tell(door: Door, asked: "Sync", said: str) -> None:
    document = {
        "id": asked.id,
        "source": asked.source.name,
        "state": str(asked.state),
        "full": asked.full,
        "since": asked.since and asked.since.isoformat(),
        "streams": None if asked.streams is None else sorted(asked.streams),
    }
    door.screen.answer(document, Text.assemble(("✓ ", "green"), foreign(said)))
    door.screen.next(
        (f"counterfoil syncs show {asked.id}", "how it goes"),
        ("counterfoil sync SOURCE --full", "the same here and now, where no service runs"),
    )
