"""A store for verbs, on SQLite and on PostgreSQL; two companies, two warehouses, and a source that was read once."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from counterfoil.actions import destination_changes, sources
from counterfoil.actions.destination_changes import NewDestination
from counterfoil.actions.source_changes import Feed, NewSource
from counterfoil.actions.surroundings import Surroundings
from counterfoil.model.credential import Credential, Environment
from counterfoil.model.cursor import Cursor
from counterfoil.model.schedule_text import parse
from counterfoil.store import credentials, cursors
from counterfoil.store.db import Database, open_database
from counterfoil.store.service_schema import audit
from counterfoil.store.vault import Vault
from tests.postgres import Server
from tests.surroundings import surroundings

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
BOOKS = NewSource(
    name="books",
    credential="acme",
    streams=frozenset({"Invoice", "Bill"}),
    prefix="acme_",
    schedule=parse("every 1 hour"),
    feeds=(Feed(destination="duck", dataset="finance"),),
)


@pytest.fixture
def around(db: Database, tmp_path: Path) -> Surroundings:
    """Two companies and two warehouses."""
    around = surroundings(db, tmp_path, now=NOW, environment={"PLACE": f"{tmp_path}/books.duckdb"})
    for name, realm in (("acme", "1"), ("birch", "2")):
        company = Credential(
            id=f"cred_{name}", name=name, realm_id=realm, environment=Environment.PRODUCTION, created_at=NOW
        )
        credentials.save(db, company)
    for name, path in (("duck", f"{tmp_path}/books.duckdb"), ("spare", f"{tmp_path}/spare.duckdb")):
        new = NewDestination(name=name, kind="duckdb", options={"path": path})
        destination_changes.create(around, new)
    return around


@pytest.fixture
def books(around: Surroundings) -> sources.SourceView:
    """A source that was read once."""
    view = sources.create(around, BOOKS)
    reached = [Cursor(stream=stream, changed_since=NOW) for stream in ("Bill", "Invoice")]
    cursors.advance(around.db, view.connections[0], reached)
    return sources.show(around.db, "books")


def trail(db: Database) -> list[tuple[str, str, str]]:
    with db.reading() as connection:
        query = sa.select(audit.c.deed, audit.c.noun, audit.c.thing_name).order_by(audit.c.n)
        return [(row[0], row[1], row[2]) for row in connection.execute(query)]


@pytest.fixture(params=["sqlite", "postgres"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path}/counterfoil.db"
    if request.param == "postgres":
        server: Server = request.getfixturevalue("postgres")
        url = server.new_database()
    opened = open_database(url, vault=Vault([b"k" * 32]), locks=tmp_path / "locks")
    yield opened
    opened.close()
