"""`counterfoil users`: who may sign in."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from counterfoil.cli.command import Door, command
from counterfoil.cli.foreign import foreign
from counterfoil.cli.group import LIST, noun
from counterfoil.cli.screen import listing
from counterfoil.cli.words import ago

if TYPE_CHECKING:
    from counterfoil.actions.users import Invited, Left
    from counterfoil.model.actor import Role
    from counterfoil.model.user import User

Who = Annotated[str, typer.Argument(help="The e-mail address.", metavar="EMAIL")]
RoleName = Annotated[str, typer.Option("--role", metavar="ROLE", help="viewer, editor or admin.")]


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the group."""
    group = noun(app, "users", text="Who may sign in; for administrators.", panel=panel)
    command(group, LIST)(list_)
    command(group, "invite")(invite)
    command(group, "link")(link)
    command(group, "role")(role)
    command(group, "disable")(disable)
    command(group, "enable")(enable)
    command(group, "remove")(remove)


def list_(door: Door) -> None:
    """List all users."""
    from counterfoil.actions import users

    with door.opened() as around:
        found = users.every(around)
    document = {"users": [document_of(user) for user in found]}
    if not found:
        door.screen.answer(document, Text("Nobody can sign in yet.", style="dim"))
        door.screen.next(("counterfoil users invite EMAIL --role admin", "make the first administrator"))
        return
    door.screen.answer(document, _table(found, datetime.now(UTC)))


def invite(
    door: Door,
    email: Who,
    *,
    role: RoleName = "viewer",
    name: Annotated[str, typer.Option(metavar="NAME", help="How to call the person.")] = "",
) -> None:
    """Invite someone, and show the link to hand over."""
    from counterfoil.actions import users

    wanted = role_named(role)
    with door.opened() as around:
        invited = users.invite(around, email, role=wanted, name=name)
    _hand_over(door, invited)


def link(door: Door, email: Who) -> None:
    """Show a new link to choose a password; former links end."""
    from counterfoil.actions import users

    with door.opened() as around:
        invited = users.link(around, email)
    _hand_over(door, invited)


def role(
    door: Door,
    email: Who,
    name: Annotated[str, typer.Argument(help="viewer, editor or admin.", metavar="ROLE")],
) -> None:
    """Give a user another role; the user signs in anew."""
    from counterfoil.actions import users

    wanted = role_named(name)
    with door.opened() as around:
        _tell(door, users.change(around, email, role=wanted), f"is {wanted} now")


def disable(door: Door, email: Who) -> None:
    """Let a user in no more, at once."""
    from counterfoil.actions import users

    with door.opened() as around:
        left = users.disable(around, email)
    _tell(door, left.user, "can no longer sign in")
    _keys(door, left)


def enable(door: Door, email: Who) -> None:
    """Let a user in again."""
    from counterfoil.actions import users

    with door.opened() as around:
        _tell(door, users.enable(around, email), "can sign in again")


def remove(door: Door, email: Who) -> None:
    """Forget a user; the audit trail stays."""
    from counterfoil.actions import users

    with door.opened() as around:
        left = users.remove(around, email)
    _tell(door, left.user, "is removed")
    _keys(door, left)


def role_named(name: str) -> "Role":
    """The role of this name; anything else is wrong use."""
    from counterfoil.model.actor import Role

    if name not in list(Role):
        raise typer.BadParameter(f"{name!r} is not viewer, editor or admin.", param_hint="ROLE")
    return Role(name)


def document_of(user: "User") -> dict[str, Any]:
    """A user, for machines."""
    return {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "role": str(user.role),
        "state": _state(user),
        "signed_in_at": user.signed_in_at.isoformat() if user.signed_in_at else None,
        "created_at": user.created_at.isoformat(),
    }


def _state(user: "User") -> str:
    return "disabled" if user.disabled else "active" if user.able else "invited"


def _table(found: Sequence["User"], now: datetime) -> Table:
    table = listing("User", "Name", "Role", "State", "Signed in")
    for user in found:
        seen = ago(user.signed_in_at, now) if user.signed_in_at else "never"
        table.add_row(foreign(user.email, "bold"), foreign(user.name), str(user.role), _state(user), seen)
    return table


def _hand_over(door: Door, invited: "Invited") -> None:
    from counterfoil.actions.links import link_address

    address = link_address(door.settings().public_url, invited.word)
    grid = Table.grid(padding=(0, 1))
    grid.add_row(Text("✓", style="green"), foreign(f"A link for {invited.user.email}, {invited.user.role}:"))
    door.screen.answer({**document_of(invited.user), "link": address}, grid)
    secret_line(door, address)
    door.screen.next(("", "It works once and is not shown again. Hand it over where nobody else reads it."))


def secret_line(door: Door, secret: str) -> None:
    """Show people what is shown this once: on one line, however long, so that it can be copied."""
    if not door.screen.as_json:
        door.screen.out.print(Text(f"  {secret}", style="cyan"), soft_wrap=True)


def _tell(door: Door, user: "User", what: str) -> None:
    door.screen.answer(document_of(user), foreign(f"{user.email} {what}."))


def _keys(door: Door, left: "Left") -> None:
    if left.keys:
        door.screen.say(f"Keys that {left.user.email} made go on working: {', '.join(left.keys)}.")
        door.screen.next(("counterfoil keys revoke NAME", "end one"))
