"""Stored notes of the views over all companies that were made in each destination."""

import sqlalchemy as sa

from counterfoil.model.destination import Destination
from counterfoil.model.member import Union, United
from counterfoil.store.db import Database
from counterfoil.store.rows import put_all
from counterfoil.store.schema import company_views


def of(db: Database, destination: Destination) -> United | None:
    """What was made over the companies of a destination; None where nothing was."""
    query = sa.select(company_views).where(company_views.c.destination_id == destination.id)
    with db.reading() as transaction:
        row = transaction.execute(query).first()
    if row is None:
        return None
    union = Union(dataset=row.dataset, currency=row.currency)
    return United(union=union, names=tuple(row.names), digest=row.digest)


def keep(db: Database, destination: Destination, united: United) -> None:
    """Note it, in place of what was noted."""
    row = {
        "destination_id": destination.id,
        "dataset": united.union.dataset,
        "currency": united.union.currency,
        "names": list(united.names),
        "digest": united.digest,
    }
    with db.writing() as transaction:
        put_all(transaction, company_views, [row])


def forget(db: Database, destination: Destination) -> None:
    """They were taken away."""
    gone = sa.delete(company_views).where(company_views.c.destination_id == destination.id)
    with db.writing() as transaction:
        transaction.execute(gone)
