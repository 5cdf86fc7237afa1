"""Reading around bad records: a page that fails is halved until each bad record stands alone.

One bad stored record fails every answer that would hold it (reference, section 2.6). A failing call is not charged,
so that a bad record costs about as many metered calls as a page can be halved.
"""

from collections.abc import Sequence

import msgspec

from counterfoil.model.stream import Reading
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.query import PAGE
from counterfoil.sync.listing import Asking, Listing, Page
from counterfoil.sync.naming import Bad, glimpse, name
from counterfoil.sync.records import id_of

ATTEMPTS = 8
WORTH_KEEPING = 200
"""So many places read go on from there where places shift; fewer are read again."""
READ_ON = (Reading.KEYSET, Reading.OFFSET)
MOST_PLACES = 2 * PAGE
"""A walk that met no good record for so long ends: no bad record is why."""
SUSPICIOUS = 16
FAR = 10_000_000
"""A place where no record stands: where even that fails, it is not for a record."""


def read_page(client: Client, listing: Listing, start: int = 1) -> Page:
    """Read up to PAGE places of a listing, from `start` on, around its bad records.

    Where bad records end the page it is read on until a good one stands last; where places shift meanwhile it ends
    early. Raises PoisonedPage when no record can be blamed: places mean nothing, or everything fails.
    """
    asking = Asking(client, listing)
    found = asking.records(start, PAGE)
    if found is not None:
        return _page(asking, found, full=len(found) >= PAGE)
    for _ in range(ATTEMPTS):
        walk = _Walk(asking, start)
        try:
            more = walk.run()
        except _Shifted:
            more = listing.stream.reading in READ_ON and len(walk.slots) >= WORTH_KEEPING
            if not more:
                continue
        return _page(asking, walk.slots, full=more)
    raise asking.poison


class _Shifted(Exception):  # noqa: N818 - no failure: what was read until then holds
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

    def run(self) -> bool:
        """Fill the slots; tell whether more may follow. After _Shifted they end with the last sure place."""
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
                return False
        return True

    def _is_full(self) -> bool:
        return self.suspects == 0 and len(self.slots) >= PAGE and not isinstance(self.slots[-1], Bad)

    def _ask(self, limit: int) -> list[msgspec.Raw] | None:
        """The next places, or None. Raises _Shifted when they are not the next any more."""
        before = self.slots[-1] if self.slots else None
        anchored = before is not None and not isinstance(before, Bad)
        place = self.start + len(self.slots) - anchored
        found = self.asking.records(place, limit + anchored)
        if found is None:
            return None
        if len(found) > limit + anchored:
            raise self.asking.poison  # a server that ignores MAXRESULTS cannot be asked for one record
        if anchored and not _same(found, before):
            raise _Shifted
        return found[anchored:]

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
        sure = self.slots[:-run]
        if self.asking.records(last, 1) is None and (
            not sure or _same(self.asking.records(last - run, 1), sure[-1])
        ):
            return
        self.slots = sure
        raise _Shifted

    def _bad_in_a_row(self) -> int:
        run = 0
        while run < len(self.slots) and isinstance(self.slots[-run - 1], Bad):
            run += 1
        return run


def _same(found: Sequence[msgspec.Raw] | None, expected: msgspec.Raw | Bad | None) -> bool:
    """Tell whether the record that is expected stands first."""
    if not found or expected is None or isinstance(expected, Bad):
        return False
    return (id_of(found[0]) or bytes(found[0])) == (id_of(expected) or bytes(expected))


def _page(asking: Asking, slots: Sequence[msgspec.Raw | Bad], *, full: bool) -> Page:
    records = [slot for slot in slots if not isinstance(slot, Bad)]
    good = next((place for place, slot in enumerate(slots) if not isinstance(slot, Bad)), len(slots))
    return Page(
        records=records,
        places=len(slots),
        full=full,
        lead=good,
        bad=name(asking, slots) if len(records) < len(slots) else (),
        calls=asking.calls,
        server_time=asking.server_time,
    )
