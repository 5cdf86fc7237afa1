"""`counterfoil tables`: what stands in the warehouse now."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from counterfoil.cli.command import Door, command
from counterfoil.cli.foreign import foreign
from counterfoil.cli.screen import listing
from counterfoil.cli.words import count

if TYPE_CHECKING:
    from counterfoil.model.connection import Connection
    from counterfoil.model.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One table of a source as it stands in a warehouse."""

    stream: str
    table: str
    rows: int
    columns: int


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the command."""
    command(app, "tables", panel=panel)(tables)


def tables(
    door: Door,
    source: Annotated[str, typer.Argument(help="The source's name.", metavar="SOURCE")],
    *,
    every: Annotated[bool, typer.Option("--all", metavar="", help="Also those without rows.")] = False,
) -> None:
    """Show a source's tables in the warehouse: rows and columns."""
    from counterfoil.actions import sources
    from counterfoil.actions.destinations import warehouse_of

    with door.opened() as around:
        view = sources.show(around.db, source)
        found = [
            (
                feed,
                standing_of(
                    view.source,
                    warehouse_of(around, feed.destination).tables(feed.dataset),
                ),
            )
            for feed in view.connections
        ]
    document = [
        {
            "destination": feed.destination.name,
            "dataset": feed.dataset,
            "tables": [asdict(row) for row in rows],
        }
        for feed, rows in found
    ]
    door.screen.answer(
        {"source": source, "destinations": document},
        *(_picture(feed, rows, every=every) for feed, rows in found),
    )
    door.screen.next((f"counterfoil sync {source}", "bring them in step"))


def standing_of(source: "Source", there: Mapping[str, int]) -> list[Standing]:
    """The source's tables among those of a dataset, in the catalog's order."""
    from counterfoil.model.table import all_columns
    from counterfoil.quickbooks.catalog import read_by

    return [
        Standing(
            stream=stream.name,
            table=source.prefix + table.name,
            rows=there[source.prefix + table.name],
            columns=len(all_columns(table)),
        )
        for stream in read_by(source)
        for table in stream.table.family()
        if source.prefix + table.name in there
    ]


def _picture(feed: "Connection", rows: list[Standing], *, every: bool) -> RenderableType:
    from counterfoil.cli.places import places

    title = Text.assemble((feed.destination.name, "bold"), (f"  {places([feed])[0]}", "dim"))
    if not rows:
        return Group(title, Text("No table yet: it was not synced.", style="yellow"))
    table = listing("Table", "Rows", "Columns", "Stream", numbers=("Rows", "Columns"))
    shown = [row for row in rows if row.rows or every]
    for row in shown:
        table.add_row(foreign(row.table), f"{row.rows:,}", f"{row.columns:,}", Text(row.stream, style="dim"))
    hidden = len(rows) - len(shown)
    note = f"{count(sum(row.rows for row in rows), 'row')} in {count(len(rows), 'table')}"
    note += f"; {hidden} are empty, --all shows them" if hidden else ""
    return Group(title, Text(), table, Padding(Text(note, style="dim"), (1, 0, 0, 0)))
