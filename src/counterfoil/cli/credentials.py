"""`counterfoil credentials`: the companies that may be read."""

import typer
from rich.text import Text

from counterfoil.cli.command import Door, command
from counterfoil.cli.foreign import foreign
from counterfoil.cli.group import LIST, noun
from counterfoil.cli.screen import listing

STYLES = {"connected": "green", "waiting": "yellow", "ended": "red"}


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the group."""
    group = noun(app, "credentials", text="The companies that may be read.", panel=panel)
    command(group, LIST)(list_)


def list_(door: Door) -> None:
    """List all credentials; tokens are never shown."""
    from counterfoil.actions import credentials

    with door.store() as db:
        found = credentials.every(db)
    document = [
        {
            "name": one.name,
            "realm_id": one.realm_id,
            "company_name": one.company_name,
            "environment": str(one.environment),
            "state": str(one.state),
        }
        for one in found
    ]
    table = listing("Credential", "Company", "Company id", "Environment", "State")
    for one in found:
        state = Text(str(one.state), style=STYLES[str(one.state)])
        name = foreign(one.company_name or "not read yet", "" if one.company_name else "dim")
        table.add_row(foreign(one.name, "bold"), name, foreign(one.realm_id), str(one.environment), state)
    door.screen.answer(
        {"credentials": document}, table if found else Text("No company is connected yet.", style="dim")
    )
    idle = [one.name for one in found if str(one.state) != "connected"]
    if found and not idle:
        door.screen.next(("counterfoil sources", "what is read with them"))
    else:
        door.screen.next(
            (f"counterfoil connect {idle[0] if idle else 'NAME'}", "authorise it in the browser")
        )
