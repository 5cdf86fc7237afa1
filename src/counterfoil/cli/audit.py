"""`counterfoil audit`: who did what to which thing, and when."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from counterfoil.cli.command import Door, command
from counterfoil.cli.foreign import foreign
from counterfoil.cli.screen import listing

if TYPE_CHECKING:
    from counterfoil.model.entry import Entry


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the command."""
    command(app, "audit", panel=panel)(audit)


def audit(
    door: Door,
    *,
    actor: Annotated[str, typer.Option(metavar="WHO", help="Only what this one did, by e-mail or id.")] = "",
    deed: Annotated[str, typer.Option(metavar="VERB", help="Only this, such as removed.")] = "",
    noun: Annotated[str, typer.Option(metavar="NOUN", help="Only about such things, as in source.")] = "",
    thing: Annotated[str, typer.Option(metavar="NAME", help="Only about this thing, by name or id.")] = "",
    since: Annotated[
        datetime | None, typer.Option(metavar="DAY", help="From this day on (UTC).", formats=["%Y-%m-%d"])
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(metavar="DAY", help="Before this day (UTC).", formats=["%Y-%m-%d"])
    ] = None,
    before: Annotated[int | None, typer.Option(metavar="N", help="Older than this line.", min=1)] = None,
    limit: Annotated[int, typer.Option(metavar="N", help="How many lines.", min=1, max=500)] = 50,
) -> None:
    """Show who did what, the newest first; for administrators."""
    from counterfoil.actions.audit import entries
    from counterfoil.model.entry import Chosen

    chosen = Chosen(
        actor=actor,
        deed=deed,
        noun=noun,
        thing=thing,
        since=since and since.replace(tzinfo=UTC),
        until=until and until.replace(tzinfo=UTC),
    )
    with door.opened() as around:
        page = entries(around, chosen, before=before, limit=limit)
    document = {"entries": [_document(entry) for entry in page.entries], "before": page.before}
    door.screen.answer(
        document, _table(page.entries) if page.entries else Text("Nothing was done.", style="dim")
    )
    if page.before is not None:
        door.screen.next((f"counterfoil audit --before {page.before}", "what was done before"))


def _document(entry: "Entry") -> dict[str, Any]:
    return {
        "n": entry.n,
        "at": entry.at.isoformat(),
        "actor": {"kind": entry.actor_kind, "id": entry.actor_id, "name": entry.actor_name},
        "deed": entry.deed,
        "thing": {"noun": entry.noun, "id": entry.thing_id, "name": entry.thing_name},
        "detail": dict(entry.detail),
    }


def _table(entries: Sequence["Entry"]) -> Table:
    table = listing("Line", "When (UTC)", "Who", "Did", numbers=("Line",))
    for entry in entries:
        did = foreign(f"{entry.deed} {entry.noun} {entry.thing_name}")
        table.add_row(str(entry.n), f"{entry.at:%Y-%m-%d %H:%M:%S}", foreign(entry.actor_name, "bold"), did)
    return table
