"""Webhooks as Intuit sends them: signed, several events at a time, again and again until they are taken (section 6)."""

import base64
import hmac
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import chain, repeat
from typing import Any
from uuid import UUID

import httpx2

from counterfoil.sandbox.clock import PACIFIC
from counterfoil.sandbox.wire import encode
from counterfoil.sandbox.world import World

MOST = 100
PATIENCE = 3.0
AGAIN = (*(10.0, 20.0, 30.0), *(minutes * 60.0 for minutes in (5, 20, 120, 240, 360)))
"""Seconds of the sandbox's clock before each repeat; afterwards the last again and again."""
LOOK = 0.1
"""Real seconds between two looks at the sandbox's clock, which a test may move."""
VERIFIER = "sandbox-verifier"


class Form(StrEnum):
    """Intuit's two formats."""

    CLOUD_EVENTS = "cloudevents"
    OLDER = "legacy"


_each = ("Create", "Update")
TOLD: Mapping[str, frozenset[str]] = {
    name: frozenset((*_each, *verbs))
    for names, verbs in (
        ("Account Class Customer Employee Item Vendor", ("Delete", "Merge")),
        ("Bill Deposit JournalEntry TimeActivity VendorCredit Estimate PurchaseOrder", ("Delete",)),
        (
            "BillPayment Purchase Transfer CreditMemo Invoice Payment RefundReceipt SalesReceipt",
            ("Delete", "Void"),
        ),
        ("Department PaymentMethod", ("Merge",)),
        ("Budget Currency JournalCode TaxAgency Term", ()),
    )
    for name in names.split()
} | {"Preferences": frozenset({"Update"})}
"""Of which entities Intuit tells, and what of them. What the sandbox cannot do, to mail a document, is left out."""

_verbs = {"Create": "created", "Update": "updated", "Delete": "deleted", "Merge": "merged", "Void": "voided"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One change that somebody is told of."""

    realm: str
    entity: str
    id: str
    verb: str
    at: datetime
    number: UUID
    merged: str = ""


@contextmanager
def sending(
    world: World, url: str, *, token: str = VERIFIER, form: Form = Form.CLOUD_EVENTS
) -> Iterator[None]:
    """Post every change of the books to an address during the block, signed with a verifier token."""
    sender = _Sender(world, url, token, form)
    thread = threading.Thread(target=sender.run, name="sandbox webhooks", daemon=True)
    with ExitStack() as listening:
        for books in world.books.values():
            listening.enter_context(books.changes.heard_by(sender.listener(books.realm_id)))
        thread.start()
        try:
            yield
        finally:
            sender.end()
            thread.join(2 * PATIENCE)


def written(events: list[Told], form: Form) -> tuple[bytes, str]:
    """The body that tells of events, and its media type."""
    if form is Form.CLOUD_EVENTS:
        return encode([_cloud_event(event) for event in events]), "application/cloudevents+json"
    by_realm: dict[str, list[Any]] = {}
    for event in events:
        by_realm.setdefault(event.realm, []).append(_entity(event))
    told = [
        {"realmId": realm, "dataChangeEvent": {"entities": entities}} for realm, entities in by_realm.items()
    ]
    return encode({"eventNotifications": told}), "application/json"


def signature(body: bytes, token: str) -> str:
    """What stands in `intuit-signature`."""
    return base64.b64encode(hmac.digest(token.encode(), body, "sha256")).decode()


class _Sender:
    def __init__(self, world: World, url: str, token: str, form: Form) -> None:
        self._world = world
        self._url = url
        self._token = token
        self._form = form
        self._changed = threading.Condition()
        self._waiting: list[Told] = []
        self._ending = False

    def listener(self, realm: str) -> Callable[[str, str, str, str], None]:
        """What the books of a company call: entity, id, verb, and for a merge the id that is no more."""

        def hear(entity: str, id_: str, verb: str, merged: str) -> None:
            if verb not in TOLD.get(entity, ()):
                return
            with self._changed:
                number = UUID(int=self._world.rng.getrandbits(128), version=4)
                at = self._world.clock.now()
                self._waiting.append(
                    Told(realm=realm, entity=entity, id=id_, verb=verb, at=at, number=number, merged=merged)
                )
                self._changed.notify()

        return hear

    def end(self) -> None:
        with self._changed:
            self._ending = True
            self._changed.notify()

    def run(self) -> None:
        """Send what waits, in order; what comes meanwhile is held back until it is taken."""
        with httpx2.Client(timeout=PATIENCE, trust_env=False) as client:
            while batch := self._next():
                body, media = written(batch, self._form)
                headers = {"content-type": media, "intuit-signature": signature(body, self._token)}
                pauses = chain(AGAIN, repeat(AGAIN[-1]))
                while not self._taken(client, body, headers):
                    if not self._wait(timedelta(seconds=next(pauses))):
                        return

    def _next(self) -> list[Told]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._ending)
            if self._ending:
                return []
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            return batch

    def _taken(self, client: httpx2.Client, body: bytes, headers: dict[str, str]) -> bool:
        try:
            return client.post(self._url, content=body, headers=headers).status_code == httpx2.codes.OK
        except httpx2.HTTPError:
            return False

    def _wait(self, pause: timedelta) -> bool:
        """Wait by the sandbox's clock; tell whether there is anything left to do."""
        until = self._world.clock.now() + pause
        with self._changed:
            while not self._ending and self._world.clock.now() < until:
                self._changed.wait(LOOK)
            return not self._ending


def _cloud_event(event: Told) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": str(event.number),
        "source": "intuit.c2FuZGJveA==",
        "type": f"qbo.{event.entity.lower()}.{_verbs[event.verb]}.v1",
        "datacontenttype": "application/json",
        "time": event.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "intuitentityid": event.id,
        "intuitaccountid": event.realm,
        "data": {},
    }


def _entity(event: Told) -> dict[str, Any]:
    told = {
        "name": event.entity,
        "id": event.id,
        "operation": event.verb,
        "lastUpdated": event.at.astimezone(PACIFIC).strftime("%Y-%m-%dT%H:%M:%S%z"),
    }
    return told | ({"deletedId": event.merged} if event.merged else {})
