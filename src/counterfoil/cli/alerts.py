"""`counterfoil alerts`: what is wrong now, and who is told."""

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from counterfoil.cli.command import Door, command
from counterfoil.cli.foreign import foreign
from counterfoil.cli.group import LIST, noun
from counterfoil.cli.screen import listing
from counterfoil.cli.words import ago
from counterfoil.errors import SettingInvalid

if TYPE_CHECKING:
    from counterfoil.actions.alerts import ChannelView
    from counterfoil.model.alert import Alert, AlertKind

STYLES = {"notice": "yellow", "urgent": "bold red"}

Name = Annotated[str, typer.Argument(help="The channel's name.", metavar="NAME")]
AddressFrom = Annotated[
    str | None,
    typer.Option(metavar="VARIABLE", help="The variable that holds the address; else it is asked for."),
]
Kinds = Annotated[
    list[str] | None, typer.Option("--kind", metavar="KIND", help="Only this kind; may be repeated.")
]
Hours = Annotated[str, typer.Option("--quiet", metavar="HOURS", help="When nothing is sent: 22:00-07:00.")]
Zone = Annotated[str, typer.Option(metavar="ZONE", help="Whose clocks these hours go by: Europe/Berlin.")]


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the group."""
    group = noun(app, "alerts", text="What is wrong now, and who is told.", panel=panel)
    command(group, LIST)(list_)
    command(group, "channels")(channels)
    command(group, "add")(add)
    command(group, "remove")(remove)
    command(group, "test")(test)


def list_(door: Door) -> None:
    """List what is wrong now."""
    from counterfoil.actions import alerts

    with door.store() as db:
        found = alerts.firing(db)
    picture = _alerts(found, datetime.now(UTC)) if found else Text("Nothing is wrong.", style="green")
    door.screen.answer({"alerts": [_alert(one) for one in found]}, picture)
    door.screen.next(("counterfoil alerts channels", "who is told"))


def channels(door: Door) -> None:
    """List where alerts are sent, and whether that works; of addresses no secret is shown."""
    from counterfoil.actions import alerts

    with door.store() as db:
        found = alerts.every_channel(db)
    empty = Text("Nobody is told: there is no channel yet.", style="dim")
    picture = _channels(found, datetime.now(UTC)) if found else empty
    door.screen.answer({"channels": [_channel(one) for one in found]}, picture)
    if not found:
        door.screen.next(("counterfoil alerts add NAME", "tell somebody"))


def add(
    door: Door,
    name: Name,
    *,
    address_from: AddressFrom = None,
    kind: Kinds = None,
    quiet: Hours = "",
    zone: Zone = "UTC",
) -> None:
    """Send alerts to an address, such as mailtos://user:password@example.com; it is kept sealed."""
    from counterfoil.actions import alerts

    with door.opened() as around:
        wanted = alerts.Wanted(
            name=name,
            address=_address(around.environment, address_from),
            kinds=_kinds(kind) if kind else None,
            quiet=quiet,
            zone=zone,
        )
        made = alerts.create_channel(around, wanted)
    door.screen.answer(
        {"id": made.id, "name": made.name, "address": made.shown},
        foreign(f"Alerts are sent to {made.shown} as {made.name!r}."),
    )
    door.screen.next((f"counterfoil alerts test {made.name}", "see whether one arrives"))


def remove(door: Door, name: Name) -> None:
    """Send nothing there any more; what waits is dropped."""
    from counterfoil.actions import alerts

    with door.opened() as around:
        alerts.remove_channel(around, name)
    door.screen.answer({"removed": name}, foreign(f"Nothing is sent to {name!r} any more."))


def test(door: Door, name: Name) -> None:
    """Send a word on a channel now."""
    from counterfoil.actions import alerts

    with door.opened() as around:
        alerts.test_channel(around, name)
    door.screen.answer({"sent": name}, foreign(f"The service of {name!r} took the message."))


def _address(environment: Mapping[str, str], variable: str | None) -> str:
    """From a variable, the keyboard or standard input: on a command line everybody on the machine could read it."""
    if variable is not None:
        if not environment.get(variable):
            raise SettingInvalid(f"The variable {variable[:100]!r} is not set.", do="Set it to the address.")
        return environment[variable]
    if sys.stdin.isatty():
        return str(typer.prompt("Address", hide_input=True, err=True))
    return sys.stdin.readline().strip()


def _kinds(named: Sequence[str]) -> "frozenset[AlertKind]":
    from counterfoil.model.alert import AlertKind

    unknown = [name for name in named if name not in set(AlertKind)]
    if unknown:
        raise SettingInvalid(
            f"There is no kind of alert {unknown[0][:50]!r}.", do=f"Use some of {', '.join(AlertKind)}."
        )
    return frozenset(AlertKind(name) for name in named)


def _alert(one: "Alert") -> dict[str, Any]:
    return {
        "kind": str(one.finding.kind),
        "subject": one.finding.subject,
        "name": one.finding.name,
        "state": str(one.finding.state),
        "what": one.finding.what,
        "do": one.finding.do,
        "since": one.since.isoformat(),
        "told_at": one.told_at.isoformat() if one.told_at else None,
    }


def _channel(view: "ChannelView") -> dict[str, Any]:
    channel, delivery = view.channel, view.delivery
    return {
        "id": channel.id,
        "name": channel.name,
        "address": channel.shown,
        "kinds": None if channel.kinds is None else sorted(channel.kinds),
        "quiet": str(channel.quiet) if channel.quiet else "",
        "zone": channel.quiet.zone if channel.quiet else "UTC",
        "disabled": channel.disabled,
        "waiting": delivery.waiting,
        "fault": delivery.fault,
        "sent_at": delivery.sent_at.isoformat() if delivery.sent_at else None,
        "version": channel.version,
    }


def _alerts(found: Sequence["Alert"], now: datetime) -> Table:
    table = listing("Since", "State", "What", "What to do")
    for one in found:
        state = str(one.finding.state)
        table.add_row(
            ago(one.since, now),
            Text(state, style=STYLES[state]),
            foreign(one.finding.what, "bold"),
            foreign(one.finding.do, "dim"),
        )
    return table


def _channels(found: Sequence["ChannelView"], now: datetime) -> Table:
    table = listing(
        "Channel", "Address", "Kinds", "Quiet", "Last sent", "Waiting", "State", numbers=("Waiting",)
    )
    for view in found:
        channel, delivery = view.channel, view.delivery
        quiet = f"{channel.quiet} {channel.quiet.zone}" if channel.quiet else "never"
        sent = ago(delivery.sent_at, now) if delivery.sent_at else "never"
        state = "switched off" if channel.disabled else delivery.fault or "well"
        style = "red" if delivery.fault else "dim" if channel.disabled else "green"
        table.add_row(
            foreign(channel.name, "bold"),
            foreign(channel.shown),
            "all" if channel.kinds is None else ", ".join(sorted(channel.kinds)),
            quiet,
            sent,
            f"{delivery.waiting:,}",
            foreign(state, style),
        )
    return table
