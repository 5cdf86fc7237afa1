"""A noun as a group of commands: `counterfoil syncs` lists, `counterfoil syncs show ID` shows one."""

from typing import Any

import typer
from typer.core import TyperGroup

LIST = "list"


class Noun(TyperGroup):
    """Falls back on `list`, so that `syncs`, `syncs --json` and `syncs acme` mean `syncs list …`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        known = {*self.commands, "--help"}
        return super().parse_args(ctx, args if args and args[0] in known else [LIST, *args])


def noun(app: typer.Typer, name: str, *, text: str, panel: str) -> typer.Typer:
    """Add an empty group for a noun."""
    group = typer.Typer(cls=Noun, help=text)
    app.add_typer(group, name=name, rich_help_panel=panel)
    return group
