"""`counterfoil credentials`: the companies that may be read."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from counterfoil.cli.command import Door, command
from counterfoil.cli.foreign import foreign
from counterfoil.cli.group import LIST, noun
from counterfoil.cli.screen import caution, listing

if TYPE_CHECKING:
    from counterfoil.model.credential import Credential
    from counterfoil.model.ending import Ending

STYLES = {"connected": "green", "waiting": "yellow", "ended": "red"}
Name = Annotated[str, typer.Argument(help="The credential's name.", metavar="CREDENTIAL")]
URGENCIES = {"none": "", "notice": "yellow", "urgent": "bold red"}


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the group."""
    group = noun(app, "credentials", text="The companies that may be read.", panel=panel)
    command(group, LIST)(list_)
    command(group, "disconnect")(disconnect)
    command(group, "remove")(remove)


def list_(door: Door) -> None:
    """List all credentials and when they end; tokens are never shown."""
    from counterfoil.actions import credentials

    now = datetime.now(UTC)
    with door.store() as db:
        found = [(one, credentials.ending(db, one, now)) for one in credentials.every(db)]
    warned = [warning for one, end in found if (warning := credentials.warning(one, end)) is not None]
    document = {"credentials": [_document(one, end) for one, end in found]}
    if not found:
        door.screen.answer(document, Text("No company is connected yet.", style="dim"))
    else:
        cautions = [Padding(caution(each.what, each.do), (1, 0, 0, 0)) for each in warned]
        door.screen.answer(document, _table(found), *cautions)
    idle = [one for one, _ in found if str(one.state) != "connected"]
    if found and not idle:
        door.screen.next(("counterfoil sources", "what is read with them"))
    else:
        way = credentials.way_to_connect(idle[0]) if idle else "counterfoil connect NAME"
        door.screen.next((way, "authorise it in the browser"))


def disconnect(door: Door, name: Name) -> None:
    """Give the permission back to Intuit; tables stay, and syncs go on when it is connected again."""
    from counterfoil.actions import connecting

    with door.opened() as around:
        ended = connecting.disconnect(around, name)
    said = [_done(f"Disconnected {name}: Intuit was told, and the tokens are forgotten.")]
    if ended.sources:
        still = f"Until it is connected again, nothing new comes into {', '.join(ended.sources)}."
        said.append(Padding(caution(still, ""), (1, 0, 0, 0)))
    door.screen.answer({"name": name, "state": str(ended.credential.state), "sources": ended.sources}, *said)
    door.screen.next((f"counterfoil connect {name}", "authorise it again"))


def remove(door: Door, name: Name) -> None:
    """Forget a credential that no source uses, and its tokens."""
    from counterfoil.actions import credentials

    with door.opened() as around:
        credentials.remove(around, name)
    door.screen.answer({"removed": name}, _done(f"Removed {name}."))
    door.screen.next(("counterfoil credentials", "what is left"))


def _done(said: str) -> RenderableType:
    return Text.assemble(("✓ ", "green"), foreign(said))


def _document(one: "Credential", end: "Ending | None") -> dict[str, Any]:
    return {
        "name": one.name,
        "realm_id": one.realm_id,
        "company_name": one.company_name,
        "environment": str(one.environment),
        "state": str(one.state),
        "ends_at": end.at.isoformat() if end else None,
        "days_left": end.days if end else None,
        "limit": str(end.limit) if end else None,
        "urgency": str(end.urgency) if end else None,
    }


def _table(found: Sequence[tuple["Credential", "Ending | None"]]) -> Table:
    table = listing(
        "Credential", "Company", "Company id", "Environment", "State", "Days left", numbers=("Days left",)
    )
    for one, end in found:
        state = Text(str(one.state), style=STYLES[str(one.state)])
        name = foreign(one.company_name or "not read yet", "" if one.company_name else "dim")
        left = Text(str(end.days), style=URGENCIES[str(end.urgency)]) if end else Text("·", style="dim")
        table.add_row(
            foreign(one.name, "bold"), name, foreign(one.realm_id), str(one.environment), state, left
        )
    return table
