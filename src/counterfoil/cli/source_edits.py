"""`counterfoil sources create …`: commands that change sources, and say what it means for their tables."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from counterfoil.cli.command import Door, command
from counterfoil.cli.foreign import foreign
from counterfoil.cli.source_document import document_of

if TYPE_CHECKING:
    from counterfoil.actions.consequences import Consequences
    from counterfoil.actions.source_changes import Changes, Feed
    from counterfoil.actions.sources import SourceView

Name = Annotated[str, typer.Argument(help="The source's name.", metavar="SOURCE")]
Credential = typer.Option(help="Which company, by its credential.", metavar="NAME")
Stream = typer.Option(help="A stream to read; give it again for more. All when left out.", metavar="STREAM")
Report = typer.Option(
    help="A report to read, with its options as “BalanceSheet method=both by=quarter since=2024-01-01”; give it again "
    "for more.",
    metavar="REPORT",
)
Streams = typer.Option(help="The streams to read from now on; `all` for all.", metavar="STREAM")
Reports = typer.Option(help="The reports to read from now on; `none` for none.", metavar="REPORT")
Views = typer.Option(
    "--views/--no-views", help="Views of ledger and statements beside the tables.", metavar=""
)
Fivetran = typer.Option(
    help="Views under Fivetran's names too, in this dataset; `yes` for the usual one, `no` for none.",
    metavar="DATASET",
)
Prefix = typer.Option(help="What stands before each table's name.", metavar="TEXT")
Schedule = typer.Option(
    help="Such as “every 15 minutes from 06:00 Europe/Berlin”, or manual.", metavar="TEXT"
)
Places = typer.Option(
    help="All that it feeds from now on; give it again for more, and '' for nothing.",
    metavar="NAME[.DATASET]",
)
To = typer.Option(
    help="A destination to feed, and where in it; give it again for more.", metavar="NAME[.DATASET]"
)
Place = Annotated[str, typer.Argument(help="The destination, and where in it.", metavar="NAME[.DATASET]")]


def add_to(group: typer.Typer) -> None:
    """Add the commands to the group of sources."""
    for name, deed in (
        ("create", create),
        ("edit", edit),
        ("connect", connect),
        ("disconnect", disconnect),
        ("pause", pause),
        ("resume", resume),
        ("remove", remove),
    ):
        command(group, name)(deed)


def create(
    door: Door,
    name: Name,
    *,
    credential: Annotated[str, Credential],
    stream: Annotated[list[str] | None, Stream] = None,
    report: Annotated[list[str] | None, Report] = None,
    views: Annotated[bool, Views] = True,
    fivetran: Annotated[str, Fivetran] = "no",
    prefix: Annotated[str, Prefix] = "",
    schedule: Annotated[str, Schedule] = "manual",
    to: Annotated[list[str] | None, To] = None,
    paused: Annotated[
        bool, typer.Option("--paused", metavar="", help="Let its schedule rest until it is resumed.")
    ] = False,
) -> None:
    """Make a source."""
    from counterfoil.actions import sources
    from counterfoil.actions.source_changes import NewSource
    from counterfoil.model.report_choice import chosen
    from counterfoil.model.schedule_text import parse
    from counterfoil.model.style import heard

    with door.opened() as around:
        new = NewSource(
            name=name,
            credential=credential,
            streams=_streams(stream),
            reports=chosen(report or ()),
            views=views,
            fivetran=heard(fivetran),
            prefix=prefix,
            schedule=parse(schedule),
            paused=paused,
            feeds=tuple(feed_of(around.db, text) for text in to or ()),
        )
        view = sources.create(around, new)
    _tell(door, view, f"Made {name}.")
    door.screen.next((f"counterfoil sync {name}", "bring its tables in step"))


def edit(
    door: Door,
    name: Name,
    *,
    rename: Annotated[str | None, typer.Option(help="Call it so from now on.", metavar="NAME")] = None,
    credential: Annotated[str | None, Credential] = None,
    stream: Annotated[list[str] | None, Streams] = None,
    report: Annotated[list[str] | None, Reports] = None,
    views: Annotated[bool | None, Views] = None,
    fivetran: Annotated[str | None, Fivetran] = None,
    prefix: Annotated[str | None, Prefix] = None,
    schedule: Annotated[str | None, Schedule] = None,
    to: Annotated[list[str] | None, Places] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", metavar="", help="Only tell what it means.")] = False,
) -> None:
    """Change a source, and say what it means for tables that are there already."""
    from counterfoil.actions.source_changes import Changes, Keep
    from counterfoil.model.report_choice import chosen
    from counterfoil.model.schedule_text import parse
    from counterfoil.model.style import heard

    changes = Changes(
        name=rename,
        credential=credential,
        streams=_streams(stream) if stream else Keep.KEEP,
        reports=chosen(() if report == ["none"] else report) if report else None,
        views=views,
        fivetran=Keep.KEEP if fivetran is None else heard(fivetran),
        prefix=prefix,
        schedule=None if schedule is None else parse(schedule),
    )
    _change(door, name, changes, to=to, dry_run=dry_run)


def _streams(given: list[str] | None) -> frozenset[str] | None:
    """None for all; `none` where only reports are wanted."""
    if not given or given == ["all"]:
        return None
    return frozenset() if given == ["none"] else frozenset(given)


def connect(door: Door, name: Name, place: Place) -> None:
    """Let a source feed another destination too."""
    from counterfoil.actions import sources

    with door.opened() as around:
        view = sources.connect(around, name, feed_of(around.db, place))
    _tell(door, view, f"{name} feeds {place} too; the next sync reads everything.")
    door.screen.next((f"counterfoil sync {name}", "fill it"))


def disconnect(door: Door, name: Name, place: Place) -> None:
    """Feed a destination no more; its tables stay."""
    from counterfoil.actions import sources

    with door.opened() as around:
        feed = feed_of(around.db, place)
        view = sources.disconnect(around, name, feed.destination, feed.dataset)
    _tell(door, view, f"{name} feeds {place} no more; its tables stay there.")
    door.screen.next(("counterfoil sources", "what feeds what"))


def pause(door: Door, name: Name) -> None:
    """Let a source's schedule rest; it is still synced when you ask."""
    from counterfoil.actions import sources

    with door.opened() as around:
        view = sources.pause(around, name)
    _tell(door, view, f"{name} is paused.")
    door.screen.next((f"counterfoil sources resume {name}", "let it go on"))


