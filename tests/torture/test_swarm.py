"""Four workers on one PostgreSQL, killed at random: no sync lost, none doubled, no company read by two at once."""

import os
from pathlib import Path

import pytest

from tests.postgres import Server
from tests.torture.conftest import Tell
from tests.torture.swarm import swarm


def test_workers_that_are_killed_lose_and_double_nothing(postgres: Server, tmp_path: Path) -> None:
    seen = swarm(postgres.new_database(), tmp_path, seconds=12, count=12, every=4, seed=3)

    assert seen["kills"] >= 2
    assert seen["succeeded"] >= 12


@pytest.mark.slow
def test_two_hundred_companies_come_to_no_harm_while_workers_are_killed(
    postgres: Server, tmp_path: Path, seed: int, told: Tell
) -> None:
    minutes = float(os.environ.get("TORTURE_MINUTES", "3"))
    seen = swarm(postgres.new_database(), tmp_path, seconds=60 * minutes, count=200, every=60, seed=seed)
    told(str(dict(seen)))

    assert seen["kills"] >= 10 * minutes
    assert seen["succeeded"] >= 200
