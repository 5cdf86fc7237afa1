"""Schedules over the API: what one comes to, before it is saved."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from counterfoil.actions.surroundings import Surroundings
from counterfoil.api.access import Viewer
from counterfoil.api.routes import router
from counterfoil.model.cost import calls_a_month
from counterfoil.model.schedule import Manual, Schedule, next_runs
from counterfoil.model.schedule_text import in_words, parse
from counterfoil.quickbooks.catalog import catalog, stream

routes = router("schedules")
SHOWN = 5


class Asked(BaseModel):
    """A schedule as people write it."""

    model_config = ConfigDict(extra="forbid")

    schedule: str = Field(max_length=200, examples=["every 24 hours from 06:00 Europe/Berlin"])
    streams: list[Annotated[str, Field(max_length=60)]] | None = Field(
        None,
        max_length=200,
        description="For the cost; null: all streams.",
        examples=[["Invoice", "Customer"]],
    )


class Run(BaseModel):
    """One run to come."""

    at: datetime = Field(description="In UTC.")
    local: datetime = Field(description="The same moment in the schedule's zone.")


class Preview(BaseModel):
    """What a schedule comes to."""

    schedule: str = Field(description="As it is kept.", examples=["every 24 hours from 06:00 Europe/Berlin"])
    words: str = Field(examples=["Every day at 06:00 Europe/Berlin"])
    next: list[Run]
    calls_a_month: int = Field(
        description="Metered calls in 30 days, for a company in which nothing changes."
    )


@routes.post("/preview", operation_id="previewSchedule")
def preview(around: Viewer, asked: Asked) -> Preview:
    """The next five runs of a schedule and what it costs; nothing is saved."""
    schedule = parse(asked.schedule)
    return Preview(
        schedule=str(schedule),
        words=in_words(schedule),
        next=_runs(around, schedule),
        calls_a_month=calls_a_month(
            schedule,
            catalog().values() if asked.streams is None else [stream(name) for name in asked.streams],
            around.clocks,
            around.now(),
        ),
    )


def _runs(around: Surroundings, schedule: Schedule) -> list[Run]:
    zone = ZoneInfo("UTC" if isinstance(schedule, Manual) else schedule.zone)
    runs = next_runs(schedule, around.now(), SHOWN)
    return [Run(at=at, local=at.astimezone(zone)) for at in runs]
