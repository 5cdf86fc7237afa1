"""A cursor: how far one stream of one connection is loaded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from counterfoil.model.bad_record import BadRecord

CDC_WINDOW = timedelta(days=29)
"""Change data capture looks back 30 days (reference, section 4); a day is left for clocks and long syncs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far one stream is loaded; the next sync reads changes after `changed_since`.

    Commits can become visible after their own time stamp, so that reading begins some minutes earlier: `versions`
    knows by id the digest of each record of those minutes that is loaded, so that none is loaded again.
    `compared_at` is when all ids were last compared with QuickBooks', which is how deletes are found in streams
    outside change data capture; a full read compares too. `rows` is how many the stream's tables had together
    after the load: fewer later means that someone else took rows away. `unread` are records that QuickBooks could not
    serve: each next sync asks for them again.
    """

    stream: str
    changed_since: datetime  # aware, UTC, by QuickBooks' clock
    compared_at: datetime | None = None  # aware, UTC
    versions: Mapping[str, str] = field(default_factory=dict)
    rows: int | None = None
    unread: tuple[BadRecord, ...] = ()

    def still_covered(self, now: datetime) -> bool:
        """Tell whether change data capture still remembers everything since."""
        return now - self.changed_since < CDC_WINDOW


def earliest(cursors: Sequence[Cursor]) -> Cursor:
    """Where a stream that is read once for several connections has to begin; only what all have counts as loaded."""
    first = min(cursors, key=lambda cursor: cursor.changed_since)
    compared = [cursor.compared_at for cursor in cursors]
    return replace(
        first,
        compared_at=None if None in compared else min(moment for moment in compared if moment is not None),
        versions={
            id_: digest
            for id_, digest in first.versions.items()
            if all(cursor.versions.get(id_) == digest for cursor in cursors)
        },
        rows=None,
        unread=tuple(dict.fromkeys(bad for cursor in cursors for bad in cursor.unread)),
    )
