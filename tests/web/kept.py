"""Syncs that only the store knows of: what a page would show of them is known beforehand."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from counterfoil.actions import sources, syncs
from counterfoil.model.identity import new_id
from counterfoil.model.log_line import LogLine
from counterfoil.model.sync import Sync, SyncState
from counterfoil.store import log_lines
from counterfoil.store import syncs as stored
from tests.web.books import Books

ASKED = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
"""Long before the one real sync of Acme."""

Line = tuple[str, str, Mapping[str, Any]]
"""Of a log: level, text, data."""


def kept(acme: Books, *lines: Line, **given: Any) -> Sync:
    """A sync as the store would have it, with these lines in its log."""
    source = sources.show(acme.ada.db, "Acme").source
    sync = Sync(
        id=new_id("sync", acme.ada.chance),
        source=source,
        **{"started_at": ASKED, "asked_at": ASKED, "ended_at": ASKED + timedelta(seconds=9), **given},
    )
    stored.save(acme.ada.db, sync)
    told = [
        LogLine(n=n, at=sync.started_at, level=level, text=text, data=data)
        for n, (level, text, data) in enumerate(lines, 1)
    ]
    log_lines.add(acme.ada.db, sync.id, told)
    return sync


def real(acme: Books) -> Sync:
    """The newest sync that really ran."""
    return next(sync for sync in syncs.latest(acme.ada.db, "Acme", limit=200) if sync.totals.read)


def end(acme: Books, sync: Sync) -> None:
    """End a sync that only the store knows of, so that others are not taken for the same."""
    stored.save(acme.ada.db, replace(sync, state=SyncState.CANCELLED, ended_at=ASKED))
