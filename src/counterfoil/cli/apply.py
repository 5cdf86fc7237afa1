"""`counterfoil apply` and `export`: what is set up, from a file and into one."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from counterfoil.cli.command import Door, command
from counterfoil.cli.foreign import foreign
from counterfoil.cli.screen import Next
from counterfoil.errors import NotFound

if TYPE_CHECKING:
    from counterfoil.actions.differences import Change

MARKS = {
    "created": ("+", "green"),
    "changed": ("~", "yellow"),
    "removed": ("-", "red"),
    "unchanged": ("=", "dim"),
}


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the command."""
    command(app, "apply", panel=panel)(apply)
    command(app, "export", panel=panel)(export)


def apply(
    door: Door,
    file: Annotated[Path, typer.Argument(help="A YAML file.", metavar="FILE.yaml")],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", metavar="", help="Only tell what would change.")
    ] = False,
) -> None:
    """Make credentials, destinations and sources agree with a file."""
    from counterfoil.actions.apply import apply
    from counterfoil.actions.document import Document

    document = Document(filename=str(file), text=read(file))
    with door.opened() as around:
        changes = apply(around, document, dry_run=dry_run)
    told = {"dry_run": dry_run, "changes": [asdict(change) for change in changes]}
    door.screen.answer(told, _picture(changes, dry_run=dry_run))
    door.screen.next(*_steps(file, changes, dry_run=dry_run))


def export(door: Door) -> None:
    """Write what is set up as YAML that `apply` reads; secrets only as references."""
    from counterfoil.actions.export import export

    with door.store() as db:
        text = export(db)
    if door.screen.as_json:
        door.screen.answer({"configuration": text})
    else:
        door.screen.out.file.write(text)  # as it is: lines must not be broken to fit the terminal
    door.screen.next(("counterfoil export > books.yaml", "keep it, in version control for example"))


def read(file: Path) -> str:
    """The text of a file. Raises NotFound when it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}.", do="Check the path.") from error
    except UnicodeDecodeError as error:
        raise NotFound(f"{file} is not text in UTF-8.", do="Save it as UTF-8, or check the path.") from error


def _picture(changes: Sequence["Change"], *, dry_run: bool) -> RenderableType:
    """A diff: a line a thing, and under one that is changed, a line a field."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    for change in changes:
        mark, style = MARKS[str(change.did)]
        quiet = "dim" if mark == "=" else ""
        grid.add_row(
            Text(mark, style=style),
            Text(change.noun, style="dim"),
            foreign(change.name, quiet),
            foreign(change.note, "dim"),
        )
        for each in change.differences if mark == "~" else ():
            told = Text.assemble(
                foreign(each.before or "none", "red"), (" → ", "dim"), foreign(each.after or "none", "green")
            )
            grid.add_row("", Text(f"  {each.field}", style="dim"), told, "")
    done = [change for change in changes if str(change.did) != "unchanged"]
    if not done:
        summary = Text("✓ Everything is as the file says already.", style="green")
    elif dry_run:
        summary = Text(f"Would change {len(done)} of {len(changes)}; nothing was saved.", style="yellow")
    else:
        summary = Text(f"✓ Saved {len(done)} of {len(changes)}.", style="green")
    return Group(grid, Text(), summary)


def _steps(file: Path, changes: Sequence["Change"], *, dry_run: bool) -> list[Next]:
    if dry_run:
        return [(f"counterfoil apply {file}", "do it")]
    names = [change.name for change in changes if change.noun == "source"]
    return [(f"counterfoil sync {name}", "bring its tables in step") for name in names[:3]] or [
        ("counterfoil sources", "what there is to sync")
    ]
