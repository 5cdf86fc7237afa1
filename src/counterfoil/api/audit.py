"""The audit trail over the API: who did what to which thing, and when. For administrators."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from counterfoil.actions import audit
from counterfoil.api.access import Admin
from counterfoil.api.moments import Moment
from counterfoil.api.paging import MOST, Page
from counterfoil.api.routes import router
from counterfoil.model.entry import Chosen

routes = router("audit")


class Entry(BaseModel):
    """A line of the trail."""

    n: int = Field(description="Grows; one that is missing was taken away.")
    at: datetime
    actor_kind: str = Field(examples=["user"])
    actor_id: str
    actor_name: str
    deed: str = Field(examples=["paused"])
    noun: str = Field(examples=["source"])
    thing_id: str
    thing_name: str
    detail: dict[str, Any]


class Asked(BaseModel):
    """Which entries are asked for. `actor` and `thing` are ids or names."""

    actor: str = Field("", max_length=200)
    deed: str = Field("", max_length=200)
    noun: str = Field("", max_length=200)
    thing: str = Field("", max_length=200)
    since: Moment | None = Field(None, description="Then or later.")
    until: Moment | None = Field(None, description="Before.")
    limit: int = Field(50, ge=1, le=MOST)
    after: int | None = Field(None, ge=1, le=2**62, description="`next` of the page before.")


@routes.get("", operation_id="listAudit")
def list_(around: Admin, asked: Annotated[Asked, Query()]) -> Page[Entry]:
    """The newest entries first."""
    chosen = Chosen(
        actor=asked.actor,
        deed=asked.deed,
        noun=asked.noun,
        thing=asked.thing,
        since=asked.since,
        until=asked.until,
    )
    found = audit.entries(around, chosen, before=asked.after, limit=asked.limit)
    return Page(
        items=[Entry.model_validate(entry, from_attributes=True) for entry in found.entries],
        next=None if found.before is None else str(found.before),
    )
