"""Histories and kills for as long as one likes: TORTURE_MINUTES=<number>, three unless told otherwise.

The seed is printed; TORTURE_SEED=<number> takes it again: the same histories in the same order, and the same kills,
though the machine may be at another instruction by then.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.torture.history import WORDS, Step, begun
from tests.torture.kills import kill_many

ROUND = 15
"""Histories, or kills, between two looks at the clock."""
HISTORIES = st.lists(st.tuples(st.sampled_from(WORDS), st.integers(0, 9999)), min_size=5, max_size=25)
COMPANIES = st.sampled_from((0, 0, 0, 0, 0, 0, 0, 0, 0, 1100))
"""Now and then one whose invoices fill more than a page."""


@pytest.fixture
def seed(capsys: pytest.CaptureFixture[str]) -> int:
    chosen = int(os.environ.get("TORTURE_SEED") or random.SystemRandom().randrange(1_000_000))
    with capsys.disabled():
        print(f"\nTORTURE_SEED={chosen}")
    return chosen


@pytest.mark.slow
def test_no_history_parts_the_warehouse_from_quickbooks(
    seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with _told(capsys) as seen:
        for number in _rounds(seed):
            _explore(number, seen)

    assert seen["histories"] > 0


@pytest.mark.slow
def test_no_kill_parts_the_warehouse_from_quickbooks(seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    with _told(capsys) as seen:
        for number in _rounds(seed):
            seen.update(kill_many(ROUND, number))

    assert seen["kills"] > 0


def _explore(seed: int, seen: Counter[str]) -> None:
    @hypothesis.seed(seed)
    @settings(
        max_examples=ROUND,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(steps=HISTORIES, synced=st.booleans(), bulk=COMPANIES)
    def play(steps: list[Step], synced: bool, bulk: int) -> None:
        with begun(synced=synced, bulk=bulk) as history:
            seen.update(history.play(steps))

    play()


def _rounds(seed: int) -> Iterator[int]:
    """Seeds, until the time is over."""
    end = time.monotonic() + 60 * float(os.environ.get("TORTURE_MINUTES") or 3) / 2
    while time.monotonic() < end:
        yield seed
        seed += 1


@contextmanager
def _told(capsys: pytest.CaptureFixture[str]) -> Iterator[Counter[str]]:
    """Count, and say what was counted, whatever the end."""
    seen: Counter[str] = Counter()
    try:
        yield seen
    finally:
        with capsys.disabled():
            print("".join(f"\n{number:7} {what}" for what, number in sorted(seen.items())))
