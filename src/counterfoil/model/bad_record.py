"""A bad record: one that QuickBooks stores and cannot serve."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRecord:
    """One record that fails every answer that would hold it, named as exactly as could be told.

    Times are aware, in UTC, and both ends count; None is open. `created_*` bound its CreateTime, `updated_*` its
    LastUpdatedTime: a read in one of these orders learns that one alone. `position` tells people where a record
    without an id stands, `fault` what QuickBooks said, without anything it quoted from the record. Two are equal
    when they are the same record, whatever else was told of it.
    """

    stream: str  # "Invoice"
    id: str = ""  # "" where it could not be told
    created_since: datetime | None = field(default=None, compare=False)
    created_until: datetime | None = field(default=None, compare=False)
    updated_since: datetime | None = field(default=None, compare=False)
    updated_until: datetime | None = field(default=None, compare=False)
    position: str = ""
    fault: str = field(default="", compare=False)  # names the call, so it differs each time
