"""Read what QuickBooks says when it says no: both spellings of JSON, XML, HTML, nothing at all.

The shapes and codes are those of the API reference, section 2.6.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

WORDS = 400
"""So many characters of foreign text are repeated in our errors."""

_XML_ERROR = re.compile(rb"<Error\b(?P<attributes>[^>]{0,400})>(?P<body>.{0,8000}?)</Error>", re.DOTALL)
_GATEWAY_CODE = re.compile(r"errorCode=0*(\d+)")
_LONG_RUN = re.compile(r"[A-Za-z0-9+/=_.\-]{80,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One no of QuickBooks, or of something on the way to it.

    `status` is the HTTP status, 0 when no answer came. `code` is Intuit's, without leading zeros, "" when
    there is none. The texts are cleaned: one line, no control characters, nothing that could be a token.
    """

    status: int
    code: str = ""
    message: str = ""
    detail: str = ""
    type: str = ""  # "ValidationFault", "SystemFault", …
    trace: str = ""  # the header intuit_tid, which Intuit's support asks for
    retry_after: float | None = None  # seconds

    def __str__(self) -> str:
        parts = [self.message, self.detail if self.detail != self.message else ""]
        facts = [
            f"HTTP {self.status}" if self.status else "",
            f"code {self.code}" if self.code else "",
            f"intuit_tid {self.trace}" if self.trace else "",
        ]
        said = ": ".join(filter(None, parts)) or "no explanation"
        known = ", ".join(filter(None, facts))
        return f"{said} ({known})" if known else said


def read_fault(status: int, headers: Mapping[str, str], body: bytes) -> Fault:
    """Make the most of a refusal, whatever its form; never raises on hostile content."""
    said = _from_json(body) or _from_xml(body) or _Said(message=_plain(body))
    gateway = _GATEWAY_CODE.search(said.message)
    return Fault(
        status=status,
        code=clean(said.code or (gateway.group(1) if gateway else "")).lstrip("0"),
        message=clean(said.message),
        detail=clean(said.detail),
        type=clean(said.type),
        trace=clean(headers.get("intuit_tid", ""))[:80],
        retry_after=_seconds(headers.get("retry-after", "")),
    )


def clean(text: str) -> str:
    """Foreign text on one line, cut to size, with whatever could be a token left out (Promise 7)."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * WORDS])
    return _LONG_RUN.sub("…", " ".join(printable.split()))[:WORDS]


class _Said(NamedTuple):
    """A refusal's texts as they came."""

    code: str = ""
    message: str = ""
    detail: str = ""
    type: str = ""


def _from_json(body: bytes) -> _Said | None:
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    fault = _either(answer, "Fault")
    errors = _either(fault, "Error")
    first = errors[0] if isinstance(errors, list) and errors else errors
    if not isinstance(first, dict):
        return None
    return _Said(_text(first, "code"), _text(first, "Message"), _text(first, "Detail"), _text(fault, "type"))


def _either(holder: Any, key: str) -> Any:
    """The service writes Fault, the gateway fault."""
    return (holder.get(key) or holder.get(key.lower())) if isinstance(holder, dict) else None


def _text(holder: dict[str, Any], key: str) -> str:
    value = _either(holder, key)
    return str(value) if isinstance(value, str | int) else ""


def _from_xml(body: bytes) -> _Said | None:
    """The texts out of an <Error>, by pattern: an XML parser would expand entities that strangers declare."""
    start = body[:100_000]
    error = _XML_ERROR.search(start)
    if not error:
        return None
    code = re.search(rb"code=[\"'](\d{1,9})", error["attributes"])
    kind = re.search(rb"<Fault type=[\"'](\w{1,40})", start)
    return _Said(
        code.group(1).decode() if code else "",
        _element(error["body"], b"Message"),
        _element(error["body"], b"Detail"),
        kind.group(1).decode() if kind else "",
    )


def _element(body: bytes, name: bytes) -> str:
    found = re.search(rb"<%b>(.*?)</%b>" % (name, name), body, re.DOTALL)
    return html.unescape(found.group(1).decode(errors="replace")) if found else ""


def _plain(body: bytes) -> str:
    """What remains of a page of HTML, or of plain text, when its tags are gone."""
    text = body[:20_000].decode(errors="replace")
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.DOTALL | re.IGNORECASE)
    return html.unescape(re.sub(r"<[^>]*>", " ", text))


def _seconds(retry_after: str) -> float | None:
    """Retry-After in seconds; its other form, a date, is not worth trusting two clocks for."""
    return float(retry_after) if re.fullmatch(r"\d{1,6}(\.\d{1,3})?", retry_after) else None
