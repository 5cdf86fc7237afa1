"""Stored calls: how often each company was asked, day by day (Promise 10)."""

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa

from counterfoil.model.calls import Calls
from counterfoil.store.db import Database
from counterfoil.store.rows import INSERT
from counterfoil.store.schema import calls


def add(db: Database, counted: Calls) -> None:
    """Add to what is counted for a company and a day already.

    One statement, so that several machines may count at once and nothing is lost.
    """
    row = {
        "realm_id": counted.realm_id,
        "day": counted.day,
        "metered": counted.metered,
        "calls": counted.calls,
    }
    insert = INSERT[db.engine.dialect.name](calls).values(**row)
    grown = {name: calls.c[name] + insert.excluded[name] for name in ("metered", "calls")}
    with db.writing() as transaction:
        transaction.execute(insert.on_conflict_do_update(index_elements=list(calls.primary_key), set_=grown))


def by_day(db: Database, first: date, end: date, realm_id: str | None = None) -> tuple[Calls, ...]:
    """What each company (or just this one) was asked on each day from `first` to before `end`; UTC."""
    chosen = sa.and_(calls.c.day >= first, calls.c.day < end, _of(realm_id))
    query = sa.select(calls).where(chosen).order_by(calls.c.day, calls.c.realm_id)
    with db.reading() as transaction:
        return tuple(
            Calls(realm_id=row.realm_id, day=row.day, metered=row.metered, calls=row.calls)
            for row in transaction.execute(query)
        )


def by_date(db: Database, end: date, first: date = date.min) -> dict[date, int]:
    """The metered calls of all companies on each day that had any, from `first` to before `end`; UTC."""
    query = sa.select(calls.c.day, sa.func.sum(calls.c.metered).label("metered")).group_by(calls.c.day)
    with db.reading() as transaction:
        rows = transaction.execute(query.where(calls.c.day >= first, calls.c.day < end).order_by(calls.c.day))
        return {row.day: int(row.metered) for row in rows}


def by_realm(
    db: Database, first: date, end: date, realm_ids: Collection[str] | None = None
) -> dict[str, int]:
    """The metered calls of each company (or of these) from `first` to before `end`; UTC."""
    chosen = sa.true() if realm_ids is None else calls.c.realm_id.in_(realm_ids)
    query = sa.select(calls.c.realm_id, sa.func.sum(calls.c.metered).label("metered"))
    query = query.where(calls.c.day >= first, calls.c.day < end, chosen).group_by(calls.c.realm_id)
    with db.reading() as transaction:
        return {row.realm_id: int(row.metered) for row in transaction.execute(query)}


def used(db: Database, first: date, end: date) -> int:
    """The metered calls of all companies from `first` to before `end`; UTC."""
    query = sa.select(sa.func.sum(calls.c.metered)).where(calls.c.day >= first, calls.c.day < end)
    with db.reading() as transaction:
        return int(transaction.execute(query).scalar() or 0)


def by_month(db: Database, realm_id: str | None = None) -> tuple[Calls, ...]:
    """What each company (or just this one) was asked in each month; `day` is the month's first, UTC."""
    year, month = sa.extract("year", calls.c.day), sa.extract("month", calls.c.day)
    query = (
        sa.select(
            year.label("year"),
            month.label("month"),
            calls.c.realm_id,
            sa.func.sum(calls.c.metered).label("metered"),
            sa.func.sum(calls.c.calls).label("calls"),
        )
        .where(_of(realm_id))
        .group_by(year, month, calls.c.realm_id)
        .order_by(year, month, calls.c.realm_id)
    )
    with db.reading() as transaction:
        return tuple(
            Calls(
                realm_id=row.realm_id,
                day=date(int(row.year), int(row.month), 1),
                metered=int(row.metered),
                calls=int(row.calls),
            )
            for row in transaction.execute(query)
        )


def last_days(db: Database, first: date, realm_ids: Collection[str]) -> dict[str, date]:
    """The last day, from `first` on, on which each of these companies was asked for anything; UTC."""
    last = sa.func.max(calls.c.day).label("last")
    query = (
        sa.select(calls.c.realm_id, last)
        .where(calls.c.realm_id.in_(realm_ids), calls.c.day >= first)
        .group_by(calls.c.realm_id)
    )
    with db.reading() as transaction:
        return {row.realm_id: row.last for row in transaction.execute(query)}


def _of(realm_id: str | None) -> sa.ColumnElement[bool]:
    return sa.true() if realm_id is None else calls.c.realm_id == realm_id
