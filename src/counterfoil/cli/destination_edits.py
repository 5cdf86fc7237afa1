"""`counterfoil destinations create …`: commands that make, change and try destinations.

A secret is asked for, or stands as `${NAME}`; on a command line everybody on the machine could read it.
"""

import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from counterfoil.cli.command import Door, command
from counterfoil.cli.exits import ExitCode
from counterfoil.cli.foreign import foreign
from counterfoil.errors import SettingInvalid

if TYPE_CHECKING:
    from counterfoil.actions.proving import Proved
    from counterfoil.destinations.base import Kind
    from counterfoil.model.destination import Destination

Name = Annotated[str, typer.Argument(help="The destination's name.", metavar="DESTINATION")]
Options = typer.Option(
    help="One option of its kind; give it again for more. A secret only as ${NAME}.", metavar="NAME=VALUE"
)
Ask = typer.Option(
    help="An option that is asked for, or read from a line of standard input: for secrets.", metavar="NAME"
)
MARKS = {"worked": ("✓", "green"), "failed": ("✗", "red"), "not tried": ("·", "dim")}


def add_to(group: typer.Typer) -> None:
    """Add the commands to the group of destinations."""
    for name, deed in (("create", create), ("edit", edit), ("prove", prove)):
        command(group, name)(deed)


def create(
    door: Door,
    name: Name,
    *,
    kind: Annotated[str, typer.Option(help="What kind of warehouse, such as duckdb.", metavar="KIND")],
    option: Annotated[list[str] | None, Options] = None,
    ask: Annotated[list[str] | None, Ask] = None,
) -> None:
    """Set up a warehouse."""
    from counterfoil.actions import destination_changes
    from counterfoil.actions.destination_changes import NewDestination, kind_of

    with door.opened() as around:
        options = _given(kind_of(kind), option or (), ask or ())
        made = destination_changes.create(around, NewDestination(name=name, kind=kind, options=options))
    _tell(door, made, f"Made {name}.")
    door.screen.next(
        ("counterfoil destinations prove DESTINATION", "see whether it works"),
        ("counterfoil sources connect SOURCE DESTINATION", "let a source feed it"),
    )


def edit(
    door: Door,
    name: Name,
    *,
    rename: Annotated[str | None, typer.Option(help="Call it so from now on.", metavar="NAME")] = None,
    option: Annotated[list[str] | None, Options] = None,
    ask: Annotated[list[str] | None, Ask] = None,
    without: Annotated[
        list[str] | None, typer.Option(help="An option to leave at its default.", metavar="NAME")
    ] = None,
) -> None:
    """Change a warehouse's name or options; what is not named stays, secrets too."""
    from counterfoil.actions import destination_changes, destinations
    from counterfoil.actions.destination_changes import kind_of

    with door.opened() as around:
        before = destinations.show(around.db, name)
        given = _given(kind_of(before.kind), option or (), ask or ())
        kept = {key: text for key, text in before.options.items() if key not in (without or ())}
        after = destination_changes.change(
            around, name, new_name=rename, options={**kept, **given}, version=before.version
        )
    _tell(door, after, f"Changed {name}.")
    door.screen.next(("counterfoil destinations prove DESTINATION", "see whether it works"))


def prove(
    door: Door,
    name: Name,
    *,
    dataset: Annotated[str, typer.Option(help="Where in it; the kind's own else.", metavar="DATASET")] = "",
) -> ExitCode:
    """Try all that a load needs, step by step; no table stays behind."""
    from counterfoil.actions import destinations, proving

    with door.opened() as around:
        steps = proving.prove(around, destinations.show(around.db, name), dataset)
    failed = [step for step in steps if step.proof is proving.Proof.FAILED]
    document = [
        {"name": step.name, "proof": str(step.proof), "what": step.what, "do": step.do} for step in steps
    ]
    door.screen.answer({"works": not failed, "steps": document}, *(_picture(step) for step in steps))
    return ExitCode.NEEDS_PERSON if failed else ExitCode.OK


def document_of(destination: "Destination") -> dict[str, Any]:
    """A destination, for machines; secrets are references."""
    union = destination.companies
    return {
        "name": destination.name,
        "kind": destination.kind,
        "options": dict(destination.options),
        "companies": None if union is None else {"dataset": union.dataset, "currency": union.currency},
        "version": destination.version,
    }


def _given(kind: "Kind", written: Iterable[str], asked: Iterable[str]) -> Mapping[str, str]:
    """The options of a command line; those asked for come last. Raises SettingInvalid."""
    from counterfoil.actions.references import is_reference

    options: dict[str, str] = {}
    secret = {option.name for option in kind.options if option.secret}
    for text in written:
        name, equals, value = text.partition("=")
        if not equals:
            raise typer.BadParameter("write NAME=VALUE.", param_hint="--option")
        if name in secret and not is_reference(value):
            raise SettingInvalid(
                f"`{name}` is a secret, and everybody on this machine can read a command line.",
                do=f"Give --ask {name} to be asked for it, or --option '{name}=${{NAME}}' to take it from the "
                "environment.",
            )
        options[name] = value
    return options | {name: _asked(name) for name in asked}


def _asked(name: str) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt(name, hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def _tell(door: Door, destination: "Destination", said: str) -> None:
    door.screen.answer(document_of(destination), Text.assemble(("✓ ", "green"), foreign(said)))


def _picture(step: "Proved") -> Text:
    mark, style = MARKS[step.proof]
    told = " ".join(filter(None, (step.what, step.do, step.grant)))
    return Text.assemble((f"{mark} ", style), foreign(step.name), foreign(f" {told}" if told else "", "dim"))
