"""What one may do with views: see their SQL, have them made now and kept in step, and take them away."""

from dataclasses import dataclass

from counterfoil.actions import sources
from counterfoil.actions.destinations import warehouse_of
from counterfoil.actions.rights import need
from counterfoil.actions.source_changes import Changes
from counterfoil.actions.surroundings import Surroundings
from counterfoil.destinations import KINDS
from counterfoil.errors import WarehouseRefused
from counterfoil.model.actor import Role
from counterfoil.model.connection import Connection
from counterfoil.model.source import Source
from counterfoil.model.style import Defined, Style
from counterfoil.model.table import Table
from counterfoil.model.view import View
from counterfoil.quickbooks.catalog import read_by
from counterfoil.store import views as stored
from counterfoil.sync import companies
from counterfoil.sync.companies import Over
from counterfoil.sync.progress import SILENT, Watch
from counterfoil.sync.views import Beside, dataset_of, make, take_away, views_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The views of a style for one connection: in which dataset, and what they say there."""

    connection: Connection
    dataset: str
    views: tuple[View, ...]


def show(around: Surroundings, name: str, style: Style, dataset: str = "") -> tuple[Shown, ...]:
    """What the views of a style would be in each destination of a source. Raises NotFound."""
    kept = sources.kept(around.db, name)
    named = dataset or kept.source.fivetran or ""
    return tuple(
        Shown(
            connection=feed,
            dataset=dataset_of(style, feed, named),
            views=views_of(style, feed, _tables(kept.source), KINDS[feed.destination.kind].capabilities),
        )
        for feed in kept.connections
    )


def install(
    around: Surroundings, name: str, style: Style, dataset: str = "", watch: Watch = SILENT
) -> tuple[tuple[Connection, Defined], ...]:
    """Make the views of a style in each destination that speaks SQL, and have every sync keep them in step.

    Raises Forbidden, NotFound, SettingInvalid, AlreadyExists for a dataset of others, WarehouseRefused where there is
    no such destination, and what a warehouse raises.
    """
    need(around.actor, Role.EDITOR)
    source = sources.kept(around.db, name).source
    if style is Style.FIVETRAN and (source.fivetran is None or dataset):
        sources.change(around, name, Changes(fivetran=dataset))
    if style is Style.COUNTERFOIL and not source.views:
        sources.change(around, name, Changes(views=True))
    kept = sources.kept(around.db, name)
    able = [feed for feed in kept.connections if KINDS[feed.destination.kind].capabilities.dialect]
    if not able:
        raise WarehouseRefused(
            f"{name} feeds no destination that speaks SQL.", do="Feed one: counterfoil sources connect"
        )
    named = kept.source.fivetran or ""
    made = []
    for feed in able:
        beside = _beside(around, feed, watch)
        where = dataset_of(style, feed, named)
        before = stored.of(around.db, feed).get(style)
        if before and before.dataset != where:
            take_away(beside, before)
        made.append((feed, make(beside, style, where)))
    return tuple(made)


def remove(around: Surroundings, name: str, style: Style, watch: Watch = SILENT) -> tuple[Defined, ...]:
    """Take the views of a style away, and have no sync make them again. Raises as `install` does."""
    need(around.actor, Role.EDITOR)
    off = Changes(fivetran=None) if style is Style.FIVETRAN else Changes(views=False)
    sources.change(around, name, off)
    gone = []
    for feed in sources.kept(around.db, name).connections:
        if defined := stored.of(around.db, feed).get(style):
            beside = _beside(around, feed, watch)
            over = Over(db=around.db, destination=feed.destination, warehouse=beside.warehouse)
            companies.make_way(over, changing=style is Style.COUNTERFOIL)
            take_away(beside, defined)
            companies.keep_in_step(over)
            gone.append(defined)
    return tuple(gone)


def _beside(around: Surroundings, feed: Connection, watch: Watch) -> Beside:
    return Beside(
        db=around.db,
        connection=feed,
        warehouse=warehouse_of(around, feed.destination),
        tables=_tables(feed.source),
        waiting=watch.say,
    )


def _tables(source: Source) -> tuple[Table, ...]:
    return tuple(table for stream in read_by(source) for table in stream.table.family())
