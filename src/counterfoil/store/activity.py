"""The lines of the audit trail that concern one source: its own, its connections', its syncs', its credential's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from counterfoil.model.entry import Entry
from counterfoil.model.source import Source
from counterfoil.store.db import Database
from counterfoil.store.service_schema import audit

ARROW = " → "
"""Between source and destination in a connection's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """A name that the source bore from one moment until another; its syncs and connections are told by it."""

    name: str
    since: datetime
    until: datetime | None = None


def entries(db: Database, source: Source, *, before: int | None, limit: int) -> tuple[Entry, ...]:
    """The newest lines first, of those with a number below `before`."""
    found: dict[int, Entry] = {}
    for condition in _conditions(source, _names(db, source)):
        query = sa.select(audit).where(condition).order_by(audit.c.n.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.n < before)
        with db.reading() as transaction:
            found |= {row["n"]: Entry(**row) for row in transaction.execute(query).mappings()}
    return tuple(found[n] for n in sorted(found, reverse=True)[:limit])


def _conditions(source: Source, names: Sequence[_Named]) -> list[sa.ColumnElement[bool]]:
    """One query for each: an index answers it, which it would not if they were one."""
    own = audit.c.thing_id == source.id
    permission = sa.and_(audit.c.thing_id == source.credential.id, audit.c.at >= source.created_at)
    return [own, permission, *(condition for named in names for condition in _by_name(named))]


def _by_name(named: _Named) -> list[sa.ColumnElement[bool]]:
    """A connection or sync that is gone stands nowhere but in the trail, under the name of its source at the time."""
    then = [audit.c.at >= named.since]
    if named.until is not None:
        then.append(audit.c.at < named.until)
    return [
        sa.and_(audit.c.noun == "sync", audit.c.thing_name == named.name, *then),
        sa.and_(
            audit.c.noun == "connection",
            audit.c.thing_name.startswith(f"{named.name}{ARROW}", autoescape=True),
            *then,
        ),
    ]


def _names(db: Database, source: Source) -> list[_Named]:
    query = (
        sa.select(audit.c.at, audit.c.detail)
        .where(audit.c.thing_id == source.id, audit.c.noun == "source", audit.c.deed == "changed")
        .order_by(audit.c.n)
    )
    with db.reading() as transaction:
        renamed = [(row.at, row.detail["name"]) for row in transaction.execute(query) if "name" in row.detail]
    names, since = [], source.created_at
    for at, (old, _) in renamed:
        names.append(_Named(name=old, since=since, until=at))
        since = at
    return [*names, _Named(name=source.name, since=since)]
