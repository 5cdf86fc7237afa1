"""Sources as the API tells them and is told of them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from counterfoil.actions.source_changes import Changes, Feed, Keep, NewSource
from counterfoil.actions.sources import SourceView
from counterfoil.actions.timing import why_slowed
from counterfoil.api.syncs import Sync
from counterfoil.api.syncs import told as sync_told
from counterfoil.model import connection as model
from counterfoil.model.budget import Budget
from counterfoil.model.credential import Environment
from counterfoil.model.cursor import Cursor
from counterfoil.model.report_choice import OPTIONS, chosen
from counterfoil.model.schedule_text import in_words, parse

Name = Annotated[str, Field(max_length=100)]
Streams = Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=200, examples=[["Invoice"]])]
REPORTS = (
    "Each as a name and options: " + "; ".join(f"{name}= {what}" for name, what in OPTIONS.items()) + "."
)
Reports = Annotated[
    list[Annotated[str, Field(max_length=1000)]],
    Field(
        max_length=100, examples=[["ProfitAndLoss", "BalanceSheet method=both by=quarter since=2024-01-01"]]
    ),
]


VIEWS = "Whether views of ledger and statements stand beside its tables."
FIVETRAN = (
    "The dataset of views under Fivetran's names: empty for the usual one, <dataset>_<prefix>_fivetran; null: no "
    "such views."
)


class Fed(BaseModel):
    """A connection: what a source feeds."""

    model_config = ConfigDict(extra="forbid")

    destination: Name = Field(examples=["warehouse"])
    dataset: str = Field("", max_length=63, description="Empty: the kind's own.", examples=["quickbooks"])


class Connection(BaseModel):
    """One source feeding one dataset of one destination."""

    id: str
    source: str
    destination: str
    dataset: str
    streams_loaded: int = Field(description="How many streams it has.")
    fresh_until: datetime | None = Field(
        description="Everything until then is loaded, of all loaded streams."
    )


class Source(BaseModel):
    """A named QuickBooks source."""

    id: str
    name: str = Field(examples=["acme"])
    credential: str
    company_name: str
    realm_id: str
    environment: Environment
    streams: list[str] | None = Field(description="Null: all entities, also what later versions add.")
    reports: list[str] = Field(description=REPORTS, examples=[["ProfitAndLoss method=both"]])
    views: bool = Field(description=VIEWS)
    fivetran: str | None = Field(description=FIVETRAN, examples=["quickbooks_fivetran"])
    prefix: str = Field(examples=["acme_"])
    schedule: str = Field(examples=["every 15 minutes from 00:00 UTC"])
    schedule_words: str
    slowed: str = Field(description="Why it runs more rarely than its schedule says; empty when it does not.")
    paused: bool
    next_run_at: datetime | None
    created_at: datetime
    connections: list[Connection]
    latest: Sync | None
    version: int


class NewOne(BaseModel):
    """A source to make."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["acme"])
    credential: Name = Field(examples=["acme"])
    streams: Streams | None = Field(None, description="Null: all.")
    reports: Reports = Field([], description=REPORTS)
    views: bool = Field(default=True, description=VIEWS)
    fivetran: str | None = Field(None, max_length=100, description=FIVETRAN)
    prefix: str = Field("", max_length=100)
    schedule: str = Field("manual", max_length=300, examples=["every 15 minutes"])
    paused: bool = False
    destinations: list[Fed] = Field([], max_length=50)

    def wanted(self) -> NewSource:
        """It in the words of the verbs. Raises SettingInvalid."""
        return NewSource(
            name=self.name,
            credential=self.credential,
            streams=None if self.streams is None else frozenset(self.streams),
            reports=chosen(self.reports),
            views=self.views,
            fivetran=self.fivetran,
            prefix=self.prefix,
            schedule=parse(self.schedule),
            paused=self.paused,
            feeds=feeds(self.destinations),
        )


class Edited(BaseModel):
    """What is to change; what is left out stays. `destinations` are then all that it feeds."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    credential: Name | None = None
    streams: Streams | None = Field(None, description="Null: all.")
    reports: Reports | None = Field(None, description=f"From now on; an empty list: none. {REPORTS}")
    views: bool | None = Field(None, description=VIEWS)
    fivetran: str | None = Field(None, max_length=100, description=FIVETRAN)
    prefix: str | None = Field(None, max_length=100)
    schedule: str | None = Field(None, max_length=300)
    paused: bool | None = None
    destinations: list[Fed] | None = Field(None, max_length=50)

    def wanted(self) -> Changes:
        """It in the words of the verbs. Raises SettingInvalid."""
        streams = None if self.streams is None else frozenset(self.streams)
        return Changes(
            name=self.name,
            credential=self.credential,
            streams=streams if "streams" in self.model_fields_set else Keep.KEEP,
            reports=None if self.reports is None else chosen(self.reports),
            views=self.views,
            fivetran=self.fivetran if "fivetran" in self.model_fields_set else Keep.KEEP,
            prefix=self.prefix,
            schedule=None if self.schedule is None else parse(self.schedule),
            paused=self.paused,
            feeds=None if self.destinations is None else feeds(self.destinations),
        )


def feeds(fed: list[Fed]) -> tuple[Feed, ...]:
    """What a source is to feed, in the words of the verbs."""
    return tuple(Feed(destination=one.destination, dataset=one.dataset) for one in fed)


def told(view: SourceView, budget: Budget) -> Source:
    """A source as the API tells it."""
    source = view.source
    return Source(
        id=source.id,
        name=source.name,
        credential=source.credential.name,
        company_name=source.credential.company_name,
        realm_id=source.credential.realm_id,
        environment=source.credential.environment,
        streams=None if source.streams is None else sorted(source.streams),
        reports=[str(choice) for choice in source.reports],
        views=source.views,
        fivetran=source.fivetran,
        prefix=source.prefix,
        schedule=str(source.schedule),
        schedule_words=in_words(source.schedule),
        slowed=why_slowed(source, budget),
        paused=source.paused,
        next_run_at=view.next_run_at,
        created_at=source.created_at,
        connections=[connection(feed, view.cursors[feed.id].values()) for feed in view.connections],
        latest=None if view.latest is None else sync_told(view.latest),
        version=source.version,
    )


def connection(feed: model.Connection, cursors: Iterable[Cursor]) -> Connection:
    """A connection as the API tells it."""
    loaded = list(cursors)
    return Connection(
        id=feed.id,
        source=feed.source.name,
        destination=feed.destination.name,
        dataset=feed.dataset,
        streams_loaded=len(loaded),
        fresh_until=min((cursor.changed_since for cursor in loaded), default=None),
    )
