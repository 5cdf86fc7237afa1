"""What one may do with alerts: see them, say where they are sent, try a channel; and the look-out that raises them."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from counterfoil import alerts as sending
from counterfoil.actions.findings import Seen, look, look_at
from counterfoil.actions.rights import need
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.trail import note
from counterfoil.errors import ChangedMeanwhile, CounterfoilError, SettingInvalid
from counterfoil.logs import keep_secret
from counterfoil.model.actor import Role
from counterfoil.model.alert import Alert, AlertKind, Finding, Key, what_to_tell
from counterfoil.model.channel import Channel, Quiet, read_quiet, shown_address
from counterfoil.model.identity import line_fault, new_id
from counterfoil.model.message import Message, body_of, next_attempt, title_of
from counterfoil.model.sync import Sync
from counterfoil.model.zones import zone_named
from counterfoil.store import alerts, channels, messages, sources
from counterfoil.store.db import Database
from counterfoil.store.messages import Delivery, Kept

TOLD = 20
"""Messages of a channel that its page shows."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelView:
    """A channel and how it does; what was told on it lately, where it was asked for."""

    channel: Channel
    delivery: Delivery
    told: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a channel shall be. `address` is one of apprise's and may hold a password; None leaves it as it is.

    `quiet` is such as `22:00-07:00`, by the clocks of `zone`; "" for none. `kinds` None means all.
    """

    name: str
    address: str | None = None
    kinds: frozenset[AlertKind] | None = None
    quiet: str = ""
    zone: str = "UTC"
    disabled: bool = False


def firing(db: Database) -> tuple[Alert, ...]:
    """What is wrong now, the newest first."""
    return alerts.firing(db)


def over(db: Database, limit: int = 20) -> tuple[Alert, ...]:
    """What was wrong and is mended, the newest first; `since` is when it was mended."""
    return alerts.over(db, limit)


def show_channel(db: Database, which: str) -> ChannelView:
    """The channel with this id or name, with what was told on it. Raises NotFound."""
    channel = channels.find(db, which)
    return ChannelView(
        channel=channel,
        delivery=messages.deliveries(db).get(channel.id, Delivery()),
        told=messages.latest(db, channel.id, TOLD),
    )


def every_channel(db: Database) -> tuple[ChannelView, ...]:
    """All channels, by name."""
    done = messages.deliveries(db)
    return tuple(
        ChannelView(channel=one, delivery=done.get(one.id, Delivery())) for one in channels.every(db)
    )


def create_channel(around: Surroundings, wanted: Wanted) -> Channel:
    """Add a channel. An administrator's, since it sends what is in alerts to any address.

    Raises Forbidden, SettingInvalid, AlreadyExists.
    """
    need(around.actor, Role.ADMIN)
    address = _address(wanted.address or "")
    channel = Channel(
        id=new_id("chan", around.chance),
        name=_name(wanted.name),
        shown=shown_address(address),
        created_at=around.now(),
        kinds=wanted.kinds,
        quiet=_quiet(wanted),
        disabled=wanted.disabled,
    )
    with around.db.transaction() as one:
        channels.save(one, channel, address)
        note(around, one, "created", ("channel", channel.id, channel.name), address=channel.shown)
    return channel


def change_channel(around: Surroundings, name: str, wanted: Wanted, *, version: int | None = None) -> Channel:
    """Make a channel what is wanted. Raises as `create_channel`, NotFound, ChangedMeanwhile."""
    need(around.actor, Role.ADMIN)
    address = None if wanted.address is None else _address(wanted.address)
    with around.db.transaction() as one:
        before = channels.named(one, name)
        if version is not None and version != before.version:
            raise ChangedMeanwhile(
                f"Somebody else changed the channel {name!r} meanwhile.",
                do="Look at it again, then change it.",
            )
        changed = replace(
            before,
            name=_name(wanted.name),
            shown=before.shown if address is None else shown_address(address),
            kinds=wanted.kinds,
            quiet=_quiet(wanted),
            disabled=wanted.disabled,
        )
        channels.save(one, changed, address, version=version)
        note(around, one, "changed", ("channel", changed.id, changed.name), **_differences(before, changed))
        return channels.named(one, changed.name)


def remove_channel(around: Surroundings, name: str, *, version: int | None = None) -> None:
    """Forget a channel and what waits on it. Raises Forbidden, NotFound, ChangedMeanwhile."""
    need(around.actor, Role.ADMIN)
    with around.db.transaction() as one:
        channel = channels.named(one, name)
        channels.remove(one, channel, version=version)
        note(around, one, "removed", ("channel", channel.id, channel.name))


def test_channel(around: Surroundings, name: str) -> None:
    """Send a word on a channel now, quiet hours or not. Raises Forbidden, NotFound, AlertNotSent."""
    need(around.actor, Role.ADMIN)
    channel = channels.named(around.db, name)
    address = _kept(around, channel)
    sending.send(
        address,
        "Counterfoil: a test",
        f"{around.actor.name} tried the channel {channel.name!r}. Alerts will arrive like this.",
    )
    with around.db.transaction() as one:
        note(around, one, "tested", ("channel", channel.id, channel.name))


def look_round(around: Surroundings) -> None:
    """Look at everything, remember what changed, and send what is due. For the engine, about once a minute.

    Any number of processes may do it at once: each change is told once. Sending takes seconds, up to a minute for
    a channel that does not answer, so this wants a thread of its own. Raises StoreFailed.
    """
    known = alerts.known(around.db)
    seen = look(around, around.db, known)
    _tell(around, known, seen)
    deliver(around)


def after_sync(around: Surroundings, sync: Sync) -> None:
    """Note what a sync that has just ended changes; `look_round` sends it. Cheap when all is as it was.

    Raises StoreFailed, NotFound when the source was removed meanwhile.
    """
    known = alerts.known(around.db)
    about = (sync.source.id, sync.source.credential.id)
    if not sync.code and not any(key[1] in about for key in known):
        return
    source = sources.named(around.db, sync.source.name)
    seen = look_at(around, around.db, known, source)
    _tell(around, {key: known[key] for key in known.keys() & (seen.judged | seen.found.keys())}, seen)


def deliver(around: Surroundings) -> None:
    """Send what is due, each channel's messages as one. A channel that fails is tried again later."""
    by_id = {channel.id: channel for channel in channels.every(around.db)}
    for channel_id in messages.channels_due(around.db, around.now()):
        if channel_id in by_id:
            _deliver(around, by_id[channel_id])


