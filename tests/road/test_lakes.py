"""Whole syncs that feed a lake, in each format and each store that runs here, beside DuckDB."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.azurite import running_azurite
from tests.contract.azure_place import AzureDelta, AzureIceberg, AzureParquet
from tests.contract.gcs_place import GoogleDelta, GoogleIceberg, GoogleParquet, running_cloud
from tests.contract.iceberg_place import IcebergPlace
from tests.contract.lake_place import DeltaPlace, ParquetPlace
from tests.contract.place import Place
from tests.road.beside import fed_beside, keeps_step
from tests.road.conftest import World
from tests.seaweed import running_seaweed

pytestmark = pytest.mark.kinds

LAKES: dict[str, tuple[Callable[..., Any], Callable[..., Place], str]] = {
    "gcs-delta": (running_cloud, GoogleDelta, "delta"),
    "gcs-iceberg": (running_cloud, GoogleIceberg, "iceberg"),
    "gcs-parquet": (running_cloud, GoogleParquet, "parquet"),
    "s3-delta": (running_seaweed, DeltaPlace, "delta"),
    "s3-iceberg": (running_seaweed, IcebergPlace, "iceberg"),
    "s3-parquet": (running_seaweed, ParquetPlace, "parquet"),
    "azure-delta": (running_azurite, AzureDelta, "delta"),
    "azure-iceberg": (running_azurite, AzureIceberg, "iceberg"),
    "azure-parquet": (running_azurite, AzureParquet, "parquet"),
}


@pytest.fixture(params=LAKES)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    running, there, format_ = LAKES[request.param]
    with running() as server:
        yield there(server, format_)


def test_the_first_sync_the_next_one_and_one_after_a_loss_bring_both_to_the_same_state(
    world: Callable[..., World], place: Place
) -> None:
    assert keeps_step(fed_beside(world, place), place)
