"""A real store, on SQLite and on PostgreSQL, with the cast: Acme is healthy, Birch waits, Cedar is large."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from counterfoil.model.connection import Connection
from counterfoil.model.credential import Credential, Environment
from counterfoil.model.destination import Destination
from counterfoil.model.source import Source
from counterfoil.store import (
    connections,
    credentials,
    destinations,
    service_schema,  # noqa: F401 - its tables are of the same metadata
    sources,
)
from counterfoil.store.db import Database, open_database
from counterfoil.store.schema import REVISION, metadata
from counterfoil.store.vault import Vault
from tests.postgres import Server

NOW = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)


@pytest.fixture(scope="session")
def migrated_server(postgres: Server) -> sa.Engine:
    """A database with our tables; emptying it is faster than migrating each time."""
    url = postgres.new_database()
    open_database(url, vault=Vault([b"k" * 32]), locks=postgres.folder).close()
    return sa.create_engine(url)


def _emptied(server: sa.Engine) -> str:
    with server.begin() as connection:
        connection.execute(
            sa.text("set local session_replication_role = replica")
        )  # the audit trail only grows
        for table in reversed(metadata.sorted_tables):
            connection.execute(sa.delete(table))
        connection.execute(sa.text("update alembic_version set version_num = :it"), {"it": REVISION})
    return server.url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with our tables."""
    path = tmp_path_factory.mktemp("template") / "counterfoil.db"
    open_database(f"sqlite:///{path}", vault=Vault([b"k" * 32]), locks=path.parent).close()
    return path


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store that nobody has opened yet."""
    if request.param == "postgres":
        server: Server = request.getfixturevalue("postgres")
        return server.new_database()
    return f"sqlite:///{tmp_path}/counterfoil.db"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return _emptied(request.getfixturevalue("migrated_server"))
    shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "counterfoil.db")
    return f"sqlite:///{tmp_path}/counterfoil.db"


@pytest.fixture
def vault() -> Vault:
    return Vault([b"k" * 32])


@pytest.fixture
def db(url: str, vault: Vault, tmp_path: Path) -> Iterator[Database]:
    opened = open_database(url, vault=vault, locks=tmp_path / "locks")
    yield opened
    opened.close()


@pytest.fixture
def acme(db: Database) -> Credential:
    credential = Credential(
        id="cred_acme",
        name="acme",
        realm_id="9130357849000001",
        environment=Environment.PRODUCTION,
        created_at=NOW,
        company_name="Acme & Söhne",
    )
    credentials.save(db, credential)
    return credential


@pytest.fixture
def warehouse(db: Database) -> Destination:
    destination = Destination(
        id="dest_duck", name="duck", kind="duckdb", created_at=NOW, options={"path": "/srv/books.duckdb"}
    )
    destinations.save(db, destination)
    return destination


@pytest.fixture
def books(db: Database, acme: Credential) -> Source:
    source = Source(
        id="src_books",
        name="acme books",
        credential=acme,
        created_at=NOW,
        streams=frozenset({"Invoice", "Customer"}),
        prefix="acme_",
    )
    sources.save(db, source)
    return source


@pytest.fixture
def feed(db: Database, books: Source, warehouse: Destination) -> Connection:
    connection = Connection(id="conn_a", source=books, destination=warehouse, dataset="finance")
    connections.save(db, connection)
    return connection
