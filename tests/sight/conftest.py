"""A service's store with the cast, on a clock that the test moves, and a real place where messages arrive."""

import json
import random
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from counterfoil.actions import alerts
from counterfoil.actions.alerts import Wanted
from counterfoil.actions.surroundings import Surroundings
from counterfoil.model.calls import Calls
from counterfoil.model.connection import Connection
from counterfoil.model.credential import Credential, CredentialState, Environment, Tokens
from counterfoil.model.destination import Destination
from counterfoil.model.outcome import Mode, StreamOutcome, StreamState
from counterfoil.model.schedule_text import parse
from counterfoil.model.source import Source
from counterfoil.model.sync import Sync, SyncState
from counterfoil.quickbooks.oauth import OAuthApp
from counterfoil.store import calls, connections, credentials, destinations, outcomes, sources, syncs
from counterfoil.store.db import Database
from tests.api.service import opened

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with our tables; copying it is faster than migrating each time."""
    path = tmp_path_factory.mktemp("template") / "counterfoil.db"
    with opened(f"sqlite:///{path}", path.parent):
        return path


@pytest.fixture
def store_path(migrated_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated_file, tmp_path / "counterfoil.db"))


@pytest.fixture
def db(store_path: Path, tmp_path: Path) -> Iterator[Database]:
    with opened(f"sqlite:///{store_path}", tmp_path) as database:
        yield database


@dataclass
class Hook:
    """A web hook that keeps what it is sent; it refuses while `broken`."""

    url: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)
    broken: bool = False

    @property
    def bodies(self) -> list[str]:
        return [one["message"] for one in self.got]


@pytest.fixture
def hook() -> Iterator[Hook]:
    kept = Hook()

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if not kept.broken:
                kept.got.append(json.loads(body))
            self.send_response(500 if kept.broken else 200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    kept.url = f"json://user:hunter2andmore@127.0.0.1:{server.server_port}/hook"
    yield kept
    server.shutdown()
    server.server_close()


@dataclass
class Service:
    """The store of a service, its clock, and deeds that a test needs."""

    around: Surroundings
    clock: list[datetime]
    count: int = 0

    @property
    def db(self) -> Database:
        return self.around.db

    def later(self, step: timedelta) -> datetime:
        self.clock[0] += step
        return self.clock[0]

    def look(self) -> None:
        alerts.look_round(self.around)

    def channel(self, hook: Hook, **wanted: Any) -> None:
        alerts.create_channel(self.around, Wanted(name="hook", address=hook.url, **wanted))

    def source(
        self, name: str = "acme", *, realm: str = "9130357849000001", schedule: str = "manual"
    ) -> Source:
        """A connected company that feeds the lake."""
        credential = Credential(
            id=f"cred_{name}",
            name=name,
            realm_id=realm,
            environment=Environment.PRODUCTION,
            created_at=NOW,
            state=CredentialState.CONNECTED,
        )
        source = Source(
            id=f"src_{name}",
            name=name,
            credential=credential,
            created_at=self.clock[0],
            schedule=parse(schedule),
            prefix=f"{name}_",
        )
        lake = Destination(id="dest_lake", name="lake", kind="duckdb", created_at=NOW, options={"path": "x"})
        credentials.save(self.db, credential)
        sources.save(self.db, source)
        destinations.save(self.db, lake)
        feed = Connection(id=f"conn_{name}", source=source, destination=lake, dataset="books")
        connections.save(self.db, feed)
        self.tokens(credential)
        return sources.named(self.db, name)

    def tokens(self, credential: Credential, days: float = 100) -> None:
        """Tokens that end in so many days."""
        now = self.clock[0]
        tokens = Tokens(
            access_token="access",
            refresh_token="refresh",
            access_expires_at=now + timedelta(hours=1),
            refresh_expires_at=now + timedelta(days=days),
        )
        credentials.save_tokens(self.db, credential.id, tokens)

    def sync(
        self, source: Source, code: str = "", *, stream_code: str = "", what: str = "It failed."
    ) -> Sync:
        """A sync that has just ended, with that error."""
        self.count += 1
        sync = Sync(
            id=f"sync_{self.count:04}",
            source=source,
            started_at=self.later(MINUTE),
            ended_at=self.clock[0],
            state=SyncState.FAILED if code else SyncState.SUCCEEDED,
            code=code,
            what=what if code else "",
        )
        outcome = StreamOutcome(
            connection_id=f"conn_{source.name}",
            stream="Invoice",
            mode=Mode.CHANGES,
            state=StreamState.FAILED if stream_code else StreamState.LANDED,
            code=stream_code,
            what=what if stream_code else "",
        )
        syncs.save(self.db, sync)
        if stream_code or not code:
            outcomes.save(self.db, sync.id, [outcome])
        return sync

    def spend(self, metered: int) -> None:
        day = self.clock[0].date()
        calls.add(self.db, Calls(realm_id="9130357849000001", day=day, metered=metered, calls=metered))

    def as_actor(self, **more: Any) -> Surroundings:
        return replace(self.around, **more)


@pytest.fixture
def service(db: Database, tmp_path: Path) -> Service:
    clock = [NOW]
    around = Surroundings(
        db=db,
        app=OAuthApp(client_id="client", client_secret="secret"),
        api_url="",
        staging=tmp_path / "staging",
        environment={},
        now=lambda: clock[0],
        chance=random.Random(7),
        monthly_calls=1000,
    )
    return Service(around, clock)
