"""`counterfoil worker`: one more process that runs syncs."""

import signal
from typing import TYPE_CHECKING

import typer

from counterfoil import logs
from counterfoil.cli.command import Door, command
from counterfoil.errors import SettingInvalid

if TYPE_CHECKING:
    from counterfoil.engine.start import Places
    from counterfoil.settings import Settings

ENDS = frozenset({signal.SIGINT, signal.SIGTERM})


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the command."""
    command(app, "worker", panel=panel)(worker)


def worker(door: Door) -> None:
    """Run syncs that wait, until Ctrl-C. The log goes to standard error; it needs PostgreSQL."""
    from counterfoil.actions.service import running
    from counterfoil.cli.opening import surroundings
    from counterfoil.engine.start import is_shared

    settings = door.settings()
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)  # for all threads to come: this one waits for them
    with surroundings(settings) as around:
        if not is_shared(around.db):
            raise SettingInvalid(
                "Workers of their own need a database that they can share; this one is SQLite's.",
                do="counterfoil serve runs syncs by itself. To share: counterfoil move-to postgresql://…",
            )
        logs.set_up(settings.log_level, form=settings.log_format)
        with running(around, places_of(settings)):
            door.screen.next(("", f"Working on up to {settings.places} syncs at once, until Ctrl-C."))
            signal.sigwait(ENDS)
            # A second one ends the process at once; whoever is left takes over what it ran (Promise 3).
            for each in ENDS:
                signal.signal(each, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
            door.screen.say(f"Ending: syncs that run get {settings.grace_seconds} seconds.")
    door.screen.say("Stopped.")


def places_of(settings: "Settings") -> "Places":
    """How much one process does at once."""
    from counterfoil.engine.start import Places

    return Places(slots=settings.places, grace=settings.grace_seconds)
