"""`counterfoil views`: what stands beside a source's tables under other names, and what it says."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from counterfoil.cli.command import Door, command
from counterfoil.cli.foreign import visible
from counterfoil.cli.words import count
from counterfoil.model.style import Style

if TYPE_CHECKING:
    from counterfoil.actions.views import Shown

Name = Annotated[str, typer.Argument(help="The source's name.", metavar="SOURCE")]
Which = typer.Option(help="Our own names, or those of Fivetran's tables.", metavar="STYLE")
Place = typer.Option(
    help="Where views under Fivetran's names go; the usual place is <dataset>_<prefix>_fivetran.",
    metavar="DATASET",
)


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the group."""
    group = typer.Typer(help="Views beside a source's tables: ledger and statements, or Fivetran's names.")
    app.add_typer(group, name="views", rich_help_panel=panel)
    command(group, "show")(show)
    command(group, "install")(install)
    command(group, "remove")(remove)


def show(
    door: Door,
    source: Name,
    *,
    style: Annotated[Style, Which] = Style.COUNTERFOIL,
    dataset: Annotated[str, Place] = "",
) -> None:
    """Print the SQL of a source's views, for each of its destinations; nothing is changed."""
    from counterfoil.actions import views

    with door.opened() as around:
        shown = views.show(around, source, style, dataset)
    document = [
        {
            "destination": one.connection.destination.name,
            "dataset": one.dataset,
            "views": {view.name: view.sql for view in one.views},
        }
        for one in shown
    ]
    if door.screen.as_json:
        door.screen.answer({"source": source, "style": style.value, "destinations": document})
        return
    for one in shown:
        door.screen.out.file.write("\n".join(_statements(one)) + "\n")
    door.screen.next((f"counterfoil views install {source} --style {style.value}", "make them"))


def install(
    door: Door,
    source: Name,
    *,
    style: Annotated[Style, Which] = Style.COUNTERFOIL,
    dataset: Annotated[str, Place] = "",
) -> None:
    """Make a source's views in each of its destinations now; every sync keeps them in step from then on."""
    from counterfoil.actions import views

    with door.opened() as around:
        made = views.install(around, source, style, dataset)
    document = [
        {"destination": feed.destination.name, "dataset": one.dataset, "views": list(one.names)}
        for feed, one in made
    ]
    told = [
        Text(f"{count(len(one.names), 'view')} in {feed.destination.name}.{one.dataset}")
        for feed, one in made
    ]
    door.screen.answer({"source": source, "style": style.value, "destinations": document}, *told)
    door.screen.next((f"counterfoil views show {source} --style {style.value}", "see what they say"))


def remove(door: Door, source: Name, *, style: Annotated[Style, Which] = Style.COUNTERFOIL) -> None:
    """Take a source's views away; its tables stay."""
    from counterfoil.actions import views

    with door.opened() as around:
        gone = views.remove(around, source, style)
    document = [{"dataset": one.dataset, "views": list(one.names)} for one in gone]
    told = [Text(f"{count(len(one.names), 'view')} taken out of {one.dataset}") for one in gone]
    door.screen.answer(
        {"source": source, "style": style.value, "gone": document}, *(told or [Text("There were none.")])
    )


def _statements(one: "Shown") -> Iterator[str]:
    """SQL to look at, or to run by hand; every name in it is one of ours, or keeps our rules for names."""
    from counterfoil.destinations import KINDS

    quoted = KINDS[one.connection.destination.kind].capabilities.quoted
    yield f"-- {visible(one.connection.destination.name)}, dataset {one.dataset}"
    if not one.views:
        yield "-- none: it has no views, or the source does not read what they stand on"
    for view in one.views:
        yield f"CREATE OR REPLACE VIEW {quoted(one.dataset)}.{quoted(view.name)} AS\n{view.sql};\n"
