"""The world in which whole syncs run: the sandbox over HTTP, a real DuckDB file, a real store."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.sync_now import sync_now
from counterfoil.model.connection import Connection
from counterfoil.model.credential import Credential, Environment, Tokens
from counterfoil.model.destination import Destination
from counterfoil.model.outcome import StreamOutcome
from counterfoil.model.report_choice import chosen as chosen_reports
from counterfoil.model.source import Source
from counterfoil.model.sync import Sync
from counterfoil.quickbooks.oauth import OAuthApp
from counterfoil.quickbooks.pace import Pace
from counterfoil.sandbox.running import Sandbox
from counterfoil.store import connections, credentials, destinations, sources
from counterfoil.store.db import Database, open_database
from counterfoil.store.vault import Vault
from counterfoil.sync.progress import SILENT, Watch
from tests.postgres import chosen

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class World:
    """One sandbox, one store, one warehouse file."""

    sandbox: Sandbox
    around: Surroundings
    warehouse: Path

    def source(
        self,
        name: str = "acme",
        *,
        realm: str = "",
        prefix: str = "",
        streams: Sequence[str] | None = None,
        reports: Sequence[str] = (),
    ) -> Source:
        """Connect a company and let it feed the warehouse; without views, which tests/books looks at."""
        realm = realm or self.sandbox.realms[0]
        credential = Credential(
            id=f"cred_{name}", name=name, realm_id=realm, environment=Environment.SANDBOX, created_at=NOW
        )
        source = Source(
            id=f"src_{name}",
            name=name,
            credential=credential,
            created_at=NOW,
            prefix=prefix,
            streams=None if streams is None else frozenset(streams),
            reports=chosen_reports(reports),
            views=False,
        )
        destination = Destination(
            id="dest", name="lake", kind="duckdb", created_at=NOW, options={"path": str(self.warehouse)}
        )
        db = self.around.db
        credentials.save(db, credential)
        credentials.save_tokens(db, credential.id, self._granted(realm))
        sources.save(db, source)
        destinations.save(db, destination)
        connections.save(
            db, Connection(id=f"conn_{name}", source=source, destination=destination, dataset="quickbooks")
        )
        return source

    def _granted(self, realm: str) -> Tokens:
        granted = self.sandbox.authorize(realm)
        return Tokens(
            access_token=granted.access_token,
            refresh_token=granted.refresh_token,
            access_expires_at=self.around.now() + timedelta(seconds=granted.expires_in),
            refresh_expires_at=self.around.now() + timedelta(seconds=granted.refresh_expires_in),
        )

    def sync(self, name: str = "acme", watch: Watch = SILENT) -> tuple[Sync, tuple[StreamOutcome, ...]]:
        return sync_now(self.around, name, watch)

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Query the warehouse as its users would."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            connection.execute("SET schema = 'quickbooks'")
            found = connection.sql(sql, params=list(values)).to_arrow_table()
            return list(zip(*(column.to_pylist() for column in found.columns), strict=True))

    def everything(self, tables: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
        """All rows of tables, column by name."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return {
                table: connection.sql(f'SELECT * FROM quickbooks."{table}"').to_arrow_table().to_pylist()
                for table in tables
            }

    def tell(self, sql: str) -> None:
        """Change the warehouse behind our back."""
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(sql)


def hurried() -> Pace:
    """The real pace on a clock that jumps instead of waiting."""
    ahead = [0.0]

    def skip(seconds: float) -> None:
        ahead[0] += seconds

    return Pace(clock=lambda: time.monotonic() + ahead[0], sleep=skip)


@contextmanager
def opened_store(folder: Path, url: str = "") -> Iterator[Database]:
    """A store of its own in the folder, or at a server's address."""
    url = url or f"sqlite:///{folder}/store.db"
    database = open_database(chosen(url), vault=Vault([bytes(32)]), locks=folder / "locks")
    try:
        yield database
    finally:
        database.close()


@contextmanager
def opened_world(folder: Path, db: Database, companies: Any = None) -> Iterator[World]:
    """A world around the given companies."""
    with Sandbox(companies) as sandbox:
        app = OAuthApp(
            client_id="sandbox-client",
            client_secret="sandbox-secret",
            token_url=f"{sandbox.url}/oauth2/v1/tokens/bearer",
        )
        around = Surroundings(
            db=db,
            app=app,
            api_url=sandbox.url,
            staging=folder / "staging",
            environment={},
            now=lambda: datetime.now(UTC),
            chance=random.Random(7),
            pace=hurried,
        )
        yield World(sandbox, around, folder / "lake.duckdb")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with opened_store(tmp_path) as database:
        yield database


@pytest.fixture
def world(tmp_path: Path, db: Database) -> Iterator[Callable[..., World]]:
    """Make a world around the given companies."""
    with ExitStack() as open_worlds:
        yield lambda companies=None: open_worlds.enter_context(opened_world(tmp_path, db, companies))
