"""A holding: what one connection's table holds, and when it grew."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One table of one connection after the last load that touched it, by its full name.

    Of its `rows`, `live` are not marked deleted. `changed_at` is when rows last came, changed or went, and
    `changed_by` the id of that sync; None and "" while none did.
    """

    table: str
    rows: int
    live: int
    changed_at: datetime | None = None  # aware, UTC
    changed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """A table was made, or got more columns, by a sync. No `columns`: it was made, with all that it had then."""

    table: str
    columns: tuple[str, ...]
    at: datetime  # aware, UTC
    sync_id: str
