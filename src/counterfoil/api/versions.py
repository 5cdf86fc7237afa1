"""ETag, If-None-Match, If-Match: what was read already is not sent again, and no editor overwrites another.

An ETag is `"VERSION.DIGEST"`: the digest is that of the answer, which may change by itself (a sync ran); the
version is the thing's own, which only people change, and the only part that If-Match compares.
"""

import hashlib
import re
from typing import Annotated

import msgspec
from fastapi import Depends, Header, Response

from counterfoil.errors import VersionNeeded


class _Thing(msgspec.Struct):
    version: int | None = None


def tag(response: Response) -> None:
    """Give an answer its ETag, when it is a whole one in JSON."""
    if response.headers.get("content-type") == "application/json":
        body = bytes(response.body)
        digest = hashlib.sha256(body).hexdigest()[:16]
        response.headers["ETag"] = f'"{_version(body) or 0}.{digest}"'


def is_known(response: Response, if_none_match: str) -> bool:
    """Tell whether who asks has this very answer already."""
    mine = response.headers.get("ETag")
    return mine is not None and mine in [one.strip().removeprefix("W/") for one in if_none_match.split(",")]


def _version(body: bytes) -> int | None:
    try:
        return msgspec.json.decode(body, type=_Thing).version
    except msgspec.MsgspecError:  # no single thing
        return None


TAG = r'^(\*|(W/)?"\d{1,9}(\.[0-9a-f]{1,64})?")$'

_IfMatch = Annotated[
    str,
    Header(
        pattern=TAG,
        description="The ETag of what you read; * overwrites whatever stands there.",
        examples=['"3.9f86d081884c7d65"'],
    ),
]


def _told(if_match: _IfMatch = "") -> int | None:
    """The version that a request names; None where it names none, or any."""
    found = re.search(r"\d+", if_match)
    return None if found is None else int(found[0])


def _needed(if_match: _IfMatch = "") -> int | None:
    if not if_match:
        raise VersionNeeded(
            "A change has to say which version it changes.",
            do="Send the ETag of what you read as If-Match, or * to overwrite whatever stands there.",
        )
    return _told(if_match)


Told = Annotated[int | None, Depends(_told)]
"""The version that If-Match names, where it is up to the caller."""

Needed = Annotated[int | None, Depends(_needed)]
"""The version that If-Match names, where it has to be there."""
