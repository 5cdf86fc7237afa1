"""Looking into records without opening them further than needed."""

import hashlib
from datetime import UTC, datetime

import msgspec


class _Times(msgspec.Struct):
    CreateTime: str | None = None
    LastUpdatedTime: str | None = None


class _Glance(msgspec.Struct):
    Id: str | int | None = None
    MetaData: _Times | None = None


_glance = msgspec.json.Decoder(_Glance)
_exact = msgspec.json.Decoder(float_hook=lambda digits: f"#{digits}")
_sorted = msgspec.json.Encoder(order="sorted")
_wrapper = msgspec.json.Decoder(dict[str, msgspec.Raw])


def id_of(record: msgspec.Raw) -> str:
    """A record's Id, "" where it has none."""
    found = _look(record).Id
    return "" if found is None else str(found)


def created_at(record: msgspec.Raw) -> datetime | None:
    """When a record was made (aware, UTC); None where it does not say, or says it without an offset."""
    meta = _look(record).MetaData
    return _moment(meta.CreateTime if meta else None)


def updated_at(record: msgspec.Raw) -> datetime | None:
    """When a record last changed (aware, UTC); None as in `created_at`."""
    meta = _look(record).MetaData
    return _moment(meta.LastUpdatedTime if meta else None)


def digest_of(record: msgspec.Raw) -> str:
    """A digest of all that a record says, in whatever order it says it.

    LastUpdatedTime alone does not tell versions apart: it has whole seconds, and a balance can move without a new
    SyncToken (reference, section 2.5).
    """
    try:
        said = _sorted.encode(_exact.decode(record))
    except (msgspec.MsgspecError, UnicodeError):  # half a surrogate pair, say
        said = bytes(record)
    return hashlib.blake2b(said, digest_size=12).hexdigest()


def unwrap(record: msgspec.Raw) -> msgspec.Raw:
    """Lay a wrapped record flat: {"Bill": {"Id": "1"}} becomes {"@type":"Bill","Id": "1"}.

    A RecurringTransaction is answered so (reference, section 8.1).
    """
    members = _wrapper.decode(record)
    if len(members) != 1:
        return record
    ((name, inner),) = members.items()
    body = bytes(inner).strip()
    if not body.startswith(b"{"):
        return record
    rest = body[1:].lstrip()
    comma = b"" if rest == b"}" else b","
    return msgspec.Raw(b'{"@type":' + msgspec.json.encode(name) + comma + rest)


def _look(record: msgspec.Raw) -> _Glance:
    try:
        return _glance.decode(record)
    except msgspec.ValidationError:
        return _Glance()


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment and moment.tzinfo else None
