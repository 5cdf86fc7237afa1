"""Syncs over the API: ask for one, end one, see what ran and what came of it."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from counterfoil.actions import syncs
from counterfoil.actions.syncs import Errand, SyncView
from counterfoil.api.access import Editor, Viewer
from counterfoil.api.moments import Moment
from counterfoil.api.paging import MOST, Page, page
from counterfoil.api.routes import router
from counterfoil.model import outcome as outcomes
from counterfoil.model import sync as model
from counterfoil.model.outcome import Mode, StreamState
from counterfoil.model.sync import Cause, SyncState
from counterfoil.store.syncs import Wish

routes = router("syncs")


class Totals(BaseModel):
    """A sync in six numbers: rows of all tables, records, metered calls."""

    read: int
    inserted: int
    updated: int
    deleted: int
    unchanged: int
    calls: int


class Sync(BaseModel):
    """One run of a source."""

    id: str = Field(examples=["sync_8k2m4n6p8q0r2s4t"])
    source: str
    state: SyncState
    cause: Cause
    asked_at: datetime | None
    started_at: datetime = Field(description="While it waits: when it was asked for.")
    ended_at: datetime | None
    streams: list[str] | None = Field(description="Null: all that the source selects.")
    full: bool
    since: datetime | None = Field(description="A backfill's beginning.")
    ends_soon: bool = Field(description="Somebody asked to end it.")
    attempts: int
    totals: Totals
    code: str = Field(description="Of the error that ended it; empty where none did.")
    what: str
    do: str


class TableOutcome(BaseModel):
    """What became of one table, by its name with the prefix; `total` rows afterwards."""

    table: str
    inserted: int
    updated: int
    deleted: int
    unchanged: int
    total: int


class StreamOutcome(BaseModel):
    """What a sync did with one stream of one connection."""

    connection_id: str
    stream: str
    mode: Mode
    state: StreamState
    read: int
    calls: int
    tables: list[TableOutcome]
    code: str
    what: str
    do: str


class SyncInFull(Sync):
    """A sync with the outcome of every stream."""

    outcomes: list[StreamOutcome]


class Wanted(BaseModel):
    """Which sync is wanted. Nothing but the source: what changed since the last one."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(max_length=100, examples=["acme"])
    streams: list[Annotated[str, Field(max_length=60)]] | None = Field(None, min_length=1, max_length=200)
    full: bool = Field(default=False, description="Read in full again: a resync.")
    since: Moment | None = Field(None, description="Read again what changed from then on: a backfill.")


class Asked(BaseModel):
    """Which syncs are asked for: those that fit everything given."""

    source: str | None = Field(None, max_length=100, description="Of this source.")
    state: list[SyncState] = Field([], description="In one of these states.")
    cause: list[Cause] = Field([], description="For one of these causes.")
    since: Moment | None = Field(None, description="Started then or later.")
    until: Moment | None = Field(None, description="Started before.")
    limit: int = Field(50, ge=1, le=MOST)
    after: str = Field("", max_length=200, description="`next` of the page before.")

    def wish(self) -> Wish:
        """It in the words of the store."""
        return Wish(
            states=frozenset(self.state) or None,
            causes=frozenset(self.cause) or None,
            since=self.since,
            until=self.until,
        )


@routes.get("", operation_id="listSyncs")
def list_(around: Viewer, asked: Annotated[Asked, Query()]) -> Page[Sync]:
    """The newest syncs first."""
    found = syncs.latest(
        around.db, asked.source, limit=asked.limit + 1, wish=asked.wish(), before=asked.after or None
    )
    return page(found, told, lambda sync: sync.id, limit=asked.limit)


@routes.post("", operation_id="askSync", status_code=202)
def ask(around: Editor, wanted: Wanted) -> Sync:
    """Let the next free worker sync a source. One that waits already is the same, and answered here."""
    errand = Errand(
        streams=None if wanted.streams is None else frozenset(wanted.streams),
        full=wanted.full,
        since=wanted.since,
    )
    return told(syncs.ask(around, wanted.source, errand))


@routes.get("/{sync_id}", operation_id="showSync")
def show(around: Viewer, sync_id: str) -> SyncInFull:
    """One sync with the outcome of every stream."""
    return _in_full(syncs.show(around.db, sync_id))


@routes.post("/{sync_id}/cancel", operation_id="cancelSync", status_code=202)
def cancel(around: Editor, sync_id: str) -> Sync:
    """End a sync: at once when it waits, within seconds when it runs. The warehouse stays whole."""
    return told(syncs.cancel(around, sync_id))


def told(sync: model.Sync) -> Sync:
    """A sync as the API tells it."""
    return Sync(
        id=sync.id,
        source=sync.source.name,
        state=sync.state,
        cause=sync.cause,
        asked_at=sync.asked_at,
        started_at=sync.started_at,
        ended_at=sync.ended_at,
        streams=None if sync.streams is None else sorted(sync.streams),
        full=sync.full,
        since=sync.since,
        ends_soon=sync.cancel_asked_at is not None and not sync.state.is_over,
        attempts=sync.attempts,
        totals=Totals.model_validate(sync.totals, from_attributes=True),
        code=sync.code,
        what=sync.what,
        do=sync.do,
    )


def _in_full(view: SyncView) -> SyncInFull:
    return SyncInFull(
        **told(view.sync).model_dump(), outcomes=[_outcome(outcome) for outcome in view.outcomes]
    )


def _outcome(outcome: outcomes.StreamOutcome) -> StreamOutcome:
    return StreamOutcome.model_validate(outcome, from_attributes=True)
