"""Calls to QuickBooks, counted."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """How often one company was asked on one day, or in the month that begins with it.

    `metered` are the reads that were answered well: those that Intuit counts (reference, section 5). `calls`
    are all requests, those that failed too.
    """

    realm_id: str
    day: date  # UTC
    metered: int
    calls: int
