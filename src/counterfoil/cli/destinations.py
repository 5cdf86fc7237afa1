"""`counterfoil destinations`: the warehouses that are set up."""

import typer
from rich.text import Text

from counterfoil.cli import destination_edits
from counterfoil.cli.command import Door, command
from counterfoil.cli.destination_edits import Name, document_of
from counterfoil.cli.foreign import foreign
from counterfoil.cli.group import LIST, noun
from counterfoil.cli.screen import listing
from counterfoil.cli.showing import AsCode, facts, write


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the group."""
    group = noun(app, "destinations", text="The warehouses that are set up.", panel=panel)
    command(group, LIST)(list_)
    command(group, "show")(show)
    command(group, "kinds")(kinds)
    destination_edits.add_to(group)
    command(group, "remove")(remove)


def list_(door: Door) -> None:
    """List all destinations; secrets are shown as the variables that hold them."""
    from counterfoil.actions import destinations
    from counterfoil.cli.places import whereabouts

    with door.store() as db:
        found = destinations.every(db)
    document = [document_of(one) for one in found]
    table = listing("Destination", "Kind", "Where")
    for one in found:
        table.add_row(foreign(one.name, "bold"), foreign(one.kind), foreign(whereabouts(one), "dim"))
    door.screen.answer(
        {"destinations": document}, table if found else Text("There is no destination yet.", style="dim")
    )
    door.screen.next(
        ("counterfoil sources", "what feeds them")
        if found
        else ("counterfoil destinations create NAME --kind duckdb --option path=books.duckdb", "set one up")
    )


def show(door: Door, name: Name, *, as_code: AsCode = None) -> None:
    """Show a destination and who feeds it, or, with --as, what would make the same."""
    from counterfoil.actions import as_code as code
    from counterfoil.actions import destinations
    from counterfoil.store import connections

    with door.opened() as around:
        found = destinations.show(around.db, name)
        if as_code is not None:
            write(door, code.destination(around, name), as_code)
            return
        feeds = [feed for feed in connections.every(around.db) if feed.destination.id == found.id]
    places = [f"{feed.source.name} → {feed.dataset}" for feed in feeds]
    rows = [("Kind", found.kind), *found.options.items(), *(("Fed by", place) for place in places)]
    if found.companies:
        rows.append(("All companies", f"{found.companies.dataset} {found.companies.currency}".strip()))
    fed = [{"source": feed.source.name, "dataset": feed.dataset} for feed in feeds]
    door.screen.answer(document_of(found) | {"fed_by": fed}, facts(found.name, rows))
    door.screen.next(("counterfoil destinations prove DESTINATION", "see whether it works"))


def kinds(door: Door) -> None:
    """List the kinds of warehouse there are, and what each wants to know."""
    from counterfoil.destinations import KINDS

    table = listing("Kind", "Option", "What it is")
    document = []
    for kind in KINDS.values():
        for place, option in enumerate(kind.options):
            marks = [word for word in ("required", "secret") if getattr(option, word)]
            told = f"{option.help} ({', '.join(marks)})" if marks else option.help
            table.add_row(kind.name if place == 0 else "", option.name, Text(told, style="dim"))
        options = [
            {"name": option.name, "help": option.help, "required": option.required, "secret": option.secret}
            for option in kind.options
        ]
        document.append({"name": kind.name, "title": kind.title, "options": options})
    door.screen.answer({"kinds": document}, table)
    door.screen.next(("counterfoil destinations create NAME --kind KIND --option NAME=VALUE", "set one up"))


def remove(door: Door, name: Name) -> None:
    """Forget a destination that no source feeds; its tables stay."""
    from counterfoil.actions import destinations

    with door.opened() as around:
        destinations.remove(around, name)
    said = f"Removed {name}. Its tables stay in the warehouse."
    door.screen.answer({"removed": name}, Text.assemble(("✓ ", "green"), foreign(said)))
    door.screen.next(("counterfoil destinations", "what is left"))
