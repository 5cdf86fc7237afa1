"""What a company's plan includes: the one answer of QuickBooks that comes in XML only.

Address: API reference, section 8; elements: Intuit's EntitlementResponse.xsd.
"""

from typing import Any
from xml.etree import ElementTree

import msgspec

from counterfoil.quickbooks.client import Client

LARGEST = 1_000_000
"""Bytes; a real answer has some thousand."""
LISTS = ("Entitlement", "Threshold")


def read_entitlements(client: Client) -> msgspec.Raw | None:
    """The plan as one record in JSON: one metered call.

    None where the address does not answer with entitlements: nothing else depends on them.
    """
    body = client.peek(f"/manage/entitlements/v3/{client.realm_id}")
    try:
        told = ElementTree.fromstring(body) if body and len(body) <= LARGEST else None  # noqa: S314 - expat guards
    except ElementTree.ParseError:
        told = None
    if told is None or _name(told) != "EntitlementsResponse":
        return None
    return msgspec.Raw(msgspec.json.encode(_record(told)))


def _record(told: ElementTree.Element) -> dict[str, Any]:
    record: dict[str, Any] = {"Id": "1"}
    for element in told.iter():
        name = _name(element)
        if name in LISTS:
            record.setdefault(name, []).append(dict(element.attrib) | _leaves(element))
    return record | {name: text for name, text in _leaves(told).items() if name not in LISTS}


def _leaves(element: ElementTree.Element) -> dict[str, str]:
    return {_name(inner): inner.text for inner in element if not len(inner) and inner.text}


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
