"""Looking into records without opening them further than needed."""

from datetime import UTC, datetime

import msgspec


class _Times(msgspec.Struct):
    CreateTime: str | None = None


class _Created(msgspec.Struct):
    MetaData: _Times | None = None


_created = msgspec.json.Decoder(_Created)
_wrapper = msgspec.json.Decoder(dict[str, msgspec.Raw])


def created_at(record: msgspec.Raw) -> datetime | None:
    """When a record was made (aware, UTC); None where it does not say, or says it without an offset."""
    try:
        meta = _created.decode(record).MetaData
        moment = datetime.fromisoformat(meta.CreateTime) if meta and meta.CreateTime else None
    except (ValueError, msgspec.ValidationError):
        return None
    return moment.astimezone(UTC) if moment and moment.tzinfo else None


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


class _Named(msgspec.Struct):
    Id: str | int | None = None


_named = msgspec.json.Decoder(_Named)


def id_of(record: msgspec.Raw) -> str:
    """A record's Id, "" where it has none."""
    found = _named.decode(record).Id
    return "" if found is None else str(found)
