"""A thousand refreshes by four processes that are killed at random: no connection is lost but by Intuit's rules.

Run: pytest -m slow tests/torture/test_tokens.py. The seed is printed; TORTURE_SEED=<number> takes it again:
the same kills in the same order, though the machine may be at another instruction by then. TORTURE_REFRESHES=<number>
asks for more of them, or for fewer.
"""

import os
import random
from pathlib import Path

import pytest

from counterfoil.sandbox.running import Sandbox
from tests.torture.conftest import Tell
from tests.torture.readers import Ground
from tests.torture.refreshes import Mood, Torment

REFRESHES = int(os.environ.get("TORTURE_REFRESHES") or 1000)
MOODS = {
    "the value stays": Mood(),
    "the value changes": Mood(changing=0.1),
    "answers are lost": Mood(losing=0.3),
    "the value changes and answers are lost": Mood(changing=0.1, losing=0.1),
}


@pytest.mark.slow
@pytest.mark.parametrize("store", ["sqlite", "postgres"])
@pytest.mark.parametrize("mood", MOODS.values(), ids=MOODS)
def test_a_thousand_refreshes_under_random_kills_lose_no_connection(
    tmp_path: Path, seed: int, mood: Mood, told: Tell, request: pytest.FixtureRequest, store: str
) -> None:
    address = request.getfixturevalue("postgres").new_database() if store == "postgres" else ""
    with Sandbox(revoke_on_reuse=True) as sandbox:
        ground = Ground(sandbox.url, tmp_path, address)
        with ground.store() as db:
            seen = Torment(sandbox, ground, db, random.Random(seed)).run(REFRESHES, mood)
    told(f"{store}: " + ", ".join(f"{name}: {number}" for name, number in sorted(seen.items())))

    assert seen["refreshes"] >= REFRESHES
    assert seen["kills while refreshing"] > 0
    assert mood.changing or not seen["lost by Intuit's rules"]