def _deliver(around: Surroundings, channel: Channel) -> None:
    claim, now = new_id("claim", around.chance), around.now()
    taken = messages.claim(around.db, channel.id, claim, now)
    if not taken:
        return  # somebody got there first
    quiet = channel.quiet.over(now) if channel.quiet else now
    if channel.disabled:
        messages.failed(around.db, taken, claim, fault="The channel is switched off.", again=None)
    elif quiet > now:
        messages.postpone(around.db, taken, claim, quiet)
    else:
        _send(around, channel, taken, claim)


def _send(around: Surroundings, channel: Channel, taken: tuple[Message, ...], claim: str) -> None:
    try:
        sending.send(_kept(around, channel), title_of(taken), body_of(taken))
    except CounterfoilError as error:
        _log.warning("Nothing could be sent on the channel %s. %s", channel.name, error)
        again = next_attempt(taken[0], around.now())
        messages.failed(around.db, taken, claim, fault=error.what, again=again)
        return
    messages.sent(around.db, taken, claim, around.now())


def _tell(around: Surroundings, known: Mapping[Key, Finding], seen: Seen) -> None:
    listening = channels.every(around.db)
    now = around.now()
    for change in what_to_tell(known, seen.found, seen.judged):
        found = change.after
        with around.db.transaction() as one:
            if alerts.change(one, change, now) and change.told:
                due = {
                    new_id("msg", around.chance): (
                        channel.id,
                        channel.quiet.over(now) if channel.quiet else now,
                    )
                    for channel in listening
                    if channel.takes(found.kind)
                }
                messages.add(one, found, now, due)
                _log.warning("%s: %s %s", found.state, found.what, found.do)


def _kept(around: Surroundings, channel: Channel) -> str:
    address = channels.address(around.db, channel.id)
    keep_secret(address)
    return address


def _name(name: str) -> str:
    fault = line_fault(name)
    if fault:
        raise SettingInvalid(f"The channel's name {fault}.", do="Choose another.")
    return name


def _address(address: str) -> str:
    keep_secret(address)
    sending.check_address(address)
    return address


def _differences(before: Channel, after: Channel) -> dict[str, Any]:
    """What a change changed: of each part what it was, and what it is."""
    parts = {
        "name": (before.name, after.name),
        "address": (before.shown, after.shown),
        "alerts": (_told_kinds(before), _told_kinds(after)),
        "quiet": (str(before.quiet or ""), str(after.quiet or "")),
        "zone": (before.quiet and before.quiet.zone, after.quiet and after.quiet.zone),
        "disabled": (before.disabled, after.disabled),
    }
    return {name: list(pair) for name, pair in parts.items() if pair[0] != pair[1]}


def _told_kinds(channel: Channel) -> str:
    return "all" if channel.kinds is None else ", ".join(sorted(channel.kinds))


def _quiet(wanted: Wanted) -> Quiet | None:
    zone = zone_named(wanted.zone)
    if zone is None:
        raise SettingInvalid(
            f"There is no time zone {wanted.zone[:50]!r}.", do="Write its name, such as Europe/Berlin."
        )
    try:
        return read_quiet(wanted.quiet, zone.key)
    except ValueError as error:
        raise SettingInvalid(f"The quiet hours cannot be used: {error}.", do="Write 22:00-07:00.") from None
