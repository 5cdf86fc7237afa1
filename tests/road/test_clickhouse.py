"""Whole syncs that feed ClickHouse beside DuckDB."""

from collections.abc import Callable, Iterator

import pytest

from tests.contract.place import Place
from tests.road.beside import fed_beside, keeps_step
from tests.road.conftest import World

pytestmark = pytest.mark.kinds
served = pytest.importorskip("tests.contract.clickhouse_place")


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with served.running_server(tmp_path_factory.mktemp("clickhouse")) as place:
        yield place


def test_the_first_sync_the_next_one_and_one_after_a_loss_bring_both_to_the_same_state(
    world: Callable[..., World], place: Place
) -> None:
    assert keeps_step(fed_beside(world, place), place)
