"""Naming bad records: what can be told of a record that QuickBooks cannot serve."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from counterfoil.errors import RequestRefused
from counterfoil.model.bad_record import BadRecord
from counterfoil.quickbooks.faults import clean
from counterfoil.quickbooks.query import Condition
from counterfoil.sync.listing import CREATED, UPDATED, Asking, Listing, time_in
from counterfoil.sync.records import id_of

CANDIDATES = 200
"""Ids between two neighbours that are tried; more cost more than the name is worth."""
MOST_NAMED = 8
"""Bad records side by side that are searched for by id."""
ID_LENGTH = 40

_QUOTED = re.compile(r"""'[^']*'|"[^"]*"|\S+@\S+""")


@dataclass(frozen=True, slots=True)
class Bad:
    """A place where a bad record stands alone, what was said there, and the few fields that could be seen."""

    place: int
    fault: str
    seen: msgspec.Raw | None = None


Slot = msgspec.Raw | Bad


def glimpse(asking: Asking, place: int) -> msgspec.Raw | None:
    """A bad record's id and times, where QuickBooks serves those without the rest; None where it does not."""
    for fields in (("Id", CREATED, UPDATED), ("Id",)):
        try:
            found = asking.records(place, 1, fields)
        except RequestRefused:
            continue
        return found[0] if found and id_of(found[0]) else None
    return None


def name(asking: Asking, slots: Sequence[Slot]) -> tuple[BadRecord, ...]:
    """Name every bad record among the slots of a listing by id, else by its neighbours and their times."""
    known = [time_in(asking.listing.by, slot) for slot in slots if not isinstance(slot, Bad)]
    times = [time for time in known if time is not None]
    in_order = bool(asking.listing.by) and len(times) == len(known) and times == sorted(times)
    taken = {id_of(slot) for slot in slots if not isinstance(slot, Bad)}
    return tuple(
        record
        for before, run, after in _runs(slots)
        for record in _Gap(asking, before, after, in_order=in_order).name(run, taken)
    )


def without_contents(fault: str) -> str:
    """What QuickBooks said, without what it quoted from the record."""
    return _QUOTED.sub("…", fault)


def _runs(slots: Sequence[Slot]) -> Iterator[tuple[msgspec.Raw | None, list[Bad], msgspec.Raw | None]]:
    """Bad records that stand side by side, between the good ones before and behind them."""
    before: msgspec.Raw | None = None
    run: list[Bad] = []
    for slot in slots:
        if isinstance(slot, Bad):
            run.append(slot)
            continue
        if run:
            yield before, run, slot
            run = []
        before = slot
    if run:
        yield before, run, None


class _Gap:
    """The room between two good neighbours, in which bad records stand. Times are told only where they rise."""

    def __init__(
        self, asking: Asking, before: msgspec.Raw | None, after: msgspec.Raw | None, *, in_order: bool
    ) -> None:
        self.asking = asking
        self.before = before
        self.after = after
        self.in_order = in_order
        self.since = self.until = None
        if in_order:
            listing = asking.listing
            self.since = time_in(listing.by, before) if before is not None else _bound(listing, ">=")
            self.until = time_in(listing.by, after) if after is not None else _bound(listing, "<")

    def name(self, run: Sequence[Bad], taken: set[str]) -> list[BadRecord]:
        seen = ["" if bad.seen is None else id_of(bad.seen) for bad in run]
        if not any(seen):
            seen = self._search(len(run), taken) or seen
        return [
            self._record(bad, number, "" if id_ in taken else id_)
            for number, (bad, id_) in enumerate(zip(run, seen, strict=True), 1)
        ]

    def _record(self, bad: Bad, number: int, id_: str) -> BadRecord:
        record = BadRecord(
            stream=self.asking.listing.stream.name,
            id=id_,
            position="" if id_ else self._position(bad, number),
            fault=without_contents(bad.fault),
        )
        exact = time_in(self.asking.listing.by, bad.seen) if bad.seen is not None and id_ else None
        since, until = exact or self.since, exact or self.until
        if self.asking.listing.by == CREATED:
            return replace(record, created_since=since, created_until=until)
        return replace(record, updated_since=since, updated_until=until)

    def _position(self, bad: Bad, number: int) -> str:
        """Told by the neighbours, so that a page which begins elsewhere tells the same."""
        before, after = _told(self.before), _told(self.after)
        if before:
            where = f"number {number} behind {before}"
            return f"{where}, before {after}" if after else where
        return f"number {number} of those before {after}" if after else f"place {bad.place}"

    def _search(self, wanted: int, taken: set[str]) -> list[str]:
        """Ids are given in the order of creation: count which of those between the neighbours' exist."""
        first, last = _number(self.before), _number(self.after)
        if self.asking.listing.by != CREATED or not self.in_order or wanted > MOST_NAMED:
            return []
        if first is None and last is None:
            return []
        low = (last or 0) - CANDIDATES if first is None else first + 1
        high = low + CANDIDATES if last is None else last
        if not 0 < high - low <= CANDIDATES:
            return []
        candidates = [id_ for id_ in map(str, range(max(low, 1), high)) if id_ not in taken]
        if self._count(candidates) != wanted:
            return []
        found = self._present(candidates, wanted)
        are_bad = len(found) == wanted and all(self.asking.named([id_]) is None for id_ in found)
        return found if are_bad else []

    def _present(self, ids: list[str], wanted: int) -> list[str]:
        """Halve until the wanted ones stand alone."""
        if wanted <= 0 or wanted >= len(ids):
            return ids if wanted > 0 else []
        middle = len(ids) // 2
        left = min(self._count(ids[:middle]), wanted)
        return self._present(ids[:middle], left) + self._present(ids[middle:], wanted - left)

    def _count(self, ids: Sequence[str]) -> int:
        if not ids:
            return 0
        window: list[Condition] = [("Id", "IN", ids)]
        if self.since is not None:
            window.append((CREATED, ">=", self.since))
        if self.until is not None:
            window.append((CREATED, "<=", self.until))
        return self.asking.count(window)


def _bound(listing: Listing, operator: str) -> datetime | None:
    return next(
        (
            value
            for property_, used, value in listing.where
            if (property_, used) == (listing.by, operator) and isinstance(value, datetime)
        ),
        None,
    )


def _told(neighbour: msgspec.Raw | None) -> str:
    id_ = clean(id_of(neighbour))[:ID_LENGTH] if neighbour is not None else ""
    return f"Id {id_}" if id_ else ""


def _number(neighbour: msgspec.Raw | None) -> int | None:
    id_ = "" if neighbour is None else id_of(neighbour)
    return int(id_) if id_.isascii() and id_.isdecimal() and len(id_) <= 19 else None
