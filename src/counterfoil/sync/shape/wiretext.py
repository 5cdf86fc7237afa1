"""JSON text with its numbers as they came, to the last digit."""

import json
from typing import Any


class Number(str):
    """A JSON number as its digits stood on the wire."""

    __slots__ = ()


def read(text: str | bytes) -> Any:
    """Parse JSON; numbers stay text of type Number."""
    return json.loads(text, parse_float=Number, parse_int=Number, parse_constant=Number)


def dump(value: Any) -> str:
    """JSON text of what `read` gave; half a surrogate pair, which no warehouse takes, becomes U+FFFD."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{quote(name)}:{dump(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(dump(inner) for inner in value) + "]"
    return quote(value) if isinstance(value, str) else json.dumps(value)


def quote(text: str) -> str:
    """A JSON string."""
    return json.dumps(whole(text), ensure_ascii=False)


def whole(text: str) -> str:
    """The text with U+FFFD for each half of a surrogate pair that stands alone."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)
    return text
