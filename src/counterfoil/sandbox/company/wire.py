"""Records as JSON bytes, with every decimal written digit by digit as it stands."""

import json
from decimal import Decimal
from typing import Any

Record = dict[str, Any]
_json = json.JSONEncoder(ensure_ascii=False).encode


def encode(value: Any) -> bytes:
    """Write a record, or a part of one, as compact UTF-8 JSON; decimals become bare numbers."""
    return _text(value).encode()


def _text(value: Any) -> str:
    if isinstance(value, str):
        return _json(value)
    if isinstance(value, dict):
        return "{" + ",".join([f"{_json(key)}:{_text(member)}" for key, member in value.items()]) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_text, value)) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    return _json(value)
