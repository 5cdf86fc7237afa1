"""`counterfoil verify`: hold a source's tables against QuickBooks' own reports, and heal what is wrong."""

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from counterfoil.cli.command import Door, command
from counterfoil.cli.exits import ExitCode, exit_of_code
from counterfoil.cli.foreign import foreign
from counterfoil.cli.screen import listing, trouble
from counterfoil.cli.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from counterfoil.actions.surroundings import Surroundings
    from counterfoil.cli.screen import Screen
    from counterfoil.model.verification import Discrepancy, Figure, Verification

MOST = 20
"""Lines of each kind that are shown; all of them stand in the document for machines."""
LOOKS = {
    "agrees": ("✓", "green", "agrees with QuickBooks"),
    "explained": ("!", "yellow", "every transaction is right; what differs is explained"),
    "differs": ("✗", "red", "differs from QuickBooks"),
    "failed": ("✗", "red", "could not be verified"),
}


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the command."""
    command(app, "verify", panel=panel)(verify)


def verify(
    door: Door,
    source: Annotated[str, typer.Argument(help="The source's name.", metavar="SOURCE")],
    *,
    no_heal: Annotated[
        bool, typer.Option("--no-heal", help="Only look: leave rows that are wrong as they are.")
    ] = False,
    last: Annotated[bool, typer.Option("--last", help="Show the last one instead of making one.")] = False,
) -> ExitCode:
    """Sync a source, compare its tables with QuickBooks' own reports, and read again what is wrong."""
    from counterfoil.actions import verifications

    if last:
        with door.store() as db:
            made = verifications.last(db, source)
    else:
        with door.opened() as around:
            made = _run(door.screen, around, source, heal=not no_heal)
    door.screen.answer(
        {"verifications": [document_of(one) for one in made]},
        *(line for one in made for line in _picture(one)),
        *([] if made else [Text("Nothing was verified yet.", style="dim")]),
    )
    code = _exit(made)
    if code is ExitCode.OK:
        door.screen.next((f"counterfoil tables {source}", "what is in the warehouse"))
    else:
        door.screen.next((f"counterfoil verify {source}", "heal what is wrong, and compare again"))
    return code


def _run(screen: "Screen", around: "Surroundings", source: str, *, heal: bool) -> "tuple[Verification, ...]":
    from counterfoil.actions import sources
    from counterfoil.actions.verifications import verify_now
    from counterfoil.cli.progress import watching
    from counterfoil.cli.stopping import stoppable
    from counterfoil.quickbooks.catalog import read_by

    streams = len(read_by(sources.show(around.db, source).source))
    with watching(screen.err, streams, time.monotonic) as watch:
        return stoppable(lambda stop: verify_now(around, source, watch, stop=stop, heal=heal))


def document_of(one: "Verification") -> dict[str, Any]:
    """A verification for machines: amounts as text, exact; days and times in ISO 8601."""
    return {
        **asdict(one),
        "healed": one.healed,
        "figures": [{**asdict(figure), "difference": str(figure.difference)} for figure in one.figures],
    }


def _exit(made: "Sequence[Verification]") -> ExitCode:
    states = {str(one.state) for one in made}
    if "failed" in states:
        return exit_of_code(next(one.code for one in made if one.state == "failed"))
    return ExitCode.DIFFERS if states & {"differs", "explained"} else ExitCode.OK


def _picture(one: "Verification") -> "Iterator[RenderableType]":
    mark, style, words = LOOKS[str(one.state)]
    if one.state == "failed":
        yield trouble(f"{one.destination} {words}. {one.what}", one.do)
        return
    yield Text.assemble((f"{mark} ", style), foreign(one.destination, "bold"), f" {words}")
    facts = (
        count(one.transactions, "transaction"),
        count(one.accounts, "account"),
        f"difference {one.difference:,.2f} {one.currency}".strip(),
        f"{one.healed:,} healed" if one.healed else "",
        count(one.calls, "metered call"),
    )
    yield Text("  " + " · ".join(filter(None, facts)), style="dim")
    if one.differing:
        yield _figures(one.differing)
    if one.discrepancies:
        yield _records(one.discrepancies)
    for words in one.left_out:
        yield Text.assemble(("  ! ", "yellow"), foreign(words))


def _figures(differing: "Sequence[Figure]") -> Table:
    table = listing(
        "What", "Until", "QuickBooks", "Here", "Difference", numbers=("QuickBooks", "Here", "Difference")
    )
    for each in differing[:MOST]:
        here = each.ours + each.unread
        amounts = (f"{number:,.2f}" for number in (each.theirs, here, each.difference))
        table.add_row(foreign(f"{each.kind} {each.name}"), str(each.day or "now"), *amounts)
    return _more(table, len(differing))


def _records(found: "Sequence[Discrepancy]") -> Table:
    table = listing("Record", "Date", "Why", "What", "")
    for each in found[:MOST]:
        name = " ".join(filter(None, (each.stream, each.id, f"({each.number})" if each.number else "")))
        healed = Text("healed", style="green") if each.healed else Text("")
        table.add_row(foreign(name), str(each.day or ""), str(each.why), foreign(each.what), healed)
    return _more(table, len(found))


def _more(table: Table, number: int) -> Table:
    if number > MOST:
        table.caption = f"and {number - MOST:,} more: --json lists them"
    return table
