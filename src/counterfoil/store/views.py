"""Stored notes of the views that were made for each connection."""

from collections.abc import Mapping

import sqlalchemy as sa

from counterfoil.model.connection import Connection
from counterfoil.model.style import Defined, Style
from counterfoil.store.db import Database
from counterfoil.store.rows import put_all
from counterfoil.store.schema import connections, defined_views, sources


def of(db: Database, connection: Connection) -> Mapping[Style, Defined]:
    """What was made for a connection, by style."""
    query = sa.select(defined_views).where(defined_views.c.connection_id == connection.id)
    with db.reading() as transaction:
        rows = transaction.execute(query).all()
    return {
        Style(row.style): Defined(
            style=Style(row.style), dataset=row.dataset, names=tuple(row.names), digest=row.digest
        )
        for row in rows
    }


def names_in(db: Database, destination_id: str, style: Style) -> Mapping[str, tuple[str, ...]]:
    """The names of the views of a style that were made in a destination, by connection."""
    query = (
        sa.select(defined_views.c.connection_id, defined_views.c.names)
        .join(connections, connections.c.id == defined_views.c.connection_id)
        .where(connections.c.destination_id == destination_id, defined_views.c.style == style.value)
    )
    with db.reading() as transaction:
        return {row.connection_id: tuple(row.names) for row in transaction.execute(query)}


def keep(db: Database, connection: Connection, defined: Defined) -> None:
    """Note what was made, in place of what was noted of that style."""
    row = {
        "connection_id": connection.id,
        "style": defined.style.value,
        "dataset": defined.dataset,
        "names": list(defined.names),
        "digest": defined.digest,
    }
    with db.writing() as transaction:
        put_all(transaction, defined_views, [row])


def forget(db: Database, connection: Connection, style: Style) -> None:
    """Those of a style are not there any more."""
    own = defined_views.c
    with db.writing() as transaction:
        transaction.execute(
            sa.delete(defined_views).where(own.connection_id == connection.id, own.style == style.value)
        )


def others_there(db: Database, connection: Connection, dataset: str) -> str:
    """The source whose tables or views stand in that dataset of a connection's destination already; "" for none.

    Its own views there do not count.
    """
    feed, views = connections.c, defined_views.c
    here = feed.destination_id == connection.destination.id
    tables = (
        sa.select(sources.c.name).select_from(connections.join(sources)).where(here, feed.dataset == dataset)
    )
    made = (
        sa.select(sources.c.name)
        .select_from(defined_views.join(connections).join(sources))
        .where(here, views.dataset == dataset, feed.id != connection.id)
    )
    with db.reading() as transaction:
        return transaction.execute(tables.union_all(made).limit(1)).scalar() or ""
