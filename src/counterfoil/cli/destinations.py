"""`counterfoil destinations`: the warehouses that are set up."""

from typing import Annotated

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
    command(group, "remove")(remove)


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


def remove(
    door: Door, name: Annotated[str, typer.Argument(help="The destination's name.", metavar="DESTINATION")]
) -> None:
    """Forget a destination that no source feeds; its tables stay."""
    from counterfoil.actions import destinations

    with door.opened() as around:
        destinations.remove(around, name)
    said = f"Removed {name}. Its tables stay in the warehouse."
    door.screen.answer({"removed": name}, Text.assemble(("✓ ", "green"), foreign(said)))
    door.screen.next(("counterfoil destinations", "what is left"))
