"""`counterfoil syncs`: what ran, and what came of it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from counterfoil.cli.command import Door, command
from counterfoil.cli.foreign import foreign
from counterfoil.cli.group import LIST, noun
from counterfoil.cli.screen import listing
from counterfoil.cli.words import ago, took

if TYPE_CHECKING:
    from counterfoil.model.sync import Sync

STYLES = {"succeeded": "green", "running": "cyan", "failed": "red"}


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the group."""
    group = noun(app, "syncs", text="What ran, and what came of it.", panel=panel)
    command(group, LIST)(list_)
    command(group, "show")(show)


def list_(
    door: Door,
    source: Annotated[
        str | None, typer.Argument(help="Only those of this source.", metavar="[SOURCE]")
    ] = None,
    *,
    limit: Annotated[int, typer.Option(metavar="N", help="How many at most.", min=1, max=1000)] = 20,
) -> None:
    """List syncs, the newest first."""
    from counterfoil.actions import syncs

    with door.store() as db:
        found = syncs.latest(db, source, limit=limit)
    door.screen.answer(
        {"syncs": [document_of(sync) for sync in found]},
        _picture(found, datetime.now(UTC)) if found else Text("Nothing ran yet.", style="dim"),
    )
    door.screen.next(
        (f"counterfoil syncs show {found[0].id}", "all its streams, and what failed")
        if found
        else ("counterfoil sync SOURCE", "run one")
    )


def show(door: Door, sync: Annotated[str, typer.Argument(help="The sync's id.", metavar="ID")]) -> None:
    """Show one sync: every stream, what changed, what failed and what to do."""
    from counterfoil.actions import sources, syncs
    from counterfoil.cli.card import Ended, card, document_of
    from counterfoil.cli.places import places

    with door.store() as db:
        view = syncs.show(db, sync)
        feeds = sources.show(db, view.sync.source.name).connections
    ended = Ended(sync=view.sync, outcomes=view.outcomes, places=places(feeds))
    door.screen.answer(document_of(ended), card(ended, most=len(view.outcomes)))
    door.screen.next((f"counterfoil sync {view.sync.source.name}", "sync again"))


def document_of(sync: "Sync") -> dict[str, Any]:
    """A sync in short, for machines."""
    return {
        "id": sync.id,
        "source": sync.source.name,
        "state": str(sync.state),
        "started_at": sync.started_at.isoformat(),
        "ended_at": sync.ended_at.isoformat() if sync.ended_at else None,
        "records": sync.totals.read,
        "calls": sync.totals.calls,
        "code": sync.code,
        "what": sync.what,
        "do": sync.do,
    }


def _picture(found: "tuple[Sync, ...]", now: datetime) -> Table:
    table = listing(
        "Sync", "Source", "State", "Started", "Took", "Records", "Calls", numbers=("Took", "Records", "Calls")
    )
    for sync in found:
        table.add_row(
            Text(sync.id, style="dim", no_wrap=True),
            foreign(sync.source.name, "bold"),
            Text(str(sync.state), style=STYLES.get(str(sync.state), "yellow")),
            Text(ago(sync.started_at, now), style="dim"),
            took(sync.ended_at - sync.started_at) if sync.ended_at else "",
            f"{sync.totals.read:,}",
            f"{sync.totals.calls:,}",
        )
    return table
