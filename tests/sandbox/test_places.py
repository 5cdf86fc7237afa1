"""The order of a series mixed with stored records is that of a plain sorted list."""

from array import array
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.sandbox.places import Axis, Bounds, Merged, Stored

times = st.lists(st.integers(0, 12), max_size=30)
ends = st.one_of(st.just(float("inf")), st.integers(0, 12).map(float))


@st.composite
def mixtures(draw: Any) -> tuple[list[int], list[int], list[tuple[int, str]], Bounds]:
    series = draw(times)
    gone = draw(st.lists(st.sampled_from(range(len(series))), unique=True)) if series else []
    stored = sorted((at, f"s{n}") for n, at in enumerate(draw(times)))
    low, high = -draw(ends), draw(ends)
    if draw(st.booleans()):
        low = -low if low != -float("inf") else low
    return series, gone, stored, Bounds(low, high, draw(st.booleans()), draw(st.booleans()))


def expected(
    series: list[int], gone: list[int], stored: list[tuple[int, str]], bounds: Bounds
) -> list[int | str]:
    live: list[tuple[int, int, int, int | str]] = [
        (at, 0, n, n) for n, at in enumerate(series) if n not in gone and bounds.hold(at)
    ]
    kept: list[tuple[int, int, int, int | str]] = [
        (at, 1, n, name) for n, (at, name) in enumerate(stored) if bounds.hold(at)
    ]
    return [place for *_, place in sorted(live + kept, key=lambda entry: entry[:3])]


@settings(max_examples=120, deadline=None)
@given(mixtures(), st.integers(0, 40), st.integers(0, 15))
def test_any_page_is_that_of_the_sorted_list(
    mixture: tuple[list[int], list[int], list[tuple[int, str]], Bounds], start: int, length: int
) -> None:
    series, gone, stored, bounds = mixture
    wanted = expected(*mixture)
    for in_order in (True, False):
        own = sorted(series) if in_order else series
        wanted = expected(own, gone, stored, bounds)
        axis = Axis(array("q", own), in_order=in_order)
        for position in gone:
            axis.pass_over(position)

        merged = Merged(axis, bounds, [Stored(*entry) for entry in stored if bounds.hold(entry[0])])

        assert len(merged) == len(wanted)
        assert merged.page(start, start + length) == wanted[start : start + length]
        assert merged.page_descending(start, start + length) == wanted[::-1][start : start + length]


def test_the_stricter_of_two_bounds_wins() -> None:
    assert Bounds(low=3).within(Bounds(low=3, low_out=True)) == Bounds(low=3, low_out=True)
    assert Bounds(high=3).within(Bounds(high=3, high_out=True)) == Bounds(high=3, high_out=True)
    assert Bounds(low=1, high=9).within(Bounds(low=2, high=5)) == Bounds(low=2, high=5)
