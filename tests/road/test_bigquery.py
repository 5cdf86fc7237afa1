"""Whole syncs that feed BigQuery, of which an emulator runs here, beside DuckDB."""

from collections.abc import Callable, Iterator

import pytest

pytest.importorskip("google.cloud.bigquery")

from tests.contract.bigquery_place import BigQueryPlace, running_emulator
from tests.road.beside import fed_beside, keeps_step
from tests.road.conftest import World

pytestmark = pytest.mark.kinds


@pytest.fixture
def place() -> Iterator[BigQueryPlace]:
    with running_emulator() as port:
        yield BigQueryPlace(port)


def test_the_first_sync_the_next_one_and_one_after_a_loss_bring_both_to_the_same_state(
    world: Callable[..., World], place: BigQueryPlace
) -> None:
    assert keeps_step(fed_beside(world, place), place)
