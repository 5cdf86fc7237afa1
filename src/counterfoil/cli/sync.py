"""`counterfoil sync`: run a source here and now, and watch it."""

import resource
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from counterfoil.cli.command import Door, command
from counterfoil.cli.exits import ExitCode, exit_of_code
from counterfoil.cli.screen import Screen

if TYPE_CHECKING:
    from counterfoil.actions.surroundings import Surroundings
    from counterfoil.actions.syncs import Errand
    from counterfoil.cli.card import Ended
    from counterfoil.model.sync import Sync


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the command."""
    command(app, "sync", panel=panel)(sync)


def sync(
    door: Door,
    source: Annotated[str, typer.Argument(help="The source's name.", metavar="SOURCE")],
    *,
    stream: Annotated[
        list[str] | None, typer.Option(help="Only this stream; may be given several times.", metavar="STREAM")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Read everything, not just what changed.")] = False,
    since: Annotated[
        datetime | None,
        typer.Option(help="Read again what changed since then (UTC), loaded already or not.", metavar="TIME"),
    ] = None,
) -> ExitCode:
    """Bring a source's tables in step with QuickBooks, now."""
    from counterfoil.actions.syncs import Errand
    from counterfoil.cli.card import card, document_of

    errand = Errand(
        streams=frozenset(stream) if stream else None,
        full=full,
        since=since.replace(tzinfo=UTC) if since else None,
    )
    with door.opened() as around:
        ended = run(door.screen, around, source, errand)
    door.screen.answer(document_of(ended), card(ended))
    code = exit_of_sync(ended.sync)
    if code is ExitCode.OK:
        door.screen.next(
            (f"counterfoil tables {source}", "what is in the warehouse now"),
            (f"counterfoil sync {source}", "again, whenever you like"),
        )
    else:
        door.screen.next((f"counterfoil sync {source}", "once that is done; nothing is lost meanwhile"))
    return code


def run(screen: Screen, around: "Surroundings", source_name: str, errand: "Errand | None" = None) -> "Ended":
    """Sync while showing how it goes. Raises what `sync_now` raises; Ctrl-C or SIGTERM ends it in seconds."""
    from counterfoil.actions import credentials, sources
    from counterfoil.actions.budget import standing
    from counterfoil.actions.sync_now import sync_now
    from counterfoil.cli.card import Ended
    from counterfoil.cli.places import places
    from counterfoil.cli.progress import watching
    from counterfoil.cli.stopping import stoppable
    from counterfoil.quickbooks.catalog import read_by

    view = sources.show(around.db, source_name)
    only = errand.streams if errand else None
    streams = sum(1 for stream in read_by(view.source) if only is None or stream.name in only)
    with watching(screen.err, streams, time.monotonic) as watch:
        sync, outcomes = stoppable(
            lambda stop: sync_now(around, source_name, watch, stop=stop, errand=errand)
        )
    used = credentials.show(around.db, sync.source.credential.name)
    return Ended(
        sync=sync,
        outcomes=outcomes,
        places=places(view.connections),
        peak=peak_memory(),
        budget=standing(around.db, around.now(), around.monthly_calls),
        warned=credentials.warning(used, credentials.ending(around.db, used, around.now())),
    )


def exit_of_sync(sync: "Sync") -> ExitCode:
    """The exit code of a sync that ran to its end."""
    from counterfoil.model.sync import SyncState

    if sync.state is SyncState.SUCCEEDED:
        return ExitCode.OK
    return ExitCode.PARTLY_FAILED if sync.state is SyncState.PARTIAL else exit_of_code(sync.code)


def peak_memory() -> int:
    """The most memory that this process has held, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # BSD counts bytes, Linux KiB
