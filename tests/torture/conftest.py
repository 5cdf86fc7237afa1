"""What the long proofs share: a seed that is told, and a way to say what was counted."""

import os
import random
from collections.abc import Callable

import pytest

Tell = Callable[[str], None]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Tell:
    """Say something to whoever waits, whatever the end."""

    def tell(words: str) -> None:
        with capsys.disabled():
            print(f"\n{words}", flush=True)

    return tell


@pytest.fixture
def seed(told: Tell, request: pytest.FixtureRequest) -> int:
    """Where chance begins: TORTURE_SEED, or one of its own; a failure is told with the command that repeats it."""
    chosen = int(os.environ.get("TORTURE_SEED") or random.SystemRandom().randrange(1_000_000))
    told(f"TORTURE_SEED={chosen} pytest -m slow '{request.node.nodeid}'")
    return chosen
