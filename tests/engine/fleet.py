"""Many small companies, each with a source and a warehouse file of its own."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from counterfoil.actions.surroundings import Surroundings
from counterfoil.model.connection import Connection
from counterfoil.model.credential import Credential, Environment, Tokens
from counterfoil.model.destination import Destination
from counterfoil.model.schedule import MANUAL, Schedule
from counterfoil.model.source import Source
from counterfoil.model.sync import Sync
from counterfoil.quickbooks.oauth import OAuthApp
from counterfoil.sandbox.running import Connected
from counterfoil.store import connections, credentials, destinations, sources, syncs
from counterfoil.store.db import Database
from tests.road.conftest import hurried
from tests.torture.company import Small, small

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
STREAMS = frozenset({"Invoice", "Customer", "Item"})


def companies(count: int) -> list[Small]:
    """So many companies with the same books under different ids."""
    return [replace(small(), realm_id=realm_of(n), name=name_of(n)) for n in range(count)]


def realm_of(number: int) -> str:
    return f"91303578490{number:05}"


def name_of(number: int) -> str:
    return f"company{number:03}"


def surroundings(db: Database, url: str, folder: Path) -> Surroundings:
    """The surroundings of one process."""
    app = OAuthApp(
        client_id="sandbox-client",
        client_secret="sandbox-secret",
        token_url=f"{url}/oauth2/v1/tokens/bearer",
    )
    return Surroundings(
        db=db,
        app=app,
        api_url=url,
        staging=folder / "staging",
        environment={},
        now=lambda: datetime.now(UTC),
        chance=random.SystemRandom(),
        pace=hurried,
    )


@dataclass(frozen=True)
class Fleet:
    """What is set up, and questions about it."""

    around: Surroundings
    folder: Path

    def add(
        self,
        number: int,
        granted: Connected,
        *,
        schedule: Schedule = MANUAL,
        streams: frozenset[str] | None = STREAMS,
    ) -> Source:
        """Connect a company that its sandbox has granted."""
        name, db, now = name_of(number), self.around.db, self.around.now()
        credential = Credential(
            id=f"cred_{name}",
            name=name,
            realm_id=granted.realm_id,
            environment=Environment.SANDBOX,
            created_at=NOW,
        )
        source = Source(
            id=f"src_{name}",
            name=name,
            credential=credential,
            created_at=NOW,
            streams=streams,
            schedule=schedule,
        )
        options = {"path": str(self.warehouse(number))}
        warehouse = Destination(id=f"dest_{name}", name=name, kind="duckdb", created_at=NOW, options=options)
        tokens = Tokens(
            access_token=granted.access_token,
            refresh_token=granted.refresh_token,
            access_expires_at=now + timedelta(seconds=granted.expires_in),
            refresh_expires_at=now + timedelta(seconds=granted.refresh_expires_in),
        )
        feed = Connection(id=f"conn_{name}", source=source, destination=warehouse, dataset="quickbooks")
        with db.transaction() as one:
            credentials.save(one, credential)
            credentials.save_tokens(one, credential.id, tokens)
            sources.save(one, source)
            destinations.save(one, warehouse)
            connections.save(one, feed)
        return source

    def warehouse(self, number: int) -> Path:
        return self.folder / f"{name_of(number)}.duckdb"

    def rows(self, number: int, table: str) -> list[dict[str, Any]]:
        """All rows of a table of one company, in order."""
        with duckdb.connect(str(self.warehouse(number)), read_only=True) as connection:
            found = connection.sql(f'SELECT * FROM quickbooks."{table}" ORDER BY id').to_arrow_table()
            rows: list[dict[str, Any]] = found.to_pylist()
            return rows

    def syncs(self) -> tuple[Sync, ...]:
        """All syncs, the oldest first."""
        return tuple(reversed(syncs.latest(self.around.db, limit=100_000)))


def overlaps(ran: Sequence[Sync]) -> list[tuple[str, str]]:
    """Pairs of syncs that read one company at the same time, by what the store tells."""
    by_company: dict[str, list[Sync]] = {}
    for sync in ran:
        by_company.setdefault(sync.source.credential.realm_id, []).append(sync)
    found = []
    for those in by_company.values():
        begun = sorted((sync for sync in those if sync.ended_at), key=lambda sync: sync.started_at)
        for former, latter in pairwise(begun):
            assert former.ended_at is not None
            if latter.started_at < former.ended_at:
                found.append((former.id, latter.id))
    return found


def until(is_so: Callable[[], object], words: str, *, seconds: float = 60.0) -> None:
    """Wait until something is so; fail with words when it never is."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, words
        time.sleep(0.02)


def counted(ran: Sequence[Sync]) -> Mapping[str, int]:
    """How many syncs ended how."""
    found: dict[str, int] = {}
    for sync in ran:
        found[str(sync.state)] = found.get(str(sync.state), 0) + 1
    return found
