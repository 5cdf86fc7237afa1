"""An answer of QuickBooks, opened no further than needed: records stay the bytes they came in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import msgspec

from counterfoil.errors import Defect
from counterfoil.quickbooks.faults import Fault, clean, read_fault
from counterfoil.quickbooks.verdict import error_of


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of a good answer, and the server's clock when it was made (aware, UTC; None: not told)."""

    body: bytes = field(repr=False)  # the books of a company do not belong in a log
    server_time: datetime | None


class _Envelope(msgspec.Struct):
    """The top level of a JSON answer; all else is skipped over, yet its syntax is checked."""

    fault_of_service: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="Fault")
    fault_of_gateway: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="fault")
    query_response: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="QueryResponse")
    time: msgspec.Raw = msgspec.Raw()


_ABSENT = (b"", b"null")

_envelope = msgspec.json.Decoder(_Envelope)
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_array = msgspec.json.Decoder(list[msgspec.Raw])


def open_answer(status: int, headers: Mapping[str, str], body: bytes) -> Answer | Fault:
    """Tell an answer from a refusal: a 200 may carry a Fault, and may be cut (reference, section 2.6)."""
    succeeded = 200 <= status < 300
    try:
        envelope = _envelope.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        fault = read_fault(status, headers, body)
        if succeeded and not fault.code:  # What a cut answer holds is the company's books: not for an error.
            return replace(fault, message="the answer is cut, or is no JSON")
        return fault
    faults = (envelope.fault_of_service, envelope.fault_of_gateway)
    if not succeeded or any(bytes(fault) not in _ABSENT for fault in faults):
        return read_fault(status, headers, body)
    return Answer(body, moment(msgspec.json.decode(envelope.time) if envelope.time else None))


def split(answer: Answer, key: str) -> list[msgspec.Raw]:
    """The records of a query's answer, each as its own bytes; none when the array is absent.

    Raises Defect when records stand there under another key: ignoring them would lose them. Raises what a
    Fault inside the QueryResponse means, which the schema of the API allows.
    """
    return next((records for _, records in arrays(_query_response(answer), {key.lower(): key})), [])


def count(answer: Answer) -> int:
    """The number a `select count(*)` was answered with. Raises Defect when there is none."""
    members = _members(_query_response(answer))
    refuse_inner_fault(members)
    if "totalCount" not in members:
        raise Defect("QuickBooks answered a count without totalCount.")
    return msgspec.json.decode(members["totalCount"], type=int, strict=False)


def arrays(response: msgspec.Raw, names: Mapping[str, str]) -> Iterator[tuple[str, list[msgspec.Raw]]]:
    """Each array of records in one QueryResponse under its proper name; `names` maps lower case to proper.

    Raises Defect for an array under a name that was not asked for, and what a Fault inside means.
    """
    members = _members(response)
    refuse_inner_fault(members)
    for key, value in members.items():
        if not bytes(value).startswith(b"["):
            continue
        if key.lower() not in names:
            raise Defect(f"QuickBooks answered with {clean(key)!r}, asked for {', '.join(names.values())}.")
        yield names[key.lower()], _array.decode(value)


def refuse_inner_fault(members: Mapping[str, msgspec.Raw]) -> None:
    """Raise what a Fault means that stands inside an answer, where a part of it was expected."""
    for key in ("Fault", "fault"):
        if key in members and bytes(members[key]) not in _ABSENT:
            raise error_of(read_fault(200, {}, b'{"Fault":' + bytes(members[key]) + b"}"))


def moment(told: object) -> datetime | None:
    """A time of QuickBooks in UTC: ISO text with an offset or, from the gateway, milliseconds since 1970."""
    try:
        if isinstance(told, int):
            return datetime.fromtimestamp(told / 1000, UTC)
        when = msgspec.convert(told, datetime)
        return when.astimezone(UTC) if when.tzinfo else None
    except (msgspec.ValidationError, OverflowError, OSError, ValueError):
        return None


def _query_response(answer: Answer) -> msgspec.Raw:
    response = _envelope.decode(answer.body).query_response
    if bytes(response) in _ABSENT:
        raise Defect("QuickBooks answered a query without QueryResponse.")
    return response


def _members(response: msgspec.Raw) -> dict[str, msgspec.Raw]:
    try:
        return _object.decode(response)
    except msgspec.ValidationError as error:
        raise Defect(f"QuickBooks answered in an unknown shape: {error}.") from error
