"""`counterfoil move-to`: from SQLite to a PostgreSQL that several machines share."""

import sys
from typing import Annotated

import typer
from rich.text import Text

from counterfoil.cli.command import Door, command
from counterfoil.cli.words import count
from counterfoil.errors import SettingInvalid


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the command."""
    command(app, "move-to", panel=panel)(move_to)


def move_to(
    door: Door,
    url: Annotated[
        str,
        typer.Argument(
            help="The new database: postgresql://user@host/name; - reads it from standard input.",
            metavar="URL",
        ),
    ],
) -> None:
    """Move all that Counterfoil remembers to another, empty database."""
    from counterfoil.actions.moving import move_to
    from counterfoil.cli.opening import surroundings
    from counterfoil.store.db import open_database

    settings = door.settings()
    address = _address(url)
    with surroundings(settings) as around:
        new = open_database(address, vault=around.db.vault, locks=settings.home / "locks")
        try:
            moved = move_to(around, new)
        finally:
            new.close()
    rows = sum(moved.values())
    said = f"Moved {count(rows, 'row')} of {count(len(moved), 'table')}. The old database is as it was."
    door.screen.answer({"rows": rows, "tables": dict(moved)}, Text(said))
    door.screen.next(
        (
            "",
            "Set COUNTERFOIL_DATABASE_URL to the new database, and COUNTERFOIL_SECRET_KEY on every machine.",
        ),
        ("counterfoil serve", "then start the service again, and workers wherever you like"),
    )


def _address(url: str) -> str:
    """The address, which may hold a password only where nobody else can read it."""
    if url == "-":
        return sys.stdin.readline().strip()
    if ":" in url.partition("://")[2].rpartition("@")[0]:
        raise SettingInvalid(
            "The address holds a password, and others can read the command line.",
            do="Give it on standard input: counterfoil move-to - < FILE",
        )
    return url
