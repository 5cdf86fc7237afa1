"""Views: have those that a source is to have stand beside its tables, in each of its connections."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from counterfoil.books.fingerprint import fingerprint
from counterfoil.destinations.base import Capabilities, Destination, Waiting, in_silence
from counterfoil.errors import AlreadyExists, Cancelled, CounterfoilError, LockLost
from counterfoil.model.connection import Connection
from counterfoil.model.style import Defined, Style, fivetran_dataset
from counterfoil.model.table import Table
from counterfoil.model.view import Ground, View
from counterfoil.stop import NEVER, Stop
from counterfoil.store import views as stored
from counterfoil.store.db import Database

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The tables of one connection, beside which views stand, in their opened warehouse."""

    db: Database
    connection: Connection
    warehouse: Destination
    tables: tuple[Table, ...]
    waiting: Waiting = in_silence
    stop: Stop = NEVER

    @property
    def speaks(self) -> bool:
        """Whether the warehouse speaks SQL: lakes have no views."""
        return bool(self.warehouse.capabilities.dialect)

    def print_of(self, style: Style) -> str:
        """A word that is another one when the views of a style say something else; wording them takes far longer."""
        return fingerprint(ground_of(style, self.connection, self.tables, self.warehouse.capabilities))

    def views(self, style: Style) -> tuple[View, ...]:
        """What the views of a style say here."""
        return views_of(style, self.connection, self.tables, self.warehouse.capabilities)


def wanted(connection: Connection) -> Mapping[Style, str]:
    """The styles that are switched on for a connection, each with the dataset of its views."""
    source, on = connection.source, {}
    if source.views:
        on[Style.COUNTERFOIL] = dataset_of(Style.COUNTERFOIL, connection)
    if source.fivetran is not None:
        on[Style.FIVETRAN] = dataset_of(Style.FIVETRAN, connection, source.fivetran)
    return on


def dataset_of(style: Style, connection: Connection, named: str = "") -> str:
    """Where the views of a style stand, unless a dataset was named."""
    if style is Style.COUNTERFOIL:
        return connection.dataset
    return fivetran_dataset(connection.dataset, connection.source.prefix, named)


def views_of(
    style: Style, connection: Connection, tables: Sequence[Table], kind: Capabilities
) -> tuple[View, ...]:
    """The views of a style, in the SQL of the kind of warehouse; none where that speaks no SQL."""
    return _written(style, ground_of(style, connection, tables, kind)) if kind.dialect else ()


def ground_of(style: Style, connection: Connection, tables: Sequence[Table], kind: Capabilities) -> Ground:
    """What the views of a style stand on; where they stand in another dataset, that of the tables is named."""
    ground = kind.ground(connection.dataset, connection.source.prefix, tuple(tables))
    return ground if style is Style.COUNTERFOIL else replace(ground, dataset=connection.dataset)


@lru_cache(maxsize=64)
def _written(style: Style, ground: Ground) -> tuple[View, ...]:
    # What words SQL takes long to import, and most syncs word none.
    from counterfoil.books.fivetran.views import views as fivetran  # noqa: PLC0415
    from counterfoil.books.views import views  # noqa: PLC0415

    return tuple(fivetran(ground) if style is Style.FIVETRAN else views(ground))


def keep_in_step(beside: Beside, *, anew: bool) -> None:
    """Make the views that are switched on, where they are not there or say something else by now; take away others.

    With `anew` make them in any case. A view that cannot be made is told of, and keeps nobody from their tables.
    """
    source = beside.connection.source
    try:
        _keep_in_step(beside, anew=anew)
    except (Cancelled, LockLost):
        raise
    except Exception as error:  # whatever it is: the tables are loaded, and nobody is to lose them for a view
        what = error.what if isinstance(error, CounterfoilError) else f"{type(error).__name__}: {error}"
        _log.warning(
            "The views of %s in %s are not in step: %s", source.name, beside.connection.dataset, what
        )
        beside.waiting(f"the views of {source.name} are not in step: {what}")


def _keep_in_step(beside: Beside, *, anew: bool) -> None:
    if not beside.speaks:
        return
    on, made = wanted(beside.connection), stored.of(beside.db, beside.connection)
    for style, there in made.items():
        if on.get(style) != there.dataset:
            take_away(beside, there)
    for style, dataset in on.items():
        known = made.get(style)
        if anew or known is None or (known.dataset, known.digest) != (dataset, beside.print_of(style)):
            make(beside, style, dataset)


def changing(beside: Beside) -> bool:
    """Whether views of a source that others stand on are to be replaced or taken away."""
    made = stored.of(beside.db, beside.connection).get(Style.COUNTERFOIL)
    if made is None or not beside.speaks:
        return False
    on = wanted(beside.connection).get(Style.COUNTERFOIL)
    return (made.dataset, made.digest) != (on, beside.print_of(Style.COUNTERFOIL))


def make(beside: Beside, style: Style, dataset: str) -> Defined:
    """Make the views of a style and note them. Raises AlreadyExists for a dataset of others, and what `define` does."""
    if dataset != beside.connection.dataset or style is not Style.COUNTERFOIL:
        _refuse_others(beside, dataset)
    views, before = beside.views(style), stored.of(beside.db, beside.connection).get(style)
    names = tuple(view.name for view in views)
    gone = (
        [name for name in before.names if name not in names] if before and before.dataset == dataset else []
    )
    if views or gone:
        beside.warehouse.define(dataset, views, gone=gone, waiting=beside.waiting, stop=beside.stop)
    defined = Defined(style=style, dataset=dataset, names=names, digest=beside.print_of(style))
    stored.keep(beside.db, beside.connection, defined)
    return defined


def take_away(beside: Beside, defined: Defined) -> None:
    """Take views away that were made. Raises what `define` raises."""
    beside.warehouse.define(defined.dataset, (), gone=defined.names, waiting=beside.waiting, stop=beside.stop)
    stored.forget(beside.db, beside.connection, defined.style)


def _refuse_others(beside: Beside, dataset: str) -> None:
    if other := stored.others_there(beside.db, beside.connection, dataset):
        raise AlreadyExists(
            f"Tables or views of {other} stand in the dataset {dataset} already.",
            do="Choose another dataset for these views.",
        )
