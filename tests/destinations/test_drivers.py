"""A kind whose driver is not installed says which extra brings it, wherever kinds are listed."""

from dataclasses import replace

import pytest

from counterfoil.destinations.duckdb.kind import KIND


@pytest.mark.parametrize("module", ["no_such_driver", "no_such.driver", "json.no_such_driver"])
def test_an_extra_that_is_missing_is_told(module: str) -> None:
    assert replace(KIND, driver=(module, "heavy")).lacks == "heavy"


def test_a_driver_that_is_here_is_not_missing() -> None:
    assert replace(KIND, driver=("json.decoder", "heavy")).lacks == ""
    assert KIND.lacks == ""
