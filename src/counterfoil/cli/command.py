"""What all commands share: three options, and how an error is told."""

import inspect
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from counterfoil.cli.exits import ExitCode, exit_of
from counterfoil.cli.screen import Screen
from counterfoil.errors import CounterfoilError
from counterfoil.settings import Settings, read_settings

if TYPE_CHECKING:
    from counterfoil.actions.surroundings import Surroundings
    from counterfoil.store.db import Database

log = logging.getLogger(__name__)

SHARED = "On every command"

_SHARED = (
    ("as_json", bool, "--json", "Answer with one JSON document on standard output.", ""),
    ("home", str, "--home", "Where Counterfoil keeps its things; else COUNTERFOIL_HOME.", "FOLDER"),
    ("log_level", str, "--log-level", "DEBUG, INFO, WARNING or ERROR.", "LEVEL"),
)

SHARED_FLAGS = frozenset(flag for _, _, flag, *_ in _SHARED)


class Door:
    """One command at work: its screen, its settings, its surroundings."""

    def __init__(self, screen: Screen, *, home: str = "", log_level: str = "") -> None:
        self.screen = screen
        self.log: Path | None = None
        self.given = {"home": home, "log_level": log_level}

    def settings(self) -> Settings:
        """Read the settings, those of the command line first, and begin the log. Raises SettingInvalid."""
        return self.take(read_settings(given=self.given))

    def take(self, settings: Settings) -> Settings:
        """Work with these settings: begin their log."""
        from counterfoil.cli.opening import open_log

        self.log = open_log(settings)
        return settings

    @contextmanager
    def store(self) -> Iterator["Database"]:
        """What Counterfoil remembers, for commands that only look."""
        from counterfoil.cli.opening import store, surroundings

        settings = self.settings()
        if settings.key:  # which has to be right, whatever is asked
            with surroundings(settings) as around:
                yield around.db
            return
        with store(settings) as db:
            yield db

    @contextmanager
    def opened(self) -> Iterator["Surroundings"]:
        """The surroundings that the settings describe."""
        from counterfoil.cli.opening import surroundings

        with surroundings(self.settings()) as around:
            yield around


Deed = Callable[..., ExitCode | None]


def command(app: typer.Typer, name: str, *, panel: str | None = None) -> Callable[[Deed], Deed]:
    """Make a command of a function that takes a Door first; its other parameters are the command's own."""

    def register(deed: Deed) -> Deed:
        def run(**given: Any) -> None:
            shared = {option: given.pop(option) for option, *_ in _SHARED}
            door = Door(
                Screen(as_json=shared["as_json"]),
                home=shared["home"] or "",
                log_level=shared["log_level"] or "",
            )
            raise typer.Exit(enter(door, lambda: deed(door, **given)))

        own = list(inspect.signature(deed, eval_str=True).parameters.values())[1:]
        _sign(run, [*own, *_shared_parameters()])
        run.__doc__ = deed.__doc__
        app.command(name, rich_help_panel=panel)(run)
        return deed

    return register


def enter(door: Door, deed: Callable[[], ExitCode | None]) -> ExitCode:
    """Do a deed and tell any error as what happened and what to do; answer with the exit code."""
    try:
        return deed() or ExitCode.OK
    except CounterfoilError as error:
        door.screen.failed(error.code, error.what, error.do)
        return exit_of(error)
    except KeyboardInterrupt:
        door.screen.failed("interrupted", "Stopped.", "Run the command again whenever you like.")
        return ExitCode.INTERRUPTED
    except (typer.TyperException, typer.Exit, BrokenPipeError):
        raise
    except Exception as defect:
        log.exception("A defect ended the command.")
        door.screen.failed(
            "defect", f"Something unforeseen: {type(defect).__name__}: {defect}", _report(door.log)
        )
        return ExitCode.DEFECT


def _report(path: Path | None) -> str:
    where = f"with the end of the log, {path}" if path else "with what you did"
    return f"This is a defect of Counterfoil. Please report it, {where}; secrets in the log are masked."


def _shared_parameters() -> list[inspect.Parameter]:
    return [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=False if kind is bool else None,
            annotation=Annotated[
                kind if kind is bool else kind | None,
                typer.Option(flag, help=text, metavar=metavar, rich_help_panel=SHARED),
            ],
        )
        for name, kind, flag, text, metavar in _SHARED
    ]


def _sign(run: Callable[..., None], parameters: list[inspect.Parameter]) -> None:
    """Give a function the parameters from which typer makes options and arguments."""
    keywords = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]
    run.__signature__ = inspect.Signature(keywords)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in keywords}
