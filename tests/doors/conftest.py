"""A real store for the verbs."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from counterfoil.store.db import Database, open_database
from counterfoil.store.vault import Vault


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with our tables; copying it is faster than migrating each time."""
    path = tmp_path_factory.mktemp("template") / "counterfoil.db"
    open_database(f"sqlite:///{path}", vault=Vault([b"k" * 32]), locks=path.parent).close()
    return path


@pytest.fixture
def db(migrated_file: Path, tmp_path: Path) -> Iterator[Database]:
    path = Path(shutil.copy(migrated_file, tmp_path / "counterfoil.db"))
    opened = open_database(f"sqlite:///{path}", vault=Vault([b"k" * 32]), locks=tmp_path / "locks")
    yield opened
    opened.close()
