"""A thousand refreshes by four processes that are killed at random: no connection is lost but by Intuit's rules.

Run: pytest -m slow tests/torture/test_tokens.py. The seed is printed; TORTURE_SEED=<number> takes it again:
the same kills in the same order, though the machine may be at another instruction by then.
"""

import os
import random
from pathlib import Path

import pytest

from counterfoil.sandbox.running import Sandbox
from tests.torture.readers import Ground
from tests.torture.refreshes import Torment

REFRESHES = 1000


@pytest.fixture
def seed(capsys: pytest.CaptureFixture[str]) -> int:
    chosen = int(os.environ.get("TORTURE_SEED") or random.SystemRandom().randrange(1_000_000))
    with capsys.disabled():
        print(f"\nTORTURE_SEED={chosen}")
    return chosen


@pytest.mark.slow
@pytest.mark.parametrize("daily", [0.0, 0.1], ids=["the value stays", "the value changes"])
def test_a_thousand_refreshes_under_random_kills_lose_no_connection(
    tmp_path: Path, seed: int, daily: float, capsys: pytest.CaptureFixture[str]
) -> None:
    with Sandbox() as sandbox:
        ground = Ground(sandbox.url, tmp_path)
        with ground.store() as db:
            seen = Torment(sandbox, ground, db, random.Random(seed)).run(REFRESHES, daily=daily)
    with capsys.disabled():
        print(", ".join(f"{name}: {number}" for name, number in sorted(seen.items())))

    assert seen["refreshes"] >= REFRESHES
    assert seen["kills while refreshing"] > 0
    assert daily or not seen["lost by Intuit's rules"]
