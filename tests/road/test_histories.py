"""Random histories: after every sync that counts as succeeded, the warehouse says what QuickBooks says.

A failing history is shrunk and printed as a list of steps: give that list to `play` to see it again.
"""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.torture import steps as walk
from tests.torture.deeds import DEEDS
from tests.torture.history import begun
from tests.torture.steps import QUICK, SLOW, Step
from tests.torture.trouble import FAULTS

HISTORIES = st.lists(st.tuples(st.sampled_from(QUICK), st.integers(0, 9999)), min_size=6, max_size=9)
FEW = settings(
    max_examples=5,
    derandomize=True,  # the same ones each time; `just torture` looks for new ones
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def play(steps: Sequence[Step], *, synced: bool = True) -> Counter[str]:
    with begun(synced=synced) as history:
        return walk.play(history, steps)


@FEW
@given(steps=HISTORIES)
def test_every_sync_ends_with_what_quickbooks_says(steps: list[Step]) -> None:
    assert play(steps)["comparisons"] > 0


def test_each_deed_of_people_is_told_by_the_next_sync() -> None:
    each = [step for deed in DEEDS for step in ((deed, 0), (deed, 5), ("sync", 0))]

    assert play(each)["comparisons"] > len(DEEDS)


def test_whatever_fault_strikes_and_however_long_the_next_good_sync_has_it_all() -> None:
    passing = [step for fault in FAULTS for step in ((fault, 0), ("change", 0), ("sync", 0))]
    staying = [step for fault in FAULTS for step in ((fault, 4), ("change", 0), ("sync", 0))]
    seen = play(passing + staying)

    assert {name: seen[f"fault: {name}"] > 1 for name in FAULTS} == dict.fromkeys(FAULTS, True)


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("word", ["empty a table", "drop a table", "sync, robbed", "take the warehouse away"])
def test_what_is_taken_out_of_the_warehouse_comes_back_with_the_next_sync(word: str, number: int) -> None:
    seen = play([("change", 0), (word, 7 * number), ("sync", 0)])

    assert seen["comparisons"] > 1


@pytest.mark.parametrize("word", [*sorted(SLOW), "poison", "disconnect", "lost token answer"])
def test_what_is_rare_or_slow_ends_as_well_as_all_else(word: str) -> None:
    seen = play(
        [("change", 0), (word, 1), ("change", 3), ("sync, refreshing", 0), (word, 2), ("sync, comparing", 0)]
    )

    assert seen["comparisons"] > 1
    assert seen["reconnected"] == {"disconnect": 2, "lost token answer": 1}.get(word, 0)


def test_a_record_that_cannot_be_served_hides_no_other_and_comes_when_it_is_healed() -> None:
    bad = [("poison", 0), ("poison", 7), ("create", 0), ("delete", 1), ("sync", 0), ("sync, comparing", 0)]

    assert (
        play([*bad, ("take the warehouse away", 0), ("sync", 0), ("heal", 0), ("sync", 0)])["comparisons"] > 3
    )
