"""`counterfoil sources`: what can be synced, where it goes and how fresh it is."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table
from rich.text import Text

from counterfoil.cli.command import Door, command
from counterfoil.cli.foreign import foreign
from counterfoil.cli.group import LIST, noun
from counterfoil.cli.screen import listing
from counterfoil.cli.words import ago

if TYPE_CHECKING:
    from counterfoil.actions.sources import SourceView


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the group."""
    group = noun(app, "sources", text="What can be synced, and where it goes.", panel=panel)
    command(group, LIST)(list_)


def list_(door: Door) -> None:
    """List all sources."""
    from counterfoil.actions import sources

    with door.store() as db:
        found = sources.every(db)
    door.screen.answer(
        {"sources": [document_of(view) for view in found]},
        _picture(found, datetime.now(UTC)) if found else Text("There is no source yet.", style="dim"),
    )
    if found:
        door.screen.next(
            (f"counterfoil sync {found[0].source.name}", "bring its tables in step"),
            (f"counterfoil tables {found[0].source.name}", "what is in the warehouse"),
        )
    else:
        door.screen.next(
            ("counterfoil apply FILE.yaml", "declare one"), ("counterfoil demo", "look round first")
        )


def document_of(view: "SourceView") -> dict[str, Any]:
    """A source for machines; `streams` null means all."""
    source, latest = view.source, view.latest
    return {
        "name": source.name,
        "credential": source.credential.name,
        "company": {"realm_id": source.credential.realm_id, "name": source.credential.company_name},
        "streams": None if source.streams is None else sorted(source.streams),
        "prefix": source.prefix,
        "schedule": str(source.schedule),
        "paused": source.paused,
        "destinations": [
            {"name": feed.destination.name, "kind": feed.destination.kind, "dataset": feed.dataset}
            for feed in view.connections
        ],
        "latest_sync": latest
        and {"id": latest.id, "state": str(latest.state), "started_at": latest.started_at.isoformat()},
    }


def _picture(found: "tuple[SourceView, ...]", now: datetime) -> Table:
    table = listing("Source", "Company", "Goes to", "Streams", "Latest sync")
    for view in found:
        source, latest = view.source, view.latest
        goes_to = "\n".join(f"{feed.destination.name}.{feed.dataset}" for feed in view.connections)
        table.add_row(
            foreign(source.name, "bold"),
            foreign(source.credential.company_name or source.credential.realm_id),
            Text(goes_to or "nowhere yet", style="" if goes_to else "yellow"),
            "all" if source.streams is None else str(len(source.streams)),
            Text(f"{latest.state}, {ago(latest.started_at, now)}" if latest else "never", style="dim"),
        )
    return table
