"""Reading what every record carries: its id, its times, whether it is active."""

from dataclasses import dataclass
from typing import Any

from counterfoil.sandbox.clock import read_time
from counterfoil.sandbox.wire import Record


@dataclass(frozen=True, slots=True)
class Mark:
    """What the store keeps beside a record's body; times in whole seconds since 1970."""

    id: str
    created: int
    updated: int


def core(record: Record) -> Record:
    """The record itself; a RecurringTransaction wraps it in the name of its type (section 8.1)."""
    if "Id" not in record and len(record) == 1:
        (inner,) = record.values()
        if isinstance(inner, dict):
            return inner
    return record


def mark(record: Record) -> Mark:
    """Read id and times; ExchangeRate has no Id (section 8), InventoryAdjustment no CreateTime (section 3.2).

    Raises ValueError where MetaData holds no time.
    """
    own = core(record)
    meta = own.get("MetaData") or {}
    updated = _seconds(meta.get("LastUpdatedTime") or meta.get("CreateTime"))
    created = _seconds(meta.get("CreateTime") or meta.get("LastUpdatedTime"))
    return Mark(_identity(own), created, updated)


def value_at(record: Record, path: str) -> Any:
    """What stands at `MetaData.CreateTime` and the like, in whatever case the words are; None when nothing."""
    found: Any = core(record)
    for word in path.split("."):
        if isinstance(found, list):
            found = found[0] if found else None
        if not isinstance(found, dict):
            return None
        found = found[word] if word in found else _any_case(found, word)
    return found


def _any_case(record: Record, word: str) -> Any:
    wanted = word.lower()
    return next((value for name, value in record.items() if name.lower() == wanted), None)


def _identity(own: Record) -> str:
    if "Id" in own:
        return str(own["Id"])
    return f"{own.get('SourceCurrencyCode', '')}|{own.get('AsOfDate', '')}"


def _seconds(text: Any) -> int:
    return int(read_time(str(text))) if text else 0
