"""An outcome: what a sync did with one stream, table by table."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """How a stream was read."""

    FULL = "full"
    CHANGES = "changes"
    REFRESH = "refresh"


class StreamState(StrEnum):
    """How it went."""

    LANDED = "landed"
    INCOMPLETE = "incomplete"  # landed, but records named in the error are missing
    FAILED = "failed"  # nothing of it landed; its cursor stands where it stood
    SKIPPED = "skipped"  # not in the company's plan, or the sync ended before its turn


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOutcome:
    """Rows of one table in one load. `table` is the name with its prefix, `total` its rows afterwards."""

    table: str
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamOutcome:
    """What one sync did with one stream of one connection.

    `read` (records) and `calls` (metered) belong to the reading, which all connections of a source share:
    they are the same on each of them. `code`, `what`, `do` are those of the error, empty when there was none.
    """

    connection_id: str
    stream: str
    mode: Mode
    state: StreamState
    read: int = 0
    calls: int = 0
    tables: tuple[TableOutcome, ...] = ()
    code: str = ""
    what: str = ""
    do: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """A sync in six numbers. Rows are counted in all tables of all connections, records and calls once."""

    read: int = 0
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    calls: int = 0


def total(outcomes: Iterable[StreamOutcome]) -> Totals:
    """Add up outcomes; what several connections share is counted once."""
    known = tuple(outcomes)
    tables = [table for outcome in known for table in outcome.tables]
    readings = {(outcome.stream, outcome.mode, outcome.read, outcome.calls): outcome for outcome in known}
    shared = readings.values()
    return Totals(
        read=sum(outcome.read for outcome in shared),
        inserted=sum(table.inserted for table in tables),
        updated=sum(table.updated for table in tables),
        deleted=sum(table.deleted for table in tables),
        unchanged=sum(table.unchanged for table in tables),
        calls=sum(outcome.calls for outcome in shared),
    )
