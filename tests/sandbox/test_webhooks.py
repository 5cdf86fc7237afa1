"""The sandbox sends webhooks as Intuit does: in both formats, signed, and again until they are taken."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from counterfoil.sandbox.running import Sandbox
from counterfoil.sandbox.webhooks import Form, sending

PATIENCE = 120.0


@dataclass
class Taker:
    """An address that is told; it answers with `status`."""

    url: str = ""
    status: int = 200
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end
            time.sleep(0.02)

    def told(self, count: int) -> list[Any]:
        self.until(lambda: len(self.got) >= count)
        return [json.loads(body) for _, body in self.got]


@pytest.fixture
def taker() -> Iterator[Taker]:
    kept = Taker()

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            kept.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(kept.status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    kept.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield kept
    server.shutdown()
    server.server_close()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def test_a_change_is_told_as_a_cloud_event_with_a_signature(sandbox: Sandbox, taker: Taker) -> None:
    with sending(sandbox.world, taker.url, token="secret"):
        made = sandbox.books().create("Customer", {"DisplayName": "Webb"})
        ((event,),) = taker.told(1)

    headers, body = taker.got[0]
    assert event["type"] == "qbo.customer.created.v1"
    assert (event["intuitentityid"], event["intuitaccountid"]) == (made["Id"], sandbox.realms[0])
    assert headers["content-type"] == "application/cloudevents+json"
    expected = base64.b64encode(hmac.new(b"secret", body, hashlib.sha256).digest()).decode()
    assert headers["intuit-signature"] == expected


def test_the_older_format_names_verb_and_merged_id(sandbox: Sandbox, taker: Taker) -> None:
    clerk = sandbox.books()
    kept, gone = (clerk.create("Vendor", {"DisplayName": name})["Id"] for name in ("Kept", "Gone"))
    with sending(sandbox.world, taker.url, form=Form.OLDER):
        clerk.merge("Vendor", gone, kept)
        taker.until(lambda: b"Merge" in b"".join(body for _, body in taker.got))

    told = [
        entity
        for body in taker.told(1)
        for one in body["eventNotifications"]
        for entity in one["dataChangeEvent"]["entities"]
    ]
    (merge,) = [entity for entity in told if entity["operation"] == "Merge"]
    assert (merge["name"], merge["id"], merge["deletedId"]) == ("Vendor", kept, gone)


def test_what_follows_from_a_change_is_told_as_well(sandbox: Sandbox, taker: Taker) -> None:
    clerk = sandbox.books()
    owed = next(
        id_ for id_ in clerk.ids("Invoice") if float(clerk.get("Invoice", id_).get("Balance") or 0) > 0
    )
    with sending(sandbox.world, taker.url):
        clerk.pay(owed)
        taker.until(lambda: b"qbo.invoice.updated" in b"".join(body for _, body in taker.got))
        clerk.delete("Invoice", owed)
        taker.until(lambda: b"qbo.invoice.deleted" in b"".join(body for _, body in taker.got))

    assert b"qbo.payment.created" in b"".join(body for _, body in taker.got)


def test_of_entities_that_intuit_does_not_tell_of_nothing_is_sent(sandbox: Sandbox, taker: Taker) -> None:
    with sending(sandbox.world, taker.url):
        sandbox.books().create("CustomerType", {"Name": "Wholesale"})
        sandbox.books().create("Customer", {"DisplayName": "Webb"})
        events = [event for body in taker.told(1) for event in body]

    assert {event["type"].split(".")[1] for event in events} == {"customer"}


def test_what_is_not_taken_is_sent_again_by_the_clock_and_holds_back_the_rest(
    sandbox: Sandbox, taker: Taker
) -> None:
    taker.status = 500
    with sending(sandbox.world, taker.url):
        sandbox.books().create("Customer", {"DisplayName": "First"})
        taker.told(1)
        sandbox.books().create("Customer", {"DisplayName": "Second"})
        # The sender reads the clock after its failed attempt: move it until the repeat comes.
        taker.until(lambda: bool(sandbox.advance(timedelta(seconds=11))) and len(taker.got) >= 2)
        taker.status = 200
        taker.until(lambda: bool(sandbox.advance(timedelta(hours=6))) and _numbers(taker) >= 2)

    assert taker.got[0][1] == taker.got[1][1]


def _numbers(taker: Taker) -> int:
    return len({event["id"] for _, body in taker.got for event in json.loads(body)})


def test_nobody_is_told_once_the_block_is_over(sandbox: Sandbox, taker: Taker) -> None:
    with sending(sandbox.world, taker.url):
        pass
    sandbox.books().create("Customer", {"DisplayName": "Webb"})

    assert taker.got == []
