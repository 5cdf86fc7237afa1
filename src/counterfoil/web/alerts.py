"""Alerts: what is wrong now, and the channels on which people are told."""

from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import alerts
from counterfoil.actions.addresses import ADDRESS_KINDS, AddressKind, address_of, kind_named, kind_of
from counterfoil.actions.alerts import Wanted
from counterfoil.actions.rights import need
from counterfoil.errors import CounterfoilError, SettingInvalid
from counterfoil.logs import mask
from counterfoil.model.actor import Role
from counterfoil.model.alert import AlertKind, Finding
from counterfoil.model.channel import Channel
from counterfoil.web.errors import status_of
from counterfoil.web.options import zones
from counterfoil.web.page import go, page
from counterfoil.web.roles import version_of
from counterfoil.web.visit import Form, Posted, Visit, Visiting

routes = APIRouter()

KINDS: dict[AlertKind, tuple[str, str]] = {
    AlertKind.SYNC_FAILED: (
        "A sync fails",
        "At once when somebody has to mend it, else after several in a row.",
    ),
    AlertKind.SYNC_LATE: ("A source is late", "Two runs of its schedule passed without a sync that landed."),
    AlertKind.RECONNECT: ("A company needs a reconnect", "QuickBooks does not let us read it any more."),
    AlertKind.ENDING: ("A permission ends soon", "30 days before, and again at 7."),
    AlertKind.BUDGET: ("Metered calls run out", "At 80 % of the month's calls, and again when all are used."),
    AlertKind.WAREHOUSE: ("A warehouse takes nothing", "It refuses, or was away several times in a row."),
    AlertKind.MISMATCH: ("Books differ", "The tables do not agree with QuickBooks."),
}
"""Each kind of alert as people say it, and when it is told."""


@routes.get("/alerts")
def list_(visit: Visiting) -> Response:
    """What is wrong now, who is told, and what is mended."""
    db = visit.around.db
    channels = alerts.every_channel(db)
    return page(
        visit,
        "alerts.html",
        firing=alerts.firing(db),
        mended=alerts.over(db),
        channels=[(each, kind_of(each.channel.shown)) for each in channels],
        failing=sum(bool(each.delivery.fault) and not each.channel.disabled for each in channels),
        kinds=KINDS,
        thing_of=_thing_of,
        mask=mask,
    )


@routes.get("/alerts/channels/new")
def new(visit: Visiting, kind: str = "") -> Response:
    """How to tell people; then where."""
    need(visit.around.actor, Role.ADMIN)
    if not kind:
        return page(visit, "channel_kinds.html", kinds=ADDRESS_KINDS.values())
    return _form(visit, kind_named(kind), _typed_anew(), None)


@routes.post("/alerts/channels/new")
def create(visit: Visiting, form: Form) -> Response:
    """Add the channel."""
    kind = kind_named(form["kind"])
    try:
        made = alerts.create_channel(visit.around, _wanted(form, kind))
    except CounterfoilError as error:
        return _form(visit, kind, _typed(form, kind), error)
    return go(f"/alerts/channels/{made.id}", "The channel is added. Send a test to see whether it arrives.")


@routes.get("/alerts/channels/{channel_id}")
def show(visit: Visiting, channel_id: str) -> Response:
    """One channel: what it takes and when, and what was told on it."""
    return _shown(visit, channel_id, {}, None)


@routes.post("/alerts/channels/{channel_id}")
def change(visit: Visiting, channel_id: str, form: Form) -> Response:
    """Keep what was changed; an address that is left empty stays."""
    kept = alerts.show_channel(visit.around.db, channel_id).channel
    kind = kind_of(kept.shown)
    try:
        alerts.change_channel(visit.around, kept.name, _wanted(form, kind), version=version_of(form))
    except CounterfoilError as error:
        return _shown(visit, channel_id, _typed(form, kind), error)
    return go(f"/alerts/channels/{channel_id}", "Kept.")


@routes.post("/alerts/channels/{channel_id}/test")
def test(visit: Visiting, channel_id: str, _: Form) -> Response:
    """Send a word now, and tell what became of it."""
    kept = alerts.show_channel(visit.around.db, channel_id).channel
    try:
        alerts.test_channel(visit.around, kept.name)
    except CounterfoilError as error:
        return _shown(visit, channel_id, {}, error)
    return go(f"/alerts/channels/{channel_id}", "The service took the test. See whether it arrives.")


