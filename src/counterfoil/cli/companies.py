"""`counterfoil companies`: views over all companies of a destination, and statements of all in one currency."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from counterfoil.cli.command import Door, command
from counterfoil.cli.foreign import visible
from counterfoil.cli.words import count

if TYPE_CHECKING:
    from counterfoil.model.member import Union

Name = Annotated[str, typer.Argument(help="The destination's name.", metavar="DESTINATION")]
Currency = Annotated[
    str, typer.Option(help="Have statements of all companies in this currency too, like USD.", metavar="CODE")
]
Dataset = Annotated[
    str, typer.Option(help="Where the views go; the usual place is all_companies.", metavar="DATASET")
]


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the group."""
    group = typer.Typer(help="Views over all companies of a destination: each table once for all of them.")
    app.add_typer(group, name="companies", rich_help_panel=panel)
    command(group, "show")(show)
    command(group, "install")(install)
    command(group, "remove")(remove)


def show(door: Door, destination: Name, *, currency: Currency = "", dataset: Dataset = "") -> None:
    """Print the SQL of the views over all companies; nothing is changed."""
    from counterfoil.actions import companies
    from counterfoil.destinations import KINDS

    with door.opened() as around:
        shown = companies.show(around, destination, _union(currency, dataset))
    if door.screen.as_json:
        members = [
            {"realm_id": each.realm_id, "name": each.company, "source": each.source} for each in shown.members
        ]
        door.screen.answer(
            {
                "destination": destination,
                "dataset": shown.union.dataset,
                "currency": shown.union.currency,
                "companies": members,
                "views": {view.name: view.sql for view in shown.views},
            }
        )
        return
    quoted = KINDS[shown.destination.kind].capabilities.quoted
    door.screen.out.file.write(f"-- {visible(destination)}: {count(len(shown.members), 'source')}\n")
    for view in shown.views:
        where = f"{quoted(shown.union.dataset)}.{quoted(view.name)}"
        door.screen.out.file.write(f"CREATE OR REPLACE VIEW {where} AS\n{view.sql};\n\n")
    door.screen.next((f"counterfoil companies install {destination}", "make them"))


def install(door: Door, destination: Name, *, currency: Currency = "", dataset: Dataset = "") -> None:
    """Make the views over all companies now; every sync into the destination keeps them in step from then on."""
    from counterfoil.actions import companies
    from counterfoil.model.member import Union

    with door.opened() as around:
        made = companies.install(around, destination, _union(currency, dataset) or Union())
    document = {
        "destination": destination,
        "dataset": made.union.dataset,
        "currency": made.union.currency,
        "views": list(made.names),
    }
    door.screen.answer(
        document, Text(f"{count(len(made.names), 'view')} in {destination}.{made.union.dataset}")
    )
    door.screen.next((f"counterfoil companies show {destination}", "see what they say"))


def remove(door: Door, destination: Name) -> None:
    """Take the views over all companies away; all tables stay."""
    from counterfoil.actions import companies

    with door.opened() as around:
        gone = companies.remove(around, destination)
    document = {"destination": destination, "dataset": gone.union.dataset, "gone": list(gone.names)}
    door.screen.answer(document, Text(f"{count(len(gone.names), 'view')} taken out of {gone.union.dataset}"))


def _union(currency: str, dataset: str) -> "Union | None":
    """What was asked for; None for nothing in particular."""
    from counterfoil.model.member import DATASET, Union

    if not currency and not dataset:
        return None
    return Union(dataset=dataset or DATASET, currency=currency.upper())
