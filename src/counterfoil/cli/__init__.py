"""The command line: it translates and delegates. Modules that take long to import are imported inside commands."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from counterfoil import __version__
from counterfoil.cli import (
    alerts,
    apply,
    audit,
    budget,
    companies,
    connect,
    credentials,
    demo,
    destinations,
    keys,
    move,
    rotate,
    sandbox,
    serve,
    sources,
    sync,
    syncs,
    tables,
    users,
    verify,
    views,
    worker,
)
from counterfoil.cli.exits import ExitCode
from counterfoil.cli.screen import Screen
from counterfoil.cli.tree import tree

START = "Start"
WORK = "Work"
LOOK = "Look"
PEOPLE = "People and safety"


def main() -> None:
    """Run the command that was typed and end the process with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command; answer with its exit code."""
    try:
        ended = tree(make_app()).main(args=list(arguments), prog_name="counterfoil", standalone_mode=False)
        return int(ended or ExitCode.OK)
    except typer.TyperException as wrong:
        context = getattr(wrong, "ctx", None)
        path = context.command_path if context else "counterfoil"
        what = wrong.format_message()
        Screen(as_json="--json" in arguments).failed("usage", what, f"How it is used: {path} --help")
        return ExitCode.WRONG_USE
    except typer.Abort:
        return ExitCode.INTERRUPTED


def make_app() -> typer.Typer:
    """The whole command tree."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.callback(invoke_without_command=True)(_root)
    demo.add_to(app, START)
    connect.add_to(app, START)
    apply.add_to(app, START)
    sandbox.add_to(app, START)
    sync.add_to(app, WORK)
    verify.add_to(app, WORK)
    serve.add_to(app, WORK)
    worker.add_to(app, WORK)
    move.add_to(app, WORK)
    for look in (sources, syncs, tables, views, companies, budget, destinations, credentials, alerts):
        look.add_to(app, LOOK)
    for safety in (users, keys, audit, rotate):
        safety.add_to(app, PEOPLE)
    return app


def _root(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", metavar="", help="Show the version and end.")] = False,
) -> None:
    """Keep your own exact copy of your QuickBooks books, in your own warehouse."""
    if version:
        typer.echo(f"Counterfoil {__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())
