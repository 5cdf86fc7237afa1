"""Which custom fields are served: three text fields of old, or all with `include=enhancedAllCustomFields`."""

from typing import Any

import msgspec

from counterfoil.sandbox.records import core
from counterfoil.sandbox.wire import Call, Record, decode, encode

LEGACY_FIELDS = 3


def serves_all(call: Call) -> bool:
    """Tell whether the caller asked for every field."""
    return "enhancedallcustomfields" in call.params.get("include", "").lower()


def served(body: bytes, *, every: bool) -> bytes:
    """The record as it is served; decoded only where something must be left out."""
    fields = 0 if every else body.count(b'"DefinitionId"')
    if fields == 0 or fields == body.count(b'"StringType"') <= LEGACY_FIELDS:
        return body
    try:
        raw = bytes(_find.decode(body).CustomField)
    except msgspec.ValidationError:
        return _inside(body)
    return body.replace(raw, encode(_legacy(decode(raw))), 1)


class _Found(msgspec.Struct):
    CustomField: msgspec.Raw  # left as text: the rest of the record is not built only to be written again


_find = msgspec.json.Decoder(_Found)


def _inside(body: bytes) -> bytes:
    """A wrapped record has its fields one level down, and there are few of those."""
    record: Record = decode(body)
    own = core(record)
    if isinstance(own.get("CustomField"), list):
        own["CustomField"] = _legacy(own["CustomField"])
    return encode(record)


def _legacy(fields: list[Any]) -> list[Any]:
    return [field for field in fields if isinstance(field, dict) and field.get("Type") == "StringType"][
        :LEGACY_FIELDS
    ]
