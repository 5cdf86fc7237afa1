"""Histories and kills for as long as one likes: TORTURE_MINUTES=<number>, three unless told otherwise.

The seed is printed; TORTURE_SEED=<number> takes it again: the same histories in the same order, and the same kills,
though the machine may be at another instruction by then.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.torture.conftest import Tell
from tests.torture.history import begun
from tests.torture.kills import kill_many
from tests.torture.steps import WORDS, Step, play

ROUND = 15
"""Histories, or kills, between two looks at the clock."""
HISTORIES = st.lists(st.tuples(st.sampled_from(WORDS), st.integers(0, 9999)), min_size=5, max_size=25)
COMPANIES = st.sampled_from((0, 0, 0, 0, 0, 0, 0, 0, 0, 1100))
"""Now and then one whose invoices fill more than a page."""


@pytest.mark.slow
def test_no_history_parts_the_warehouse_from_quickbooks(seed: int, told: Tell) -> None:
    with _counting(told) as seen:
        for number in _rounds(seed):
            with _replayed(number, "-k history"):
                _explore(number, seen)

    assert seen["histories"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_no_kill_parts_the_warehouse_from_quickbooks(
    seed: int, told: Tell, request: pytest.FixtureRequest, store: str
) -> None:
    with _counting(told) as seen:
        for number in _rounds(seed):
            server = request.getfixturevalue("postgres") if store == "postgres" else None
            with _replayed(number, f"-k 'kill and {store}'"):
                seen.update(kill_many(ROUND, number, store=server.new_database() if server else ""))

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
    def walk(steps: list[Step], synced: bool, bulk: int) -> None:
        with begun(synced=synced, bulk=bulk) as history:
            seen.update(play(history, steps))

    walk()


def _rounds(seed: int) -> Iterator[int]:
    """Seeds, until the time is over."""
    end = time.monotonic() + 60 * float(os.environ.get("TORTURE_MINUTES") or 3) / 3
    while time.monotonic() < end:
        yield seed
        seed += 1


@contextmanager
def _replayed(seed: int, chosen: str) -> Iterator[None]:
    """Say with a failure how it is seen again, at once: its round comes first."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"Again: TORTURE_SEED={seed} pytest -m slow tests/torture/test_long.py {chosen}")
        raise


@contextmanager
def _counting(told: Tell) -> Iterator[Counter[str]]:
    """Count, and say what was counted, whatever the end."""
    seen: Counter[str] = Counter()
    try:
        yield seen
    finally:
        told("".join(f"\n{number:7} {what}" for what, number in sorted(seen.items())))
