"""How commands show one thing: its facts, or the code that would make the same."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table

from counterfoil.cli.command import Door
from counterfoil.cli.foreign import foreign

if TYPE_CHECKING:
    from counterfoil.actions.as_code import Code


class Form(StrEnum):
    """As what a thing can be written down."""

    CLI = "cli"
    YAML = "yaml"


AsCode = Annotated[
    Form | None, typer.Option("--as", help="Write what would make the same: cli or yaml.", metavar="FORM")
]


def facts(name: str, rows: Iterable[tuple[str, str]]) -> RenderableType:
    """A thing's name, and what is known of it."""
    grid = Table.grid(padding=(0, 3, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for fact, value in rows:
        grid.add_row(foreign(fact), foreign(value))
    return Group(foreign(name, "bold"), grid)


def write(door: Door, code: "Code", form: Form) -> None:
    """Write code as it is: lines must not be broken to fit the terminal."""
    text = code.commands + "\n" if form is Form.CLI else code.yaml
    if door.screen.as_json:
        door.screen.answer({"form": str(form), "code": text, "variables": list(code.variables)})
    else:
        door.screen.out.file.write(text)
    first = [(code.connect, "first, with a browser: authorise its company")] if code.connect else []
    door.screen.next(
        *first, *(("", f"Set {name} where the file is applied.") for name in _needed(code, form))
    )


def _needed(code: "Code", form: Form) -> tuple[str, ...]:
    return code.variables if form is Form.YAML else ()
