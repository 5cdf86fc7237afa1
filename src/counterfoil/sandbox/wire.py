"""What comes in and what goes out: one call, one answer; JSON that keeps every digit of a number."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import msgspec

TYPE_JSON = "application/json;charset=UTF-8"
TYPE_XML = "application/xml"

Record = dict[str, Any]

_decoder = msgspec.json.Decoder(float_hook=Decimal)
_encoder = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to the API of a company, read whole."""

    method: str
    realm: str
    path: tuple[str, ...]  # below /v3/company/{realm}
    params: Mapping[str, str]
    headers: Mapping[str, str]  # lower-case names
    body: bytes = b""
    delay: float = 0.0  # seconds that it was chosen to take

    @property
    def wants_json(self) -> bool:
        """QuickBooks answers XML unless JSON is asked for (section 2.3)."""
        return "json" in self.headers.get("accept", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One response, before compression and the headers that every answer carries."""

    status: int = 200
    body: bytes = b""
    media: str = TYPE_JSON
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300


def decode(body: bytes | str) -> Any:
    """Read JSON; a number with a point becomes a Decimal that writes back as it came.

    Raises ValueError for text that is no JSON or is nested too deeply.
    """
    try:
        return _decoder.decode(body)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from error


def encode(value: Any) -> bytes:
    """Write JSON; a Decimal is written as a bare number with its own digits."""
    return _encoder.encode(value)
