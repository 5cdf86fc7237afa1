"""`counterfoil keys`: what programs come in with."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from counterfoil.cli.command import Door, command
from counterfoil.cli.foreign import foreign
from counterfoil.cli.group import LIST, noun
from counterfoil.cli.screen import listing
from counterfoil.cli.users import RoleName, role_named, secret_line
from counterfoil.cli.words import ago

if TYPE_CHECKING:
    from counterfoil.model.key import Key

Name = Annotated[str, typer.Argument(help="How to call the key.", metavar="NAME")]


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the group."""
    group = noun(app, "keys", text="What programs come in with; for administrators.", panel=panel)
    command(group, LIST)(list_)
    command(group, "create")(create)
    command(group, "revoke")(revoke)


def list_(door: Door) -> None:
    """List all keys; what they are is never shown again."""
    from counterfoil.actions import keys

    with door.opened() as around:
        found = keys.every(around)
    document = {"keys": [_document(key) for key in found]}
    now = datetime.now(UTC)
    door.screen.answer(document, _table(found, now) if found else Text("There is no key yet.", style="dim"))
    if not found:
        door.screen.next(("counterfoil keys create NAME --role viewer", "make one"))


def create(
    door: Door,
    name: Name,
    *,
    role: RoleName = "viewer",
    days: Annotated[
        int, typer.Option(metavar="N", help="End after so many days; 0: never.", min=0, max=36500)
    ] = 0,
) -> None:
    """Make a key, and show it this once."""
    from counterfoil.actions import keys

    wanted = role_named(role)
    with door.opened() as around:
        ends_at = around.now() + timedelta(days=days) if days else None
        made = keys.create(around, name, role=wanted, ends_at=ends_at)
    grid = Table.grid(padding=(0, 1))
    grid.add_row(
        Text("✓", style="green"), foreign(f"The key {name!r} may what a user with role {wanted} may:")
    )
    door.screen.answer({**_document(made.key), "key": made.word}, grid)
    secret_line(door, made.word)
    door.screen.next(
        ("", "It is not shown again. Programs send it as `Authorization: Bearer KEY`;"),
        ("", "commands take it as COUNTERFOIL_KEY."),
    )


def revoke(door: Door, name: Name) -> None:
    """End a key at once."""
    from counterfoil.actions import keys

    with door.opened() as around:
        key = keys.revoke(around, name)
    door.screen.answer(_document(key), foreign(f"The key {key.name!r} opens nothing any more."))


def _document(key: "Key") -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "role": str(key.role),
        "hint": key.hint,
        "created_by": key.created_by,
        "created_at": key.created_at.isoformat(),
        "used_at": key.used_at.isoformat() if key.used_at else None,
        "ends_at": key.ends_at.isoformat() if key.ends_at else None,
    }


def _table(found: Sequence["Key"], now: datetime) -> Table:
    table = listing("Key", "Ends in", "Role", "Made by", "Used", "Ends")
    for key in found:
        ends = "never" if key.ends_at is None else f"{key.ends_at:%Y-%m-%d}"
        if not key.works(now):
            ends = "ended"
        used = ago(key.used_at, now) if key.used_at else "never"
        table.add_row(
            foreign(key.name, "bold"), f"…{key.hint}", str(key.role), foreign(key.created_by), used, ends
        )
    return table
