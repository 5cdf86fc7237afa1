"""One place for each kind of warehouse, and what is brought there."""

from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Batch, TableChange, in_silence
from tests.contract.duckdb_place import DuckDBPlace
from tests.contract.making import Bringing, Record
from tests.contract.place import Place
from tests.contract.postgres_place import PostgresPlace

NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgres_place(request: pytest.FixtureRequest) -> PostgresPlace:
    return PostgresPlace(request.getfixturevalue("postgres"))


PLACES: Mapping[str, Callable[[pytest.FixtureRequest], Place]] = {
    "duckdb": lambda request: DuckDBPlace(request.getfixturevalue("tmp_path")),
    "postgres": lambda request: request.getfixturevalue("postgres_place"),
}
"""A kind without a place here fails all of its tests."""


@pytest.fixture(params=sorted(KINDS))
def place(request: pytest.FixtureRequest) -> Place:
    return PLACES[request.param](request)


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
