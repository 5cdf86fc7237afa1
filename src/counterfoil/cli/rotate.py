"""`counterfoil rotate-key`: change the key that seals every stored secret."""

from typing import TYPE_CHECKING, Annotated

import typer

from counterfoil.cli.command import Door, command
from counterfoil.cli.exits import ExitCode
from counterfoil.cli.foreign import foreign
from counterfoil.cli.screen import Next
from counterfoil.cli.words import count

if TYPE_CHECKING:
    from pathlib import Path

    from counterfoil.actions.rotation import Rotated
    from counterfoil.settings import Settings


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the command."""
    command(app, "rotate-key", panel=panel)(rotate_key)


def rotate_key(
    door: Door,
    *,
    drop_old: Annotated[
        bool,
        typer.Option("--drop-old", metavar="", help="Drop the keys that nothing is sealed with any more."),
    ] = False,
) -> ExitCode:
    """Make a new secret key and seal everything with it; what runs meanwhile goes on."""
    from counterfoil.actions import rotation

    settings = door.settings()
    with door.opened() as around:
        if drop_old:
            dropped = rotation.drop_old_keys(around, _file(settings))
            door.screen.answer({"dropped": dropped}, foreign(f"{count(dropped, 'old key')} dropped."))
            return ExitCode.OK
        rotated = rotation.rotate(around, _file(settings))
    return _tell(door, rotated, settings)


def _tell(door: Door, rotated: "Rotated", settings: "Settings") -> ExitCode:
    from counterfoil.actions.rotation import REMEDIES

    lost = [
        {"in": one.table, "name": one.name, "do": REMEDIES.get(one.table, "give it again")}
        for one in rotated.lost
    ]
    document = {"new_key": rotated.made, "sealed": rotated.count, "old_keys": rotated.old, "lost": lost}
    door.screen.answer(document, foreign(f"{count(rotated.count, 'secret')} sealed with the newest key."))
    if lost:
        names = "\n".join(f"{one['in']} {one['name']}: {one['do']}" for one in lost)
        door.screen.say(f"No key at hand opens {count(len(lost), 'secret')}; everything else goes on.")
        door.screen.show(*(foreign(line) for line in names.split("\n")))
    door.screen.next(*_steps(rotated, settings))
    return ExitCode.NEEDS_PERSON if lost else ExitCode.OK


def _steps(rotated: "Rotated", settings: "Settings") -> tuple[Next, ...]:
    if not rotated.old:
        return ()
    if settings.secret_key:
        return (
            ("", "Take the old keys out of COUNTERFOIL_SECRET_KEY; backups from before still need them."),
        )
    return (
        ("", f"Copy {settings.home}/secret.key to where you keep it safe."),
        (
            "counterfoil rotate-key --drop-old",
            "once all machines have it; backups from before need the old key",
        ),
    )


def _file(settings: "Settings") -> "Path | None":
    return None if settings.secret_key else settings.home / "secret.key"
