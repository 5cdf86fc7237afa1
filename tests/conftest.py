"""What holds for all tests."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.postgres import Server, running_server

settings.register_profile("ci", derandomize=True, deadline=None)
"""Examples at random find more, and are for people: a check of a change has to say the same thing twice."""

if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with running_server() as server:
        yield server
