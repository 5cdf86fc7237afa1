"""Stored connections, each with its source and its destination."""

from dataclasses import dataclass

import sqlalchemy as sa

from counterfoil.model.connection import Connection
from counterfoil.model.source import Source
from counterfoil.store import destinations, schema, sources
from counterfoil.store.db import Database
from counterfoil.store.rows import labelled, put

COLUMNS = (*labelled(schema.connections.c, "connection"), *sources.COLUMNS, *destinations.COLUMNS)
JOINED = schema.connections.join(sources.JOINED).join(schema.destinations)


def save(db: Database, connection: Connection, *, version: int | None = None) -> None:
    """Add a connection, or change the one with its id; its ends are saved already.

    With a `version`, only while it still has that one. Raises AlreadyExists, ChangedMeanwhile.
    """
    with db.writing() as transaction:
        put(
            transaction,
            schema.connections,
            {
                "id": connection.id,
                "source_id": connection.source.id,
                "destination_id": connection.destination.id,
                "dataset": connection.dataset,
            },
            version=version,
        )


def every(db: Database) -> tuple[Connection, ...]:
    """All connections, by source, destination and dataset."""
    return _select(db, sa.true())


def of_source(db: Database, source: Source) -> tuple[Connection, ...]:
    """The connections that this source feeds, by destination and dataset."""
    return _select(db, schema.connections.c.source_id == source.id)


def of_destination(db: Database, destination_id: str) -> tuple[Connection, ...]:
    """The connections that feed this destination, by source and dataset."""
    return _select(db, schema.connections.c.destination_id == destination_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeding:
    """A connection with no more than its names: there may be a thousand in a list."""

    id: str
    source: str
    prefix: str
    destination_id: str
    dataset: str


def feeding(db: Database, destination_id: str | None = None) -> tuple[Feeding, ...]:
    """Which sources feed a destination, or all of them, by source and dataset."""
    sources_, own = schema.sources.c, schema.connections.c
    query = (
        sa.select(own.id, sources_.name, sources_.prefix, own.destination_id, own.dataset)
        .select_from(schema.connections.join(schema.sources))
        .where(sa.true() if destination_id is None else own.destination_id == destination_id)
        .order_by(sources_.name, own.dataset)
    )
    with db.reading() as transaction:
        return tuple(
            Feeding(id=id_, source=name, prefix=prefix, destination_id=fed, dataset=dataset)
            for id_, name, prefix, fed, dataset in transaction.execute(query)
        )


def of_prefixes(db: Database, prefix: str) -> tuple[Connection, ...]:
    """The connections of sources whose prefix begins with this one, or is a beginning of it."""
    theirs = schema.sources.c.prefix
    shorter = [prefix[:length] for length in range(len(prefix))]
    return _select(db, sa.or_(theirs.startswith(prefix, autoescape=True), theirs.in_(shorter)))


def remove(db: Database, connection: Connection) -> None:
    """Forget a connection, its cursors and what it observed. Tables in the warehouse are left alone."""
    with db.writing() as transaction:
        transaction.execute(sa.delete(schema.connections).where(schema.connections.c.id == connection.id))


def _select(db: Database, condition: sa.ColumnElement[bool]) -> tuple[Connection, ...]:
    order = (schema.sources.c.name, schema.destinations.c.name, schema.connections.c.dataset)
    query = sa.select(*COLUMNS).select_from(JOINED).where(condition).order_by(*order)
    with db.reading() as transaction:
        rows = transaction.execute(query).mappings().all()
    return tuple(
        Connection(
            id=row["connection_id"],
            source=sources.from_row(row),
            destination=destinations.from_row(row),
            dataset=row["connection_dataset"],
            version=row["connection_version"],
        )
        for row in rows
    )
