"""`counterfoil destinations`: the warehouses that are set up."""

import typer
from rich.text import Text

from counterfoil.cli.command import Door, command
from counterfoil.cli.foreign import foreign
from counterfoil.cli.group import LIST, noun
from counterfoil.cli.screen import listing


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the group."""
    group = noun(app, "destinations", text="The warehouses that are set up.", panel=panel)
    command(group, LIST)(list_)


def list_(door: Door) -> None:
    """List all destinations; secrets are shown as the variables that hold them."""
    from counterfoil.actions import destinations
    from counterfoil.cli.places import whereabouts

    with door.store() as db:
        found = destinations.every(db)
    document = [{"name": one.name, "kind": one.kind, "options": dict(one.options)} for one in found]
    table = listing("Destination", "Kind", "Where")
    for one in found:
        table.add_row(foreign(one.name, "bold"), foreign(one.kind), foreign(whereabouts(one), "dim"))
    door.screen.answer(
        {"destinations": document}, table if found else Text("There is no destination yet.", style="dim")
    )
    door.screen.next(
        ("counterfoil sources", "what feeds them")
        if found
        else ("counterfoil apply FILE.yaml", "declare one")
    )
