"""Setting up a source: what its tables are called, when it runs, and what that costs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import drafts
from counterfoil.actions.budget import standing
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import CounterfoilError, SettingInvalid
from counterfoil.model.cost import calls_a_month
from counterfoil.model.draft_source import DraftSource
from counterfoil.model.schedule import FREQUENCIES, MANUAL, Basic, Cron, Manual, Schedule, in_units, next_runs
from counterfoil.model.schedule_text import in_words, parse
from counterfoil.model.source import prefix_fault
from counterfoil.model.zones import zone_names
from counterfoil.quickbooks.catalog import catalog
from counterfoil.store import connections, sources
from counterfoil.web.page import go, part
from counterfoil.web.setup import address, setup_page
from counterfoil.web.visit import Form, Visit, Visiting

SHOWN_RUNS = 5
SHOWN_TABLES = 12
USUAL = "every 1 hour from 00:00 UTC"

routes = APIRouter()


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


@routes.get("/setup/{draft_id}/schedule")
def ask(visit: Visiting, draft_id: str) -> Response:
    """Prefix, frequency, and when syncing starts."""
    draft = drafts.show(visit.around, draft_id)
    typed = _typed_of(draft.choices.prefix, parse(draft.choices.schedule or USUAL))
    return _asked(visit, draft, typed, None)


@routes.post("/setup/{draft_id}/schedule")
def choose(visit: Visiting, draft_id: str, form: Form) -> Response:
    """Keep them, and go on."""
    draft = drafts.show(visit.around, draft_id)
    typed = _read({name: form[name] for name in Typed.__slots__})
    try:
        schedule = _checked(typed)
    except CounterfoilError as error:
        return _asked(visit, draft, typed, error)
    drafts.choose(visit.around, draft_id, replace(draft.choices, prefix=typed.prefix, schedule=str(schedule)))
    return go(address(draft, "data"))


@routes.get("/setup/{draft_id}/preview")
def preview(visit: Visiting, draft_id: str) -> Response:
    """What the form comes to while it is filled in."""
    draft = drafts.show(visit.around, draft_id)
    typed = _read(visit.request.query_params)
    return part(visit, "schedule_preview.html", **_preview(visit.around, draft, typed))


def _read(fields: Mapping[str, str]) -> Typed:
    return Typed(**{name: fields.get(name, "").strip()[:200] for name in Typed.__slots__})


def _checked(typed: Typed) -> Schedule:
    if fault := prefix_fault(typed.prefix):
        raise SettingInvalid(f"The prefix {fault}.", do="It is put in front of every name exactly as typed.")
    return parse(typed.text)


def _asked(visit: Visit, draft: DraftSource, typed: Typed, error: CounterfoilError | None) -> Response:
    return setup_page(
        visit,
        "schedule",
        draft,
        error,
        typed=typed,
        frequencies=[in_units(every) for every in FREQUENCIES],
        zones=zone_names(),
        **_preview(visit.around, draft, typed),
    )


def _preview(around: Surroundings, draft: DraftSource, typed: Typed) -> dict[str, Any]:
    fault, schedule = "", None
    try:
        schedule = parse(typed.text)
    except CounterfoilError as error:
        fault = error.what
    chosen = draft.choices.streams
    streams = [stream for name, stream in catalog().items() if chosen is None or name in chosen]
    tables = sorted(table.name for stream in streams for table in stream.table.family())
    now = around.now()
    cost = calls_a_month(schedule, streams, around.clocks, now) if schedule else None
    return {
        "prefix": typed.prefix,
        "prefix_fault": prefix_fault(typed.prefix),
        "tables": tables[:SHOWN_TABLES],
        "more_tables": max(0, len(tables) - SHOWN_TABLES),
        "taken": _taken(around, typed.prefix),
        "schedule_fault": fault,
        "words": in_words(schedule) if schedule else "",
        "runs": _runs(schedule, now),
        "zone": "UTC" if schedule is None or isinstance(schedule, Manual) else schedule.zone,
        "cost": cost,
        "used": standing(around.db, now, around.monthly_calls).used,
        "allowance": around.monthly_calls,
    }


def _runs(schedule: Schedule | None, now: datetime) -> list[tuple[datetime, datetime]]:
    if schedule is None or isinstance(schedule, Manual):
        return []
    zone = ZoneInfo(schedule.zone)
    return [(at, at.astimezone(zone)) for at in next_runs(schedule, now, SHOWN_RUNS)]


def _taken(around: Surroundings, prefix: str) -> list[tuple[str, str]]:
    """Where this prefix stands already: a source and where it writes. They may still differ by dataset."""
    same = {source.id: source.name for source in sources.every(around.db) if source.prefix == prefix}
    return [
        (same[feed.source.id], f"{feed.destination.name}.{feed.dataset}")
        for feed in connections.every(around.db)
        if feed.source.id in same
    ]


def _typed_of(prefix: str, schedule: Schedule) -> Typed:
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
