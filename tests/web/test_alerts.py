"""What is wrong is shown to all; administrators say who is told, try it, and take it back."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from counterfoil.actions import alerts
from counterfoil.actions.alerts import Wanted
from counterfoil.model.actor import Role
from counterfoil.model.alert import AlertKind, AlertState, Change, Finding
from counterfoil.model.channel import Channel
from counterfoil.store import alerts as kept_alerts
from counterfoil.store import channels
from tests.api.service import Service
from tests.web.conftest import Browser, sign_up, sign_up_as

Browse = Callable[[Service], Browser]
MAIL = {
    "to": "ann@example.com",
    "sender": "books@example.com",
    "server": "mail.example.com",
    "mode": "starttls",
}


@pytest.fixture
def ada(service: Service, browse: Browse) -> Browser:
    browser = browse(service)
    sign_up(browser)
    return browser


@pytest.fixture
def ops(ada: Browser) -> Channel:
    return alerts.create_channel(
        ada.service.around, Wanted(name="ops", address="json://127.0.0.1:9/secret-path")
    )


@contextmanager
def hook() -> Iterator[tuple[int, list[bytes]]]:
    """Something that takes web hooks: its port, and what it took."""
    taken: list[bytes] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the library's word
            pass

    with HTTPServer(("127.0.0.1", 0), Taking) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port, taken
        server.shutdown()


def goes_wrong(service: Service, state: AlertState = AlertState.URGENT) -> None:
    before = AlertState.OK if state is not AlertState.OK else AlertState.URGENT
    what = "acme <b> syncs again." if state is AlertState.OK else "acme <b> failed."
    found = Finding(
        kind=AlertKind.SYNC_FAILED, subject="src_1", name="acme <b>", state=state, what=what, do="Look at it."
    )
    at = service.around.now() - timedelta(hours=2)
    kept_alerts.change(service.db, Change(before=before, after=found, told=True), at)


def test_what_is_wrong_stands_there_since_when_with_the_way_to_it(ada: Browser) -> None:
    goes_wrong(ada.service)
    ada.open("/alerts")

    assert ada.heading == "1 thing is wrong"
    assert "acme &lt;b&gt; failed." in ada.page.text
    assert 'href="/sources/acme%20%3Cb%3E"' in ada.page.text
    assert "began <time" in ada.page.text


def test_what_was_mended_stays_to_be_seen(ada: Browser) -> None:
    goes_wrong(ada.service)
    goes_wrong(ada.service, AlertState.OK)
    ada.open("/alerts")

    assert ada.heading == "Nothing is wrong"
    assert "acme &lt;b&gt; syncs again." in ada.page.text


def test_a_channel_by_mail_is_asked_for_in_plain_fields(ada: Browser) -> None:
    assert "Choose" in ada.open("/alerts/channels/new").text
    ada.open("/alerts/channels/new?kind=mail")
    fields = {f"address.{name}": value for name, value in MAIL.items()}
    secret = {"address.user": "ann", "address.password": "pass&word#1 "}
    when = {"quiet_from": "22:00", "quiet_to": "07:00", "zone": "Europe/Berlin"}
    ada.send("/alerts/channels/new", kind="mail", name="finance", which="all", **fields, **secret, **when)

    (view,) = alerts.every_channel(ada.service.db)
    assert str(view.channel.quiet) == "22:00-07:00"
    address = channels.address(ada.service.db, view.channel.id)
    assert address.startswith("mailtos://mail.example.com:587?")
    assert "pass=pass%26word%231+" in address
    assert ada.heading == "finance"
    assert "word#1" not in ada.page.text


def test_a_channel_that_cannot_be_is_refused_and_what_was_typed_stays_but_secrets(ada: Browser) -> None:
    ada.open("/alerts/channels/new?kind=mail")
    typed = {"address.to": "<i>", "address.password": "hush-hush"}
    ada.send("/alerts/channels/new", kind="mail", name="finance", which="all", **typed)

    assert ada.page.status_code == 422
    assert "Missing: From, Mail server." in ada.page.text
    assert 'value="&lt;i&gt;"' in ada.page.text
    assert "hush-hush" not in ada.page.text


def test_a_channel_without_any_alert_is_refused(ada: Browser) -> None:
    ada.open("/alerts/channels/new?kind=hook")
    fields = {"kind": "hook", "name": "ops", "which": "some", "address.url": "https://example.com/x"}
    ada.send("/alerts/channels/new", **fields)

    assert "No kind of alert is chosen." in ada.page.text
    assert alerts.every_channel(ada.service.db) == ()


def test_an_address_that_is_left_empty_stays(ada: Browser, ops: Channel) -> None:
    ada.open(f"/alerts/channels/{ops.id}")
    assert "secret-path" not in ada.page.text
    ada.send(
        f"/alerts/channels/{ops.id}", name="night", which="some", kinds="budget", disabled="yes", version="1"
    )

    after = alerts.show_channel(ada.service.db, ops.id).channel
    assert (after.name, after.kinds, after.disabled) == ("night", frozenset({AlertKind.BUDGET}), True)
    assert channels.address(ada.service.db, ops.id) == "json://127.0.0.1:9/secret-path"
    assert "alerts: all" in ada.open("/audit?noun=channel").text


def test_the_second_of_two_who_change_a_channel_is_told(ada: Browser, ops: Channel) -> None:
    for name in ("first", "second"):
        ada.open(f"/alerts/channels/{ops.id}")
        ada.send(f"/alerts/channels/{ops.id}", name=name, which="all", version=str(ops.version))

    assert ada.page.status_code == 409
    assert 'value="second"' in ada.page.text
    assert alerts.show_channel(ada.service.db, ops.id).channel.name == "first"


def test_a_test_arrives_and_is_told_in_words(ada: Browser) -> None:
    with hook() as (port, taken):
        ada.open("/alerts/channels/new?kind=hook")
        address = f"http://127.0.0.1:{port}/take?way=1"
        ada.send("/alerts/channels/new", kind="hook", name="hook", which="all", **{"address.url": address})
        ada.send(f"{ada.path}/test")

    assert "The service took the test." in ada.page.text
    assert b"ada@example.com tried the channel" in taken[0]


def test_a_test_that_fails_says_what_to_do(ada: Browser, ops: Channel) -> None:
    ada.open(f"/alerts/channels/{ops.id}")
    ada.send(f"/alerts/channels/{ops.id}/test")

    assert ada.page.status_code == 503
    assert "Check the channel&#39;s address" in ada.page.text


def test_removing_the_only_channel_asks_first(ada: Browser, ops: Channel) -> None:
    assert "It is the only channel" in ada.open(f"/alerts/channels/{ops.id}/remove").text
    ada.send(f"/alerts/channels/{ops.id}/remove")

    assert alerts.every_channel(ada.service.db) == ()
    assert "Nobody is told yet" in ada.page.text


def test_others_see_channels_and_change_none(ada: Browser, ops: Channel, browse: Browse) -> None:
    ed = browse(ada.service)
    sign_up_as(ada, ed, Role.EDITOR)
    assert "ops" in ed.open("/alerts").text
    assert "/alerts/channels/new" not in ed.page.text
    assert "Save</button>" not in ed.open(f"/alerts/channels/{ops.id}").text
    here = f"/alerts/channels/{ops.id}"
    for form in ("/alerts/channels/new", here, f"{here}/test", f"{here}/remove"):
        ed.open("/account")
        ed.send(form, kind="hook", name="x", which="all", **{"address.url": "https://example.com/"})
        assert ed.page.status_code == 403, form

    assert [view.channel.name for view in alerts.every_channel(ada.service.db)] == ["ops"]
