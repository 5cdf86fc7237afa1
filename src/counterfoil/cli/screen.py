"""What a command shows: the answer on standard output, everything else on standard error."""

import json
import sys
from collections.abc import Sequence
from typing import IO, Any, TextIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from counterfoil.cli.foreign import visible
from counterfoil.logs import mask

WIDEST = 100
"""Columns. Wider lines are harder to read, however wide the terminal is."""

Next = tuple[str, str]
"""What to do next: a command and what it does. Without a command the second is advice."""


class Screen:
    """Two consoles, and the choice between a document for machines and a picture for people."""

    def __init__(self, *, as_json: bool, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.as_json = as_json
        self.out = _console(out or sys.stdout)
        self.err = _console(err or sys.stderr)

    def answer(self, document: Any, *shown: RenderableType) -> None:
        """Give a command's one answer: the document with `--json`, else what is shown."""
        if self.as_json:
            # ASCII, so that what is in the books cannot act on a terminal from here either.
            self.out.file.write(json.dumps(document, indent=2, default=str) + "\n")
            self.out.file.flush()
        else:
            self.out.print(*shown, sep="\n")

    def show(self, *shown: RenderableType) -> None:
        """Show people something on the way; machines do not see it."""
        if not self.as_json:
            self.out.print(*shown, sep="\n")

    def say(self, text: str) -> None:
        """Say where things stand, on standard error."""
        self.err.print(Text(visible(text), style="dim"))

    def next(self, *steps: Next) -> None:
        """End a command by saying what to do next."""
        if self.as_json or not steps:
            return
        self.err.print(Padding(_next(steps), (1, 0, 0, 0)))

    def failed(self, code: str, what: str, do: str) -> None:
        """Show an error: what happened, and what to do."""
        what, do = mask(what), mask(do)
        if self.as_json:
            self.answer({"code": code, "what": what, "do": do})
        else:
            # A console of its own: one that Ctrl-C struck while it wrote may never write again.
            _console(self.err.file).print(trouble(what, do))


def trouble(what: str, do: str) -> RenderableType:
    """One failure: what happened behind a red cross, and what to do under it."""
    return _marked(Text("✗", style="bold red"), what, do)


def caution(what: str, do: str) -> RenderableType:
    """Something that will fail one day: the same behind a yellow mark."""
    return _marked(Text("!", style="bold yellow"), what, do)


def _marked(mark: Text, what: str, do: str) -> RenderableType:
    grid = Table.grid(padding=(0, 1))
    grid.add_row(mark, _lines(what, "bold"))
    if do:
        grid.add_row("", _lines(do, ""))
    return grid


def _lines(text: str, style: str) -> Text:
    first, *rest = text.split("\n")
    shown = Text(visible(first), style=style, overflow="fold")
    for line in rest:
        shown.append("\n" + visible(line), style="not bold")
    return shown


def _next(steps: Sequence[Next]) -> RenderableType:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column()
    grid.add_column(no_wrap=True, overflow="fold")
    for command, purpose in steps:
        if command:
            grid.add_row(
                Text("→", style="cyan"), Text(visible(command), style="cyan"), Text(purpose, style="dim")
            )
    advice = [Text(visible(purpose), style="dim") for command, purpose in steps if not command]
    return Group(*advice, grid)


def listing(*columns: str, numbers: Sequence[str] = ()) -> Table:
    """An empty table as all lists use it; the columns named in `numbers` are flush right."""
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim", pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    return table


def _console(file: IO[str]) -> Console:
    console = Console(file=file, highlight=False, markup=False, emoji=False)
    console.width = min(console.width, WIDEST)
    return console
