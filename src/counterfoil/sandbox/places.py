"""Where records stand in the order of a time, when a million of them are computed and a few are stored.

A place is an int (position in the series) or a str (id of a stored record). Nothing here reads a record's body.
"""

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Place = int | str


@dataclass(frozen=True, slots=True)
class Bounds:
    """A span of time in seconds; both ends may be open, and each may be shut out."""

    low: float = float("-inf")
    high: float = float("inf")
    low_out: bool = False
    high_out: bool = False

    def within(self, other: "Bounds") -> "Bounds":
        """What both allow; the stricter end wins."""
        low, low_out = max((self.low, self.low_out), (other.low, other.low_out))
        high, high_in = min((self.high, not self.high_out), (other.high, not other.high_out))
        return Bounds(low, high, low_out, not high_in)

    def hold(self, time: float) -> bool:
        after = time > self.low if self.low_out else time >= self.low
        return after and (time < self.high if self.high_out else time <= self.high)

    @property
    def open(self) -> bool:
        return self == Bounds()


class Stored(NamedTuple):
    """A stored record; one that a series served before keeps its place among those of the same time."""

    time: int
    id: str
    position: int | None = None


class Axis:
    """The positions of a series in the order of one time; positions that moved to the store are passed over."""

    def __init__(self, times: "array[int]", *, in_order: bool) -> None:
        order = (
            range(len(times)) if in_order else array("q", sorted(range(len(times)), key=times.__getitem__))
        )
        self.order: Sequence[int] = order
        self.keys = times if in_order else array("q", (times[place] for place in order))
        self._rank = None if in_order else _inverse(order)
        self._gone: list[int] = []  # ranks, ascending

    def pass_over(self, position: int) -> None:
        """The record at that position is served from the store from now on, or not at all."""
        insort(self._gone, position if self._rank is None else self._rank[position])

    def span(self, bounds: Bounds) -> tuple[int, int]:
        """First rank within the bounds and the one after the last."""
        low = (bisect_right if bounds.low_out else bisect_left)(self.keys, bounds.low)
        high = (bisect_left if bounds.high_out else bisect_right)(self.keys, bounds.high)
        return low, max(low, high)

    def live(self, low: int, high: int) -> int:
        """How many positions from rank `low` up to `high` are still served by the series."""
        return high - low - (bisect_left(self._gone, high) - bisect_left(self._gone, low))

    def walk(self, low: int, skip: int) -> Iterator[int]:
        """Positions from rank `low` on, after passing over `skip` live ones."""
        first = bisect_left(self._gone, low)
        dead = range(first, len(self._gone))
        passed = bisect_right(dead, skip, key=lambda n: self._gone[n] - low - (n - first))
        rank, n = low + skip + passed, first + passed
        while rank < len(self.keys):
            if n < len(self._gone) and self._gone[n] == rank:
                n += 1
            else:
                yield self.order[rank]
            rank += 1


def _inverse(order: Sequence[int]) -> "array[int]":
    ranks = array("q", bytes(8 * len(order)))
    for rank, position in enumerate(order):
        ranks[position] = rank
    return ranks


class Merged:
    """The series within some bounds and the stored records within them, as one sequence in the order of time.

    Any page is found by counting ranks, never by walking to it.
    """

    def __init__(self, axis: Axis | None, bounds: Bounds, stored: list[Stored]) -> None:
        self._axis = axis
        self._low, high = axis.span(bounds) if axis else (0, 0)
        self._computed = axis.live(self._low, high) if axis else 0
        edges = [self._edge(entry, high) for entry in stored]
        in_order = sorted(range(len(stored)), key=edges.__getitem__)  # stable: by time within an edge
        self.stored = [stored[n] for n in in_order]
        self._ranks = [n + self._live_before(edges[own]) for n, own in enumerate(in_order)]

    def __len__(self) -> int:
        return self._computed + len(self.stored)

    def _edge(self, entry: Stored, high: int) -> int:
        """The rank in the series before which a stored record stands."""
        if not self._axis:
            return 0
        after = entry.position if entry.position is not None else bisect_right(self._axis.keys, entry.time)
        return min(max(after, self._low), high)

    def _live_before(self, edge: int) -> int:
        return self._axis.live(self._low, edge) if self._axis else 0

    def page(self, start: int, stop: int) -> list[Place]:
        """The places from `start` (counted from 0) up to `stop`."""
        n = bisect_left(self._ranks, start)
        walk = self._axis.walk(self._low, start - n) if self._axis else iter(())
        places: list[Place] = []
        for rank in range(start, min(stop, len(self))):
            if n < len(self._ranks) and self._ranks[n] == rank:
                places.append(self.stored[n].id)
                n += 1
            else:
                places.append(next(walk))
        return places

    def page_descending(self, start: int, stop: int) -> list[Place]:
        """The same, counted from the end."""
        length = len(self)
        return self.page(max(0, length - stop), max(0, length - start))[::-1]
