"""A source: what is read from one company, and under which prefix its tables stand."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from counterfoil.model.credential import Credential
from counterfoil.model.report import NAMES
from counterfoil.model.report_choice import Chosen
from counterfoil.model.schedule import MANUAL, Schedule, next_run

PREFIX_LENGTH = 40
"""Room for a company's name. What a kind of warehouse allows for prefix and table together may be less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A named QuickBooks source. `streams` None means all entities, also what later versions add.

    Reports are only those in `reports`: each costs calls of its own.
    """

    id: str
    name: str
    credential: Credential
    created_at: datetime  # aware, UTC
    streams: frozenset[str] | None = None
    reports: Chosen = ()
    views: bool = True  # general ledger and statements beside its tables
    fivetran: str | None = (
        None  # the dataset of views under Fivetran's names: "" for the usual one, None for none
    )
    prefix: str = ""
    schedule: Schedule = MANUAL
    paused: bool = False  # then its schedule rests; it is synced when somebody asks
    version: int = field(default=1, compare=False)  # grows with every change that is saved

    def reads(self, stream: str) -> bool:
        """Tell whether the stream, an entity or a report, is selected."""
        if stream in NAMES:
            return any(choice.report == stream for choice in self.reports)
        return self.streams is None or stream in self.streams

    def next_run(self, after: datetime, *, stretch: float = 1.0) -> datetime | None:
        """When it is synced next by itself, later than `after`; None: only when asked, or paused."""
        return None if self.paused else next_run(self.schedule, after, stretch=stretch)


def prefix_fault(prefix: str) -> str:
    """Say what is wrong with a table prefix, as the end of a sentence; "" when every warehouse takes it.

    A prefix is literal: `acme_` and `invoice` make `acme_invoice`. Lower case, because warehouses fold case
    in two directions; no leading digit, because Snowflake and Postgres take such names only quoted.
    """
    if len(prefix) > PREFIX_LENGTH:
        return f"is {len(prefix)} characters long; {PREFIX_LENGTH} are allowed"
    if not re.fullmatch(r"[a-z0-9_]*", prefix):
        return "may hold only a to z, 0 to 9 and _"
    if prefix[:1].isdigit():
        return "may not begin with a digit"
    if prefix.startswith("_counterfoil"):
        return "may not begin with _counterfoil, which names our own tables"
    return ""
