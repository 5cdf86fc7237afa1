"""One place for each kind of warehouse, and what is brought there."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Batch, TableChange, in_silence
from tests.azurite import Azurite, running_azurite
from tests.contract.azure_place import AzureDelta, AzureIceberg, AzureParquet
from tests.contract.duckdb_place import DuckDBPlace
from tests.contract.gcs_place import Cloud, GoogleDelta, GoogleIceberg, GoogleParquet, running_cloud
from tests.contract.iceberg_place import IcebergPlace
from tests.contract.lake_place import DeltaPlace, ParquetPlace
from tests.contract.making import Bringing, Record
from tests.contract.place import Place
from tests.contract.postgres_place import PostgresPlace
from tests.seaweed import Seaweed, running_seaweed

NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgres_place(request: pytest.FixtureRequest) -> PostgresPlace:
    return PostgresPlace(request.getfixturevalue("postgres"))


@pytest.fixture(scope="session")
def bigquery_place() -> Iterator[Place]:
    from tests.contract.bigquery_place import BigQueryPlace, running_emulator  # noqa: PLC0415 (not in `dev`)

    with running_emulator() as port:
        yield BigQueryPlace(port)


@pytest.fixture(scope="session")
def clickhouse_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    from tests.contract.clickhouse_place import running_server  # noqa: PLC0415 (not in `dev`)

    with running_server(tmp_path_factory.mktemp("clickhouse")) as place:
        yield place


@pytest.fixture(scope="session")
def snowflake_place() -> Iterator[Place]:
    from tests.contract.snowflake_place import SnowflakePlace, running_account  # noqa: PLC0415 (not in `dev`)

    with running_account() as port:
        yield SnowflakePlace(port)


@pytest.fixture(scope="session")
def through_dlt(request: pytest.FixtureRequest) -> Callable[[str], Place]:
    from tests.contract import through_dlt_place  # noqa: PLC0415 (not in `dev`)

    return cache(lambda name: getattr(through_dlt_place, name)(request.getfixturevalue("postgres")))


@pytest.fixture(scope="session")
def seaweed() -> Iterator[Seaweed]:
    with running_seaweed() as server:
        yield server


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    with running_azurite() as server:
        yield server


@pytest.fixture(scope="session")
def google() -> Iterator[Cloud]:
    with running_cloud() as server:
        yield server


PLACES: Mapping[str, Callable[[pytest.FixtureRequest], Place]] = {
    "azure-delta": lambda request: AzureDelta(request.getfixturevalue("azurite"), "delta"),
    "azure-iceberg": lambda request: AzureIceberg(request.getfixturevalue("azurite"), "iceberg"),
    "azure-parquet": lambda request: AzureParquet(request.getfixturevalue("azurite"), "parquet"),
    "bigquery": lambda request: request.getfixturevalue("bigquery_place"),
    "clickhouse": lambda request: request.getfixturevalue("clickhouse_place"),
    "duckdb": lambda request: DuckDBPlace(request.getfixturevalue("tmp_path")),
    "gcs-delta": lambda request: GoogleDelta(request.getfixturevalue("google"), "delta"),
    "gcs-iceberg": lambda request: GoogleIceberg(request.getfixturevalue("google"), "iceberg"),
    "gcs-parquet": lambda request: GoogleParquet(request.getfixturevalue("google"), "parquet"),
    "postgres": lambda request: request.getfixturevalue("postgres_place"),
    "databricks-postgres": lambda request: request.getfixturevalue("through_dlt")("DatabricksPlace"),
    "mssql-postgres": lambda request: request.getfixturevalue("through_dlt")("SqlServerPlace"),
    "redshift-postgres": lambda request: request.getfixturevalue("through_dlt")("RedshiftPlace"),
    "synapse-postgres": lambda request: request.getfixturevalue("through_dlt")("SynapsePlace"),
    "s3-delta": lambda request: DeltaPlace(request.getfixturevalue("seaweed"), "delta"),
    "s3-iceberg": lambda request: IcebergPlace(request.getfixturevalue("seaweed"), "iceberg"),
    "s3-parquet": lambda request: ParquetPlace(request.getfixturevalue("seaweed"), "parquet"),
    "snowflake": lambda request: request.getfixturevalue("snowflake_place"),
}
"""By kind, or by kind-form where one kind runs here in several. A kind without a place fails all of its tests."""

HEAVY = frozenset(
    {
        "azure-delta",
        "azure-iceberg",
        "azure-parquet",
        "bigquery",
        "clickhouse",
        "databricks-postgres",
        "gcs-delta",
        "gcs-iceberg",
        "gcs-parquet",
        "mssql-postgres",
        "redshift-postgres",
        "s3-delta",
        "s3-iceberg",
        "s3-parquet",
        "snowflake",
        "synapse-postgres",
    }
)
"""Those whose server takes long to fetch or to start, or whose tests take long: `pytest -m kinds` runs them."""


def _places() -> list[Any]:
    homeless = sorted(set(KINDS) - {name.partition("-")[0] for name in PLACES})
    return [
        pytest.param(name, marks=[pytest.mark.kinds] if name in HEAVY else [])
        for name in [*PLACES, *homeless]
    ]


@pytest.fixture(params=_places())
def place(request: pytest.FixtureRequest) -> Place:
    made = PLACES[request.param](request)
    request.node.user_properties += [("place", request.param), ("tried on", made.tried_on)]  # for matrix.py
    return made


@pytest.fixture
def dataset() -> str:
    """One that nobody has used."""
    return f"books_{next(NUMBERS)}"


@pytest.fixture
def bringing(tmp_path: Path, dataset: str) -> Bringing:
    return Bringing(folder=tmp_path, dataset=dataset)


Land = Callable[..., Mapping[str, TableChange]]


@pytest.fixture
def land(place: Place, bringing: Bringing) -> Land:
    """Load records, or batches, as one sync."""

    def landing(*brought: Record | Batch, **more: Any) -> Mapping[str, TableChange]:
        batches = [each for each in brought if isinstance(each, Batch)]
        records = [each for each in brought if not isinstance(each, Batch)]
        if records or more:
            batches.append(bringing.batch(*records, **more))
        return place.open().load(bringing.landing(*batches), waiting=in_silence)

    return landing


@pytest.fixture
def broken(tmp_path: Path) -> Callable[[Place], dict[str, str]]:
    """Options that lead nowhere, of any kind."""
    nowhere = tmp_path / "nowhere"
    nowhere.write_text("in the way")

    def misled(place: Place) -> dict[str, str]:
        return {name: f"{nowhere}/x" for name in ("path", "host") if name in place.options}

    return misled
