"""The tree of commands, walked."""

from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command


def tree(app: typer.Typer) -> Any:
    """The root command, ready to run; `--help` is shown without the type of its value, which it does not take."""
    root = get_command(app)
    for command, context in walk(root):
        option = command.get_help_option(context)
        if option is not None:
            option.metavar = ""
    return root


def walk(
    command: Any, parent: typer.Context | None = None, name: str = "counterfoil"
) -> Iterator[tuple[Any, Any]]:
    """Every command with a context, parents before children."""
    context = typer.Context(command, info_name=name, parent=parent)
    yield command, context
    if isinstance(command, TyperGroup):
        for child in command.list_commands(context):
            yield from walk(command.get_command(context, child), context, child)
