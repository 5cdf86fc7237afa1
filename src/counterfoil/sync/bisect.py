"""Reading around bad records: a page that fails is halved until each bad record stands alone.

One bad stored record fails every answer that would hold it (reference, section 2.6). A failing call is not charged,
so that a bad record costs about as many metered calls as a page can be halved.
"""

from collections.abc import Sequence

import msgspec

from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.query import PAGE
from counterfoil.sync.listing import Asking, Listing, Page
from counterfoil.sync.naming import Bad, glimpse, name
from counterfoil.sync.records import id_of

ATTEMPTS = 4
MOST_PLACES = 2 * PAGE
"""A walk that met no good record for so long ends: no bad record is why."""
SUSPICIOUS = 16
FAR = 10_000_000
"""A place where no record stands: where even that fails, it is not for a record."""


def read_page(client: Client, listing: Listing, start: int = 1) -> Page:
    """Read up to PAGE places of a listing, from `start` on, around its bad records.

    Where bad records end the page it is read on until a good one stands last. Raises PoisonedPage when no record
    can be blamed: places are ignored, everything fails, or places shift faster than they are read.
    """
    asking = Asking(client, listing)
    found = asking.records(start, PAGE)
    if found is not None:
        return _page(asking, found, full=len(found) >= PAGE)
    for _ in range(ATTEMPTS):
        try:
            return _Walk(asking, start).run()
        except _Shifted:
            continue
    raise asking.poison


class _Shifted(Exception):  # noqa: N818 - no failure: the walk begins anew
    """A record before the place that is read went away: every place behind it moved by one."""


class _Walk:
    """One way through a failing page. `slots` holds what stands at each place so far.

    Of the next `suspects` places one at least is bad; where none is known to be, `reach` places are tried.
    Places can shift between two questions, so each question repeats the record before it (Promise 9).
    """

    def __init__(self, asking: Asking, start: int) -> None:
        self.asking = asking
        self.start = start
        self.slots: list[msgspec.Raw | Bad] = []
        self.suspects = PAGE
        self.reach = PAGE
        self.since_bad = PAGE
        self.can_glimpse = True

    def run(self) -> Page:
        while not self._is_full():
            if self._bad_in_a_row() >= MOST_PLACES:
                raise self.asking.poison
            limit = min((self.suspects + 1) // 2 or self.reach, PAGE - 1)
            found = self._ask(limit)
            if found is None:
                self._poisoned(limit)
                continue
            self._good(found, limit)
            if len(found) < limit:
                return _page(self.asking, self.slots, full=False)
        return _page(self.asking, self.slots, full=True)

    def _is_full(self) -> bool:
        return self.suspects == 0 and len(self.slots) >= PAGE and not isinstance(self.slots[-1], Bad)

    def _ask(self, limit: int) -> list[msgspec.Raw] | None:
        """The next places, or None. Raises _Shifted when they are not the next any more."""
        before = self.slots[-1] if self.slots else None
        place = self.start + len(self.slots)
        if before is None or isinstance(before, Bad):
            found = self.asking.records(place, limit)
            return None if found is None else found[:limit]
        found = self.asking.records(place - 1, limit + 1)
        if found is None:
            return None
        if not found or _key(found[0]) != _key(before):
            raise _Shifted
        return found[1 : limit + 1]

    def _poisoned(self, limit: int) -> None:
        if limit > 1:
            self.suspects = limit
            return
        place = self.start + len(self.slots)
        fault = self.asking.poison.fault
        seen = glimpse(self.asking, place) if self.can_glimpse else None
        self.can_glimpse = seen is not None
        self.slots.append(Bad(place, fault, seen))
        if self._bad_in_a_row() == SUSPICIOUS and self.asking.records(self.start + FAR, 1) is None:
            raise self.asking.poison
        self.suspects, self.reach = 0, max(1, self.since_bad)
        self.since_bad = 1

    def _good(self, found: list[msgspec.Raw], limit: int) -> None:
        if self.slots and isinstance(self.slots[-1], Bad):
            self._confirm()
        self.slots += found
        self.since_bad += len(found)
        if self.suspects:
            self.suspects -= limit
        else:
            self.reach = min(2 * self.reach, PAGE)

    def _confirm(self) -> None:
        """What was read behind bad records counts only if they, and the record before them, still stand there."""
        run = self._bad_in_a_row()
        last = self.start + len(self.slots) - 1
        if self.asking.records(last, 1) is not None:
            raise _Shifted
        if run < len(self.slots):
            before, again = self.slots[-run - 1], self.asking.records(last - run, 1)
            if isinstance(before, Bad) or not again or _key(again[0]) != _key(before):
                raise _Shifted

    def _bad_in_a_row(self) -> int:
        run = 0
        while run < len(self.slots) and isinstance(self.slots[-run - 1], Bad):
            run += 1
        return run


def _key(record: msgspec.Raw) -> str | bytes:
    return id_of(record) or bytes(record)


def _page(asking: Asking, slots: Sequence[msgspec.Raw | Bad], *, full: bool) -> Page:
    blamed = [place for place, slot in enumerate(slots) if isinstance(slot, Bad)]
    records = [slot for slot in slots if not isinstance(slot, Bad)]
    good = next((place for place, slot in enumerate(slots) if not isinstance(slot, Bad)), len(slots))
    bad = name(asking, slots) if blamed else ()
    return Page(
        records=records,
        places=len(slots),
        full=full,
        lead=good,
        tail=len(slots) - 1 - blamed[-1] if blamed else len(slots),
        bad=bad,
        calls=asking.calls,
        server_time=asking.server_time,
    )
