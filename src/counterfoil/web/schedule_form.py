"""The fields of prefix and schedule as people fill them in, and what they come to meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from counterfoil.actions.budget import standing
from counterfoil.actions.collisions import taken
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import CounterfoilError
from counterfoil.model.cost import NO_REPORTS, costs
from counterfoil.model.report_cost import Calls
from counterfoil.model.schedule import FREQUENCIES, MANUAL, Basic, Cron, Manual, Schedule, in_units, next_runs
from counterfoil.model.schedule_text import in_words, parse
from counterfoil.model.source import prefix_fault
from counterfoil.model.stream import Stream
from counterfoil.web.options import zones

SHOWN_RUNS = 5
SHOWN_TABLES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The form as it was typed; what is not of the chosen kind is kept beside it."""

    prefix: str
    kind: str  # basic, cron, manual
    every: str
    start: str
    cron: str
    zone: str

    @property
    def text(self) -> str:
        """The schedule as one text."""
        if self.kind == "manual":
            return "manual"
        if self.kind == "cron":
            return f"cron {self.cron} {self.zone}"
        return f"every {self.every} from {self.start or '00:00'} {self.zone}"


def read(fields: Mapping[str, str]) -> Typed:
    """The form's fields; one that is absent is ""."""
    return Typed(**{name: fields.get(name, "").strip()[:200] for name in Typed.__slots__})


def typed_of(prefix: str, schedule: Schedule) -> Typed:
    """The form filled in with what is chosen already."""
    basic = schedule if isinstance(schedule, Basic) else None
    cron = schedule if isinstance(schedule, Cron) else None
    return Typed(
        prefix=prefix,
        kind="manual" if schedule == MANUAL else "cron" if cron else "basic",
        every=in_units(basic.every) if basic else "1 hour",
        start=f"{basic.start:%H:%M}" if basic else "00:00",
        cron=cron.expression if cron else "0 6 * * 1-5",
        zone=basic.zone if basic else cron.zone if cron else "UTC",
    )


def offered() -> dict[str, Any]:
    """What `schedule_fields.html` lets people choose from."""
    return {"frequencies": [in_units(every) for every in FREQUENCIES], "zones": zones()}


def preview(
    around: Surroundings, typed: Typed, streams: Sequence[Stream], own: str = "", calls: Calls = NO_REPORTS
) -> dict[str, Any]:
    """What `schedule_preview.html` shows of these streams.

    `own` is the id of the source that reads them, `calls` what its reports cost.
    """
    fault, schedule = "", None
    try:
        schedule = parse(typed.text)
    except CounterfoilError as error:
        fault = error.what
    tables = sorted(stream.table.name for stream in streams)
    count = sum(1 for stream in streams for _ in stream.table.family())
    now = around.now()
    return {
        "prefix": typed.prefix,
        "prefix_fault": prefix_fault(typed.prefix),
        "tables": tables[:SHOWN_TABLES],
        "more_tables": count - len(tables[:SHOWN_TABLES]),
        "taken": taken(around.db, typed.prefix, streams, apart_from=own),
        "schedule_fault": fault,
        "words": in_words(schedule) if schedule else "",
        "runs": _runs(schedule, now),
        "zone": "UTC" if schedule is None or isinstance(schedule, Manual) else schedule.zone,
        "cost": costs(schedule, streams, around.clocks, now, calls) if schedule else None,
        "spent": standing(around.db, now, around.monthly_calls).used,
        "free": around.monthly_calls,
    }


def _runs(schedule: Schedule | None, now: datetime) -> list[tuple[datetime, datetime]]:
    if schedule is None or isinstance(schedule, Manual):
        return []
    zone = ZoneInfo(schedule.zone)
    return [(at, at.astimezone(zone)) for at in next_runs(schedule, now, SHOWN_RUNS)]
