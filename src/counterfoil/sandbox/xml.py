"""The XML form of an answer, which QuickBooks gives whenever JSON is not asked for (section 2.3)."""

import re
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from counterfoil.sandbox.wire import TYPE_XML, Answer, decode

_attributes = ("startPosition", "maxResults", "totalCount", "domain", "sparse", "status", "bId")
_name = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_unspeakable = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML has no way to write these


def as_xml(answer: Answer) -> Answer:
    """The same answer in XML: one element for each member, references as text with their name beside it."""
    body: dict[str, Any] = decode(answer.body)
    time = quoteattr(str(body.pop("time", "")))
    inside = "".join(text for name, value in body.items() for text in _elements(name, value))
    text = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<IntuitResponse time={time} xmlns="http://schema.intuit.com/finance/v3">{inside}</IntuitResponse>'
    )
    return Answer(status=answer.status, body=text.encode(), media=TYPE_XML, headers=answer.headers)


def _elements(name: str, value: Any) -> Iterator[str]:
    if not _name.fullmatch(name):
        return  # what a caller once wrote under a name that is none
    if isinstance(value, list):
        for each in value:
            yield from _elements(name, each)
    elif not isinstance(value, dict):
        yield f"<{name}>{_text(value)}</{name}>"
    elif "value" in value and not isinstance(value["value"], dict | list):
        beside = {key: inner for key, inner in value.items() if key in ("name", "type")}
        yield f"<{name}{_beside(beside)}>{_text(value['value'])}</{name}>"
    else:
        beside = {key: value[key] for key in _attributes if key in value}
        inside = "".join(
            text for key, inner in value.items() if key not in beside for text in _elements(key, inner)
        )
        yield f"<{name}{_beside(beside)}>{inside}</{name}>"


def _beside(attributes: dict[str, Any]) -> str:
    return "".join(f" {name}={quoteattr(_plain(value))}" for name, value in attributes.items())


def _text(value: Any) -> str:
    return escape(_plain(value))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return _unspeakable.sub("", str(value))