def resume(door: Door, name: Name) -> None:
    """Let a source's schedule go on."""
    from counterfoil.actions import sources

    with door.opened() as around:
        view = sources.resume(around, name)
    at = f"{view.next_run_at:%Y-%m-%d %H:%M} UTC" if view.next_run_at else "when somebody asks"
    _tell(door, view, f"{name} goes on; it is synced next {at}.")
    door.screen.next((f"counterfoil sync {name}", "not to wait until then"))


def remove(door: Door, name: Name) -> None:
    """Forget a source, how far it was read, and its syncs; tables stay in the warehouse."""
    from counterfoil.actions import sources

    with door.opened() as around:
        sources.remove(around, name)
    door.screen.answer({"removed": name}, _done(f"Removed {name}. Its tables stay in the warehouse."))
    door.screen.next(("counterfoil sources", "what is left"))


def feed_of(db: Any, text: str) -> "Feed":
    """`books.finance` is the dataset finance of books; only where there is no books, a destination called just so."""
    from counterfoil.actions import destinations
    from counterfoil.actions.source_changes import Feed

    name, dot, dataset = text.rpartition(".")
    known = [destination.name for destination in destinations.every(db)]
    if not dot or (text in known and name not in known):
        return Feed(destination=text)
    return Feed(destination=name, dataset=dataset)


def _change(door: Door, name: str, changes: "Changes", *, to: list[str] | None, dry_run: bool) -> None:
    from counterfoil.actions import sources

    with door.opened() as around:
        if to:
            changes = replace(changes, feeds=tuple(feed_of(around.db, text) for text in to if text))
        means = sources.what_would_change(around, name, changes)
        view = sources.show(around.db, name) if dry_run else sources.change(around, name, changes)
    document = document_of(view) | {"dry_run": dry_run, "consequences": list(means.told)}
    done = Text("Nothing was saved.", style="yellow") if dry_run else _done(f"Changed {name}.")
    door.screen.answer(document, _meaning(means), done)
    steps = (f"counterfoil sync {view.source.name}", "bring its tables in step")
    door.screen.next(("", "Run it again without --dry-run to do it.") if dry_run else steps)


def _tell(door: Door, view: "SourceView", said: str) -> None:
    door.screen.answer(document_of(view), _done(said))


def _done(said: str) -> Text:
    return Text.assemble(("✓ ", "green"), foreign(said))


def _meaning(means: "Consequences") -> Table:
    grid = Table.grid(padding=(0, 1))
    for sentence in _or_none(means.told):
        grid.add_row(Text("·", style="dim"), foreign(sentence))
    return grid


def _or_none(told: Iterable[str]) -> tuple[str, ...]:
    return tuple(told) or ("Nothing changes in any warehouse.",)
