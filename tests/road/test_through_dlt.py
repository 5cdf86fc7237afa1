"""Whole syncs that feed the kinds that dlt brings rows to, of which PostgreSQL stands in here, beside DuckDB."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from counterfoil.destinations import KINDS
from tests.contract.place import Place
from tests.postgres import Server
from tests.road.beside import fed_beside, keeps_step
from tests.road.conftest import World

pytestmark = pytest.mark.kinds
through_dlt = pytest.importorskip("tests.contract.through_dlt_place")

PLACES = ("RedshiftPlace", "SqlServerPlace", "SynapsePlace", "DatabricksPlace")


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, postgres: Server, monkeypatch: pytest.MonkeyPatch) -> Place:
    made: Place = getattr(through_dlt, request.param)(postgres)
    standing_in = replace(made.kind, make=lambda _: made.open())
    monkeypatch.setitem(KINDS, made.kind.name, standing_in)
    return made


def test_the_first_sync_the_next_one_and_one_after_a_loss_bring_both_to_the_same_state(
    world: Callable[..., World], place: Place
) -> None:
    assert keeps_step(fed_beside(world, place), place)
