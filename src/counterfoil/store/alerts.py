"""Stored alerts: which states people know of."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from counterfoil.model.alert import Alert, AlertKind, AlertState, Change, Finding, Key
from counterfoil.store.db import Database
from counterfoil.store.rows import INSERT
from counterfoil.store.service_schema import alerts


def known(db: Database, kinds: Iterable[AlertKind] = tuple(AlertKind)) -> Mapping[Key, Finding]:
    """The last state of each alert of these kinds, those that are over too."""
    chosen = alerts.c.kind.in_([str(kind) for kind in kinds])
    return {alert.finding.key: alert.finding for alert in _select(db, chosen)}


def firing(db: Database) -> tuple[Alert, ...]:
    """What is wrong now, the newest first."""
    return _select(db, alerts.c.state != str(AlertState.OK))


def over(db: Database, limit: int) -> tuple[Alert, ...]:
    """What was wrong and is mended, the newest first; `since` is when it was mended."""
    return _select(db, alerts.c.state == str(AlertState.OK), limit)


def change(db: Database, what: Change, now: datetime) -> bool:
    """Remember a change, unless somebody was first: of two processes that find it, one is answered True."""
    found = what.after
    detail = {"name": found.name, "what": found.what, "do": found.do}
    told: dict[str, Any] = {"told_at": now} if what.told else {}
    row = {"state": str(found.state), "since": now, "detail": detail, **told}
    this = sa.and_(
        alerts.c.kind == str(found.kind),
        alerts.c.subject == found.subject,
        alerts.c.state == str(what.before),
    )
    with db.writing() as transaction:
        if transaction.execute(sa.update(alerts).where(this).values(**row)).rowcount:
            return True
        if what.before is not AlertState.OK:
            return False
        new = {"kind": str(found.kind), "subject": found.subject, **row}
        insert = INSERT[transaction.dialect.name](alerts).values(**new).on_conflict_do_nothing()
        return transaction.execute(insert.returning(alerts.c.kind)).first() is not None


def forget_over(db: Database, before: datetime) -> int:
    """Forget alerts that have been over since before a moment; how many those were."""
    over = sa.and_(alerts.c.state == str(AlertState.OK), alerts.c.since < before)
    with db.writing() as transaction:
        return transaction.execute(sa.delete(alerts).where(over)).rowcount


def _select(db: Database, chosen: sa.ColumnElement[bool], limit: int | None = None) -> tuple[Alert, ...]:
    newest = alerts.c.since.desc(), alerts.c.kind, alerts.c.subject
    query = sa.select(alerts).where(chosen).order_by(*newest).limit(limit)
    with db.reading() as transaction:
        rows = transaction.execute(query).mappings().all()
    return tuple(
        Alert(
            finding=Finding(
                kind=AlertKind(row["kind"]),
                subject=row["subject"],
                name=row["detail"].get("name", ""),
                state=AlertState(row["state"]),
                what=row["detail"].get("what", ""),
                do=row["detail"].get("do", ""),
            ),
            since=row["since"],
            told_at=row["told_at"],
        )
        for row in rows
    )
