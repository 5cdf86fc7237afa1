"""Channels: tried, refused, kept from who may not, and mail."""

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from counterfoil.actions import alerts
from counterfoil.actions.alerts import Wanted
from counterfoil.errors import AlertNotSent, Forbidden, SettingInvalid
from counterfoil.model.actor import SERVICE
from tests.sight.conftest import Hook, Service


def test_the_test_button_sends_or_says_why_not(service: Service, hook: Hook) -> None:
    service.channel(hook, quiet="11:00-14:00")
    alerts.test_channel(service.around, "hook")
    hook.broken = True

    assert "tried the channel 'hook'" in hook.bodies[0]
    with pytest.raises(AlertNotSent):
        alerts.test_channel(service.around, "hook")


@pytest.mark.parametrize("address", ["", "hello", "nonsense://x", "syslog://", "dbus://", "json://"])
def test_an_address_that_nothing_can_be_sent_to_is_refused(service: Service, address: str) -> None:
    with pytest.raises(SettingInvalid):
        alerts.create_channel(service.around, Wanted(name="hook", address=address))

    assert alerts.every_channel(service.db) == ()


@pytest.mark.parametrize("wrong", [{"quiet": "late"}, {"zone": "Mars/Olympus"}, {"name": ""}])
def test_a_channel_that_cannot_be_is_refused(service: Service, hook: Hook, wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingInvalid):
        alerts.create_channel(service.around, replace(Wanted(name="hook", address=hook.url), **wrong))


def test_only_an_administrator_has_a_hand_in_channels(service: Service, hook: Hook) -> None:
    service.channel(hook)
    editor = service.as_actor(actor=SERVICE)

    for deed in (
        lambda: alerts.create_channel(editor, Wanted(name="mine", address=hook.url)),
        lambda: alerts.change_channel(editor, "hook", Wanted(name="mine")),
        lambda: alerts.remove_channel(editor, "hook"),
        lambda: alerts.test_channel(editor, "hook"),
    ):
        with pytest.raises(Forbidden):
            deed()
    assert [view.channel.name for view in alerts.every_channel(service.db)] == ["hook"]


@pytest.fixture
def mailbox() -> Iterator[tuple[int, list[str]]]:
    """A mail server that keeps what it is sent."""
    got: list[str] = []

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 ready\r\n")
            while line := self.rfile.readline():
                verb = line[:4].upper()
                if verb == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    mail = b""
                    while (part := self.rfile.readline()) not in (b".\r\n", b""):
                        mail += part
                    got.append(mail.decode())
                if verb == b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                self.wfile.write(b"250 ok\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], got
        server.shutdown()


def test_a_mail_arrives(service: Service, mailbox: tuple[int, list[str]]) -> None:
    port, got = mailbox
    address = f"mailto://127.0.0.1:{port}?from=books@example.com&to=ann@example.com"
    alerts.create_channel(service.around, Wanted(name="mail", address=address))
    service.sync(service.source(), "quickbooks.forbidden")
    service.look()

    assert len(got) == 1
    assert "ann@example.com" in got[0]
    assert "Counterfoil" in got[0]
