"""Alerts over the API: what is wrong now, and the channels on which people are told."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from counterfoil.actions import alerts
from counterfoil.actions.alerts import ChannelView
from counterfoil.actions.alerts import Wanted as ModelWanted
from counterfoil.actions.surroundings import Surroundings
from counterfoil.api.access import Admin, Viewer
from counterfoil.api.paging import After, Limit, Page, after, page
from counterfoil.api.routes import router
from counterfoil.api.versions import Needed, Told
from counterfoil.errors import NotFound
from counterfoil.logs import mask
from counterfoil.model.alert import AlertKind, AlertState

routes = router("alerts")
channel_routes = router("channels")


class Alert(BaseModel):
    """Something that is wrong with one thing."""

    kind: AlertKind
    subject: str = Field(description="The thing's id.")
    name: str
    state: AlertState
    what: str
    do: str
    since: datetime
    told_at: datetime | None


class Alerts(BaseModel):
    """All that is wrong now."""

    items: list[Alert]


class Channel(BaseModel):
    """Where alerts are sent. Its address is shown without what is secret in it."""

    id: str
    name: str = Field(examples=["ops"])
    address: str = Field(examples=["mailto://***@example.com"])
    kinds: list[AlertKind] | None = Field(description="Null: all, also what later versions add.")
    quiet: str = Field(examples=["22:00-07:00"])
    zone: str
    disabled: bool
    created_at: datetime
    waiting: int = Field(description="Messages that wait.")
    fault: str = Field(description="Why the last attempt failed; empty when it did not.")
    sent_at: datetime | None
    version: int


class Wanted(BaseModel):
    """What a channel is to be."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=100, examples=["ops"])
    address: SecretStr | None = Field(
        None,
        max_length=2000,
        description="One of apprise's addresses; null leaves it as it is.",
        examples=["mailto://user:password@example.com"],
    )
    kinds: list[AlertKind] | None = Field(None, max_length=20)
    quiet: str = Field(
        "", max_length=20, description="Hours in which nothing is sent.", examples=["22:00-07:00"]
    )
    zone: str = Field("UTC", max_length=60)
    disabled: bool = False

    def wanted(self) -> ModelWanted:
        """It in the words of the verbs."""
        return ModelWanted(
            name=self.name,
            address=None if self.address is None else self.address.get_secret_value(),
            kinds=None if self.kinds is None else frozenset(self.kinds),
            quiet=self.quiet,
            zone=self.zone,
            disabled=self.disabled,
        )


@routes.get("", operation_id="listAlerts")
def list_(around: Viewer) -> Alerts:
    """What is wrong now, the newest first."""
    return Alerts(
        items=[
            Alert(
                kind=one.finding.kind,
                subject=one.finding.subject,
                name=one.finding.name,
                state=one.finding.state,
                what=mask(one.finding.what),
                do=mask(one.finding.do),
                since=one.since,
                told_at=one.told_at,
            )
            for one in alerts.firing(around.db)
        ]
    )


@channel_routes.get("", operation_id="listChannels")
def channels(
    around: Viewer, limit: Limit = 50, last: Annotated[After, Query(alias="after")] = ""
) -> Page[Channel]:
    """All channels, by name."""
    return page(after(alerts.every_channel(around.db), _name, last, limit), _told, _name, limit=limit)


@channel_routes.post("", operation_id="createChannel", status_code=201)
def create(around: Admin, wanted: Wanted) -> Channel:
    """Add a channel; then send a test."""
    return _found(around, alerts.create_channel(around, wanted.wanted()).name)


@channel_routes.get("/{name}", operation_id="showChannel")
def show(around: Viewer, name: str) -> Channel:
    """One channel."""
    return _found(around, name)


@channel_routes.put("/{name}", operation_id="changeChannel")
def change(around: Admin, name: str, wanted: Wanted, version: Needed) -> Channel:
    """Make a channel what is wanted."""
    return _found(around, alerts.change_channel(around, name, wanted.wanted(), version=version).name)


@channel_routes.post("/{name}/test", operation_id="testChannel", status_code=204)
def test(around: Admin, name: str) -> None:
    """Send a word on it now, quiet hours or not."""
    alerts.test_channel(around, name)


@channel_routes.delete("/{name}", operation_id="removeChannel", status_code=204)
def remove(around: Admin, name: str, version: Told) -> None:
    """Forget a channel and what waits on it."""
    alerts.remove_channel(around, name, version=version)


def _found(around: Surroundings, name: str) -> Channel:
    views = {view.channel.name: view for view in alerts.every_channel(around.db)}
    if name not in views:
        raise NotFound(f"There is no channel {name[:100]!r}.", do="List them: /api/v1/channels")
    return _told(views[name])


def _name(view: ChannelView) -> str:
    return view.channel.name


def _told(view: ChannelView) -> Channel:
    channel = view.channel
    return Channel(
        id=channel.id,
        name=channel.name,
        address=channel.shown,
        kinds=None if channel.kinds is None else sorted(channel.kinds),
        quiet="" if channel.quiet is None else str(channel.quiet),
        zone="UTC" if channel.quiet is None else channel.quiet.zone,
        disabled=channel.disabled,
        created_at=channel.created_at,
        waiting=view.delivery.waiting,
        fault=mask(view.delivery.fault),
        sent_at=view.delivery.sent_at,
        version=channel.version,
    )
