"""Stored verifications: how each source's tables compared with QuickBooks, the newest first."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from counterfoil.errors import NotFound
from counterfoil.model.source import Source
from counterfoil.model.verification import ProofState, Verification
from counterfoil.store.db import Database
from counterfoil.store.rows import put_all
from counterfoil.store.service_schema import verifications

KEPT = 60
"""Of each connection: two months of daily ones."""
NAMED = 3
"""Records that a summary names."""
LONG = ("figures", "discrepancies")

table = verifications.c
COLUMNS = ("id", "source_id", "connection_id", "sync_id", "started_at", "ended_at", "state")


def save(db: Database, made: Collection[Verification]) -> None:
    """Keep verifications, and forget the oldest of their connections."""
    rows = [{name: getattr(one, name) for name in COLUMNS} | _told(one) for one in made]
    with db.writing() as transaction:
        put_all(transaction, verifications, [row | {"state": str(row["state"])} for row in rows])
        for one in made:
            mine = table.connection_id == one.connection_id
            newest = sa.select(table.id).where(mine).order_by(table.started_at.desc(), table.id).limit(KEPT)
            kept = list(transaction.execute(newest).scalars())
            transaction.execute(sa.delete(verifications).where(mine, table.id.not_in(kept)))


def of(db: Database, source: Source, *, limit: int = KEPT) -> tuple[Verification, ...]:
    """Those of a source, the newest first."""
    return _select(db, table.source_id == source.id, limit)


def with_id(db: Database, id_: str) -> Verification:
    """The verification of this id. Raises NotFound."""
    found = _select(db, table.id == id_, 1)
    if not found:
        raise NotFound(
            f"There is no verification {id_!r}.", do="See the last one: counterfoil verify SOURCE --last"
        )
    return found[0]


def latest(db: Database, source_ids: Collection[str] | None = None) -> Mapping[str, tuple[Verification, ...]]:
    """By source, the newest verification of each of its connections, in short: without figures, and with a few names.

    Every page asks for them, of all sources.
    """
    newest = (
        sa.select(table.connection_id, sa.func.max(table.started_at).label("at"))
        .group_by(table.connection_id)
        .subquery()
    )
    condition: sa.ColumnElement[bool] = sa.exists().where(
        newest.c.connection_id == table.connection_id, newest.c.at == table.started_at
    )
    if source_ids is not None:
        condition = sa.and_(condition, table.source_id.in_(source_ids))
    found: dict[str, tuple[Verification, ...]] = {}
    for one in _select(db, condition, None, short=True):
        found[one.source_id] = (*found.get(one.source_id, ()), one)
    return found


def last_begun(db: Database, source: Source) -> datetime | None:
    """When a source was last verified; None: never."""
    with db.reading() as transaction:
        return transaction.execute(
            sa.select(table.started_at)
            .where(table.source_id == source.id)
            .order_by(table.started_at.desc())
            .limit(1)
        ).scalar()


def _select(
    db: Database, condition: sa.ColumnElement[bool], limit: int | None, *, short: bool = False
) -> tuple[Verification, ...]:
    order = (table.started_at.desc(), table.connection_id, table.id)
    columns = [column for column in table if not (short and column.name == "told")]
    query = sa.select(*columns).where(condition).order_by(*order).limit(limit)
    with db.reading() as transaction:
        return tuple(_read(row) for row in transaction.execute(query))


def _told(one: Verification) -> dict[str, Any]:
    """All that has no column of its own, in short and in full; decimals and dates as text."""
    told: dict[str, Any] = msgspec.to_builtins(one)
    summary = {name: value for name, value in told.items() if name not in (*COLUMNS, *LONG)}
    summary["discrepancies"] = told["discrepancies"][:NAMED]
    return {"summary": summary, "told": {name: told[name] for name in LONG}}


def _read(row: sa.Row[*tuple[Any, ...]]) -> Verification:
    mine = {name: getattr(row, name) for name in COLUMNS}
    told = {**row.summary, **getattr(row, "told", {}), **mine, "state": ProofState(row.state)}
    return msgspec.convert(told, Verification, strict=False)
