"""`counterfoil sources`: what can be synced, where it goes and how fresh it is."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from rich.table import Table
from rich.text import Text

from counterfoil.cli import source_asks, source_edits
from counterfoil.cli.command import Door, command
from counterfoil.cli.foreign import foreign
from counterfoil.cli.group import LIST, noun
from counterfoil.cli.screen import listing
from counterfoil.cli.showing import AsCode, facts, write
from counterfoil.cli.source_document import document_of
from counterfoil.cli.source_edits import Name
from counterfoil.cli.words import ago

if TYPE_CHECKING:
    from counterfoil.actions.sources import Preview, SourceView
    from counterfoil.model.source import Source


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the group."""
    group = noun(app, "sources", text="What can be synced, and where it goes.", panel=panel)
    command(group, LIST)(list_)
    command(group, "show")(show)
    command(group, "next")(next_)
    source_edits.add_to(group)
    source_asks.add_to(group)


def list_(door: Door) -> None:
    """List all sources, when they are synced next, and why one is slowed."""
    from counterfoil.actions import budget, sources, timing

    now = datetime.now(UTC)
    with door.opened() as around:
        found = sources.every(around.db)
        standing = budget.standing(around.db, now, around.monthly_calls)
    slowed = {view.source.name: timing.why_slowed(view.source, standing) for view in found}
    door.screen.answer(
        {"sources": [document_of(view) | {"slowed": slowed[view.source.name]} for view in found]},
        _picture(found, slowed, now) if found else Text("There is no source yet.", style="dim"),
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


def show(door: Door, name: Name, *, as_code: AsCode = None) -> None:
    """Show a source, or, with --as, what would make the same."""
    from counterfoil.actions import as_code as code
    from counterfoil.actions import sources
    from counterfoil.model.schedule_text import in_words

    with door.opened() as around:
        view = sources.show(around.db, name)
        if as_code is not None:
            write(door, code.source(view), as_code)
            return
    source = view.source
    company = source.credential
    streams = "all" if source.streams is None else ", ".join(sorted(source.streams))
    rows = [
        ("Company", f"{company.company_name or company.realm_id} ({company.name}, {company.environment})"),
        ("Tables", f"{source.prefix}invoice, …" if source.prefix else "without a prefix"),
        ("Streams", streams or "none"),
        *([("Reports", "\n".join(map(str, source.reports)))] if source.reports else []),
        ("Views", ", ".join(_views(source)) or "none"),
        ("Runs", in_words(source.schedule) + (", but it is paused" if source.paused else "")),
        ("Next", f"{view.next_run_at:%Y-%m-%d %H:%M} UTC" if view.next_run_at else "when asked"),
        *(("Goes to", f"{feed.destination.name}.{feed.dataset}") for feed in view.connections),
    ]
    door.screen.answer(document_of(view), facts(source.name, rows))
    door.screen.next(("counterfoil sources edit SOURCE", "change it"))


def _views(source: "Source") -> list[str]:
    named = f" in {source.fivetran}" if source.fivetran else ""
    fivetran = [] if source.fivetran is None else [f"Fivetran's names{named}"]
    return (["ledger and statements"] if source.views else []) + fivetran


def next_(
    door: Door,
    schedule: Annotated[
        str, typer.Argument(help="A schedule, or the name of a source.", metavar="SCHEDULE|SOURCE")
    ],
    *,
    count: Annotated[int, typer.Option(metavar="N", help="How many runs.", min=1, max=100)] = 5,
) -> None:
    """Show the next runs of a schedule, or of a source, and what they cost."""
    from counterfoil.actions import sources
    from counterfoil.model.schedule_text import in_words

    with door.opened() as around:
        asked = sources.preview(around, schedule, count=count)
    document = {
        "schedule": str(asked.schedule),
        "words": in_words(asked.schedule),
        "next": [run.isoformat() for run in asked.runs],
        "calls_a_month": asked.calls_a_month,
    }
    cost = f"About {asked.calls_a_month:,} metered calls in 30 days, for a small company in which nothing changes."
    door.screen.answer(
        document, Text(in_words(asked.schedule), style="bold"), _runs(asked), Text(cost, style="dim")
    )
    door.screen.next(("counterfoil sources edit SOURCE --schedule TEXT", "let a source run so"))


def _picture(found: "tuple[SourceView, ...]", slowed: Mapping[str, str], now: datetime) -> Table:
    table = listing("Source", "Company", "Goes to", "Streams", "Latest sync", "Next")
    for view in found:
        source, latest = view.source, view.latest
        goes_to = "\n".join(f"{feed.destination.name}.{feed.dataset}" for feed in view.connections)
        table.add_row(
            foreign(source.name, "bold"),
            foreign(source.credential.company_name or source.credential.realm_id),
            Text(goes_to or "nowhere yet", style="" if goes_to else "yellow"),
            "all" if source.streams is None else str(len(source.streams)),
            Text(f"{latest.state}, {ago(latest.started_at, now)}" if latest else "never", style="dim"),
            _next(view, slowed[source.name]),
        )
    return table


def _next(view: "SourceView", slowed: str) -> Text:
    if view.source.paused:
        return Text("paused", style="yellow")
    if view.next_run_at is None:
        return Text("when asked", style="dim")
    told = Text(f"{view.next_run_at:%m-%d %H:%M} UTC")
    return told.append(f"\n{slowed}", style="yellow") if slowed else told


def _runs(asked: "Preview") -> Table:
    zone = getattr(asked.schedule, "zone", "UTC")
    table = listing("UTC", zone) if zone != "UTC" else listing("UTC")
    for run in asked.runs:
        local = run.astimezone(ZoneInfo(zone))
        cells = [f"{run:%Y-%m-%d %H:%M}", f"{local:%a %Y-%m-%d %H:%M %Z}"]
        table.add_row(*cells if zone != "UTC" else cells[:1])
    return table