@routes.get("/alerts/channels/{channel_id}/remove")
def ask_to_remove(visit: Visiting, channel_id: str) -> Response:
    """What removing means, before it is done."""
    need(visit.around.actor, Role.ADMIN)
    view = alerts.show_channel(visit.around.db, channel_id)
    only = len(alerts.every_channel(visit.around.db)) == 1
    return page(visit, "channel_remove.html", channel=view.channel, waiting=view.delivery.waiting, only=only)


@routes.post("/alerts/channels/{channel_id}/remove")
def remove(visit: Visiting, channel_id: str, form: Form) -> Response:
    """Send nothing there any more."""
    kept = alerts.show_channel(visit.around.db, channel_id).channel
    try:
        alerts.remove_channel(visit.around, kept.name, version=version_of(form))
    except CounterfoilError as error:
        return _shown(visit, channel_id, {}, error)
    return go("/alerts", f"Nothing is sent to {kept.name} any more.")


def _form(
    visit: Visit, kind: AddressKind, typed: dict[str, object], error: CounterfoilError | None
) -> Response:
    return page(
        visit,
        "channel_new.html",
        status=status_of(error) if error else 200,
        kind=kind,
        typed=typed,
        error=error,
        alert_kinds=KINDS,
        zones=zones(),
    )


def _shown(
    visit: Visit, channel_id: str, typed: dict[str, object], error: CounterfoilError | None
) -> Response:
    view = alerts.show_channel(visit.around.db, channel_id)
    return page(
        visit,
        "channel.html",
        status=status_of(error) if error else 200,
        view=view,
        kind=kind_of(view.channel.shown),
        typed=typed or _typed_of(view.channel),
        error=error,
        alert_kinds=KINDS,
        zones=zones(),
        mask=mask,
    )


def _wanted(form: Posted, kind: AddressKind) -> Wanted:
    given = {field.name: form.raw(f"address.{field.name}") for field in kind.fields}
    chosen = frozenset(AlertKind(name) for name in form.every("kinds") if name in list(AlertKind))
    if form["which"] == "some" and not chosen:
        raise SettingInvalid("No kind of alert is chosen.", do="Choose some, or all.")
    hours = [form["quiet_from"], form["quiet_to"]]
    return Wanted(
        name=form["name"],
        address=address_of(kind, given) or None,
        kinds=None if form["which"] != "some" else chosen,
        quiet="-".join(hours) if any(hours) else "",
        zone=form["zone"] or "UTC",
        disabled=form["disabled"] == "yes",
    )


def _typed_anew() -> dict[str, object]:
    return {"name": "", "which": "all", "kinds": (), "from": "", "to": "", "zone": "UTC", "disabled": False}


def _typed_of(channel: Channel) -> dict[str, object]:
    begin, _, end = str(channel.quiet or "").partition("-")
    return {
        "name": channel.name,
        "which": "all" if channel.kinds is None else "some",
        "kinds": channel.kinds or (),
        "from": begin,
        "to": end,
        "zone": channel.quiet.zone if channel.quiet else "UTC",
        "disabled": channel.disabled,
    }


def _typed(form: Posted, kind: AddressKind) -> dict[str, object]:
    """What was typed, to show it again: all but secrets."""
    return {
        "name": form["name"],
        "which": form["which"],
        "kinds": form.every("kinds"),
        "from": form["quiet_from"],
        "to": form["quiet_to"],
        "zone": form["zone"],
        "disabled": form["disabled"] == "yes",
        **{field.name: form[f"address.{field.name}"] for field in kind.fields if not field.secret},
    }


def _thing_of(found: Finding) -> str:
    """The page on which one sees to it."""
    if found.kind is AlertKind.BUDGET:
        return "/settings"
    if found.kind in (AlertKind.RECONNECT, AlertKind.ENDING):
        return "/credentials"
    place = "destinations" if found.kind is AlertKind.WAREHOUSE else "sources"
    return f"/{place}/{quote(found.name, safe='')}"
