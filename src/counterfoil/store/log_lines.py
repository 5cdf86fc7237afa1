"""Stored log lines: what was said during each sync, in its order."""

from collections.abc import Sequence

import sqlalchemy as sa

from counterfoil.model.log_line import LogLine
from counterfoil.store.db import Database
from counterfoil.store.service_schema import log_lines


def add(db: Database, sync_id: str, lines: Sequence[LogLine]) -> None:
    """Keep lines of a sync, in one statement; their numbers are new ones."""
    if not lines:
        return
    rows = [
        {
            "sync_id": sync_id,
            "n": line.n,
            "at": line.at,
            "level": line.level,
            "text": line.text,
            "data": dict(line.data),
        }
        for line in lines
    ]
    with db.writing() as transaction:
        transaction.execute(sa.insert(log_lines), rows)


def after(db: Database, sync_id: str, n: int, *, limit: int) -> tuple[LogLine, ...]:
    """The lines that follow number `n`, 0 for the first; `limit` of them at most."""
    query = (
        sa.select(log_lines)
        .where(log_lines.c.sync_id == sync_id, log_lines.c.n > n)
        .order_by(log_lines.c.n)
        .limit(limit)
    )
    with db.reading() as transaction:
        return tuple(
            LogLine(n=row["n"], at=row["at"], level=row["level"], text=row["text"], data=row["data"])
            for row in transaction.execute(query).mappings()
        )


def last(db: Database, sync_id: str) -> int:
    """The number of a sync's last line; 0 when it has none. A sync that is taken up again counts on from it."""
    query = sa.select(sa.func.max(log_lines.c.n)).where(log_lines.c.sync_id == sync_id)
    with db.reading() as transaction:
        return transaction.execute(query).scalar() or 0
