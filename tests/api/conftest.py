"""A service for the tests of the API."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from counterfoil.model.actor import Role
from tests.api.service import Service, opened, serving, surroundings


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with our tables; copying it is faster than migrating each time."""
    path = tmp_path_factory.mktemp("template") / "counterfoil.db"
    with opened(f"sqlite:///{path}", path.parent):
        return path


@pytest.fixture
def service(migrated_file: Path, tmp_path: Path) -> Iterator[Service]:
    path = Path(shutil.copy(migrated_file, tmp_path / "counterfoil.db"))
    with opened(f"sqlite:///{path}", tmp_path) as db, serving(surroundings(db, tmp_path)) as running:
        yield running


@pytest.fixture
def viewer(service: Service) -> Iterator[httpx2.Client]:
    with service.client(Role.VIEWER) as client:
        yield client


@pytest.fixture
def editor(service: Service) -> Iterator[httpx2.Client]:
    with service.client(Role.EDITOR) as client:
        yield client


@pytest.fixture
def admin(service: Service) -> Iterator[httpx2.Client]:
    with service.client(Role.ADMIN) as client:
        yield client
