"""What Intuit's webhooks say: whose they are, which company they tell of, and which they told before.

Both formats are read (reference, section 6): the older `eventNotifications`, and an array of CloudEvents. Nothing but
the company is taken from them: what changed is asked of QuickBooks, so a lost or false event cannot spoil a table.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeGuard

import msgspec

from counterfoil.errors import RequestInvalid
from counterfoil.model.credential import realm_fault

SIGNATURE = "intuit-signature"
LARGEST = 1_000_000
"""Bytes; Intuit sends up to 100 events, or about so much, in one request (reference, section 6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something changed in a company. `id` is the same when it is told again, and different for anything else."""

    id: str
    realm_id: str


def is_signed(body: bytes, signature: str, tokens: Iterable[str]) -> bool:
    """Tell whether one of the verifier tokens signed this body, in the same time whatever was sent.

    The signature is base64 of HMAC-SHA256 over the raw body (reference, section 6).
    """
    given = signature.encode("utf-8", "replace")
    fitting = [hmac.compare_digest(_signature(body, token), given) for token in tokens]  # all, always
    return any(fitting)


def read_events(body: bytes) -> tuple[Event, ...]:
    """Every event that can be read, in the order of the body; none where Intuit tells of nothing.

    An event of a kind that nobody knows yet is passed over: refused, it would hold back all later ones. Raises
    RequestInvalid when nothing can be read.
    """
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise RequestInvalid("The webhook's body is no JSON.") from error
    if isinstance(told, list):
        parts: list[Any] = told
        found = list(_cloud_events(parts))
    elif isinstance(told, dict) and isinstance(told.get("eventNotifications"), list):
        parts = told["eventNotifications"]
        found = list(_notifications(parts))
    else:
        raise RequestInvalid("The webhook's body is neither an array of events nor eventNotifications.")
    if parts and not found:
        raise RequestInvalid("No event of the webhook names a company.")
    return tuple(found)


def _signature(body: bytes, token: str) -> bytes:
    return base64.b64encode(hmac.digest(token.encode(), body, "sha256"))


def _cloud_events(parts: list[Any]) -> Iterator[Event]:
    """An event's id is unique at its source only (CloudEvents 1.0)."""
    for part in parts:
        if isinstance(part, dict) and isinstance(part.get("id"), str) and part["id"]:
            realm = part.get("intuitaccountid")
            if _is_realm(realm):
                yield Event(id=_digest("cloud", part.get("source"), part["id"]), realm_id=realm)


def _notifications(parts: list[Any]) -> Iterator[Event]:
    """The older events have no id: what they say stands for it.

    Two changes of one record in one second look alike. The second is read nevertheless: the sync that the first one
    causes begins seconds later.
    """
    for part in parts:
        realm = part.get("realmId") if isinstance(part, dict) else None
        change = part.get("dataChangeEvent") if isinstance(part, dict) else None
        entities = change.get("entities") if isinstance(change, dict) else None
        if _is_realm(realm) and isinstance(entities, list):
            for entity in entities:
                if isinstance(entity, dict):
                    said = [
                        entity.get(name) for name in ("name", "id", "operation", "lastUpdated", "deletedId")
                    ]
                    yield Event(id=_digest("older", realm, *said), realm_id=realm)


def _is_realm(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and not realm_fault(value)


def _digest(*parts: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()
