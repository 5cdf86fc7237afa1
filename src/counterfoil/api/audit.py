"""The audit trail over the API: who did what to which thing, and when. For administrators."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from counterfoil.actions import audit
from counterfoil.api.access import Admin
from counterfoil.api.moments import Moment
from counterfoil.api.paging import Limit, Page
from counterfoil.api.routes import router
from counterfoil.model.entry import Chosen

routes = router("audit")

Word = Annotated[str, Query(max_length=200)]


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


@routes.get("", operation_id="listAudit")
def list_(
    around: Admin,
    actor: Word = "",
    deed: Word = "",
    noun: Word = "",
    thing: Word = "",
    since: Annotated[Moment | None, Query(description="Then or later.")] = None,
    until: Annotated[Moment | None, Query(description="Before.")] = None,
    limit: Limit = 50,
    last: Annotated[int | None, Query(alias="after", ge=1, le=2**62)] = None,
) -> Page[Entry]:
    """The newest entries first. `actor` and `thing` are ids or names."""
    chosen = Chosen(actor=actor, deed=deed, noun=noun, thing=thing, since=since, until=until)
    found = audit.entries(around, chosen, before=last, limit=limit)
    return Page(
        items=[Entry.model_validate(entry, from_attributes=True) for entry in found.entries],
        next=None if found.before is None else str(found.before),
    )
