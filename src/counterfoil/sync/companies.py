"""Views over all companies of a destination: have them say what its sources have there by now."""

import hashlib
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from counterfoil.books.fingerprint import definitions
from counterfoil.destinations.base import Capabilities, Waiting, in_silence
from counterfoil.destinations.base import Destination as Warehouse
from counterfoil.errors import AlreadyExists, Cancelled, CounterfoilError, LockLost
from counterfoil.model.connection import Connection
from counterfoil.model.destination import Destination
from counterfoil.model.member import Member, Union, United
from counterfoil.model.style import Style
from counterfoil.model.view import View
from counterfoil.quickbooks.catalog import catalog, tables
from counterfoil.stop import NEVER, Stop
from counterfoil.store import connections, cursors, destinations, unions
from counterfoil.store import views as stored
from counterfoil.store.db import Database

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """A destination, opened, over whose companies views stand."""

    db: Database
    destination: Destination
    warehouse: Warehouse
    waiting: Waiting = in_silence
    stop: Stop = NEVER


def members_of(db: Database, destination: Destination) -> tuple[Member, ...]:
    """Each source's company with what it has in the destination, by source; what was never loaded is not there."""
    reached = cursors.reached_in(db, destination.id)
    made = stored.names_in(db, destination.id, Style.COUNTERFOIL)
    held = {streams: _tables_of(streams) for streams in set(reached.values())}
    return tuple(
        _member(feed, held[reached[feed.id]], made.get(feed.id, ()))
        for feed in connections.of_destination(db, destination.id)
        if feed.id in reached and held[reached[feed.id]]
    )


def _tables_of(streams: frozenset[str]) -> frozenset[str]:
    every = tables(stream for name, stream in catalog().items() if name in streams)
    return frozenset(table.name for table in every)


def _member(feed: Connection, held: frozenset[str], views: Sequence[str]) -> Member:
    credential, prefix = feed.source.credential, feed.source.prefix
    return Member(
        source=feed.source.name,
        company=credential.company_name or feed.source.name,
        realm_id=credential.realm_id,
        dataset=feed.dataset,
        prefix=prefix,
        tables=held,
        views=frozenset(name.removeprefix(prefix) for name in views),
    )


def views_of(kind: Capabilities, members: Sequence[Member], union: Union) -> list[View]:
    """What the views say, in the SQL of the kind of warehouse."""
    # What words SQL takes long to import, and most syncs word none.
    from counterfoil.books.companies.united import Place  # noqa: PLC0415
    from counterfoil.books.companies.views import views  # noqa: PLC0415

    place = Place(dialect=kind.dialect, quoted=kind.quoted)
    every = tables(catalog().values())
    return views(members, every, kind.ground(union.dataset, "", ()), place, union.currency)


def make_way(over: Over, *, changing: bool) -> None:
    """Take them away for a while where what they stand on is `changing`, or their definitions are others by now.

    They stand on the views of each source, and those cannot be replaced or dropped below them everywhere.
    """
    with _calmly(over):
        known = unions.of(over.db, over.destination)
        if known and known.names and (changing or not known.digest.startswith(definitions().hex())):
            over.warehouse.define(
                known.union.dataset, (), gone=known.names, waiting=over.waiting, stop=over.stop
            )
            unions.keep(over.db, over.destination, United(union=known.union))


def keep_in_step(over: Over, *, anew: bool = False) -> None:
    """What `bring_in_step` does; a warehouse that refuses is told of, and keeps nobody from their tables."""
    with _calmly(over):
        bring_in_step(over, anew=anew)


def bring_in_step(over: Over, *, anew: bool = False) -> None:
    """Make them where they are wanted and say something else by now, or `anew`; take away what nobody wants.

    Raises what `make` and `take_away` raise.
    """
    wanted, known = destinations.companies(over.db, over.destination), unions.of(over.db, over.destination)
    if wanted is None:
        if known:
            take_away(over, known)
        return
    members = members_of(over.db, over.destination)
    if anew or known is None or (known.union, known.digest) != (wanted, _print(over, members, wanted)):
        make(over, wanted)


@contextmanager
def _calmly(over: Over) -> Iterator[None]:
    """Tell of views that cannot be made, whatever it is: the tables are loaded, and nobody is to lose them."""
    try:
        yield
    except (Cancelled, LockLost):
        raise
    except Exception as error:
        what = error.what if isinstance(error, CounterfoilError) else f"{type(error).__name__}: {error}"
        _log.warning("The views over all companies of %s are not in step: %s", over.destination.name, what)
        over.waiting(f"the views over all companies are not in step: {what}")


def make(over: Over, union: Union) -> United:
    """Make them and note them. Raises AlreadyExists for a dataset of others, and what `define` does."""
    _refuse_others(over, union.dataset)
    members, before = members_of(over.db, over.destination), unions.of(over.db, over.destination)
    views = views_of(over.warehouse.capabilities, members, union) if members else []
    names = tuple(view.name for view in views)
    old = before.names if before and before.union.dataset == union.dataset else ()
    gone = [name for name in old if name not in names]
    if views or gone:
        over.warehouse.define(union.dataset, views, gone=gone, waiting=over.waiting, stop=over.stop)
    if before and before.union.dataset != union.dataset:
        take_away(over, before)
    made = United(union=union, names=names, digest=_print(over, members, union))
    unions.keep(over.db, over.destination, made)
    return made


def take_away(over: Over, united: United) -> None:
    """Take views away that were made. Raises what `define` raises."""
    over.warehouse.define(united.union.dataset, (), gone=united.names, waiting=over.waiting, stop=over.stop)
    unions.forget(over.db, over.destination)


def _refuse_others(over: Over, dataset: str) -> None:
    for feed in connections.of_destination(over.db, over.destination.id):
        made = stored.of(over.db, feed).values()
        if dataset in (feed.dataset, *(each.dataset for each in made)):
            raise AlreadyExists(
                f"Tables or views of {feed.source.name} stand in the dataset {dataset} already.",
                do="Choose another dataset for the views over all companies.",
            )


def _print(over: Over, members: Sequence[Member], union: Union) -> str:
    """A word that is another one when the views would say something else; wording them takes far longer."""
    where = (
        over.destination.kind,
        sorted(over.destination.options.items()),
    )  # or they stand in another warehouse
    told = hashlib.sha256(repr((union, where)).encode())
    for each in members:
        told.update(
            repr((each.source, each.company, each.realm_id, each.dataset, each.prefix)).encode()
            + repr((sorted(each.tables), sorted(each.views))).encode()
        )
    for table in tables(catalog().values()):
        told.update(f"{table.name}{[column.name for column in table.columns]}".encode())
    return f"{definitions().hex()} {told.hexdigest()}"
