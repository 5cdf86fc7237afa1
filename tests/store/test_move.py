"""Everything that is remembered moves from SQLite to PostgreSQL, and back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from counterfoil.errors import InUse
from counterfoil.model.actor import OPERATOR
from counterfoil.model.connection import Connection
from counterfoil.model.credential import Tokens
from counterfoil.model.cursor import Cursor
from counterfoil.model.sync import Sync, SyncState
from counterfoil.model.worker import Worker
from counterfoil.store import audit, connections, credentials, cursors, sources, syncs, workers
from counterfoil.store.db import Database, open_database
from counterfoil.store.move import move
from counterfoil.store.schema import metadata
from counterfoil.store.vault import Vault
from tests.postgres import Server

NOW = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)


@pytest.fixture
def new(db: Database, vault: Vault, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database of the other kind."""
    url = f"sqlite:///{tmp_path}/new.db"
    if db.engine.dialect.name == "sqlite":
        server: Server = request.getfixturevalue("postgres")
        url = server.new_database()
    opened = open_database(url, vault=vault, locks=tmp_path / "locks")
    yield opened
    opened.close()


@pytest.fixture
def full(db: Database, feed: Connection) -> Database:
    """A database with something of most sorts in it."""
    tokens = Tokens(
        access_token="access",
        refresh_token="refresh",
        access_expires_at=NOW,
        refresh_expires_at=NOW + timedelta(days=100),
    )
    credentials.save_tokens(db, feed.source.credential.id, tokens)
    cursors.advance(db, feed, [Cursor(stream="Invoice", changed_since=NOW, versions={"1": "a"})])
    sources.set_next_run(db, feed.source, NOW)
    remember(db, range(3))
    for deed in ("made", "changed"):
        audit.add(db, OPERATOR, NOW, deed, ("source", "1", "acme"), {"with": "care"})
    return db


def remember(db: Database, numbers: range) -> None:
    """Note syncs that ended well."""
    (source,) = sources.every(db)
    for number in numbers:
        sync = Sync(id=f"sync_{number}", source=source, started_at=NOW, state=SyncState.SUCCEEDED)
        syncs.save(db, sync)


def test_everything_arrives_as_it_was_and_secrets_can_be_opened(full: Database, new: Database) -> None:
    """Of one table there is more than moves at once."""
    remember(full, range(3, 1203))

    moved = move(full, new)

    assert moved["syncs"] == 1203
    assert connections.every(new) == connections.every(full)
    assert syncs.latest(new, limit=2000) == syncs.latest(full, limit=2000)
    (source,) = sources.every(full)
    assert credentials.tokens(new, source.credential.id) == credentials.tokens(full, source.credential.id)
    assert cursors.oldest(new, connections.every(new)) == cursors.oldest(full, connections.every(full))
    assert sources.next_run(new, source) == NOW
    assert _rows(new) == _rows(full)


def test_the_trail_goes_on_counting_after_a_move(full: Database, new: Database) -> None:
    move(full, new)

    audit.add(new, OPERATOR, NOW, "made", ("source", "2", "birch"), {})

    with new.reading() as transaction:
        numbers = transaction.execute(sa.text("select n from audit order by n")).scalars().all()
    assert numbers == list(range(numbers[0], numbers[0] + 3))


def test_a_database_that_holds_anything_is_not_moved_to(full: Database, new: Database) -> None:
    audit.add(new, OPERATOR, NOW, "made", ("source", "2", "birch"), {})
    before = _rows(new)

    with pytest.raises(InUse, match="audit"):
        move(full, new)

    assert _rows(new) == before


def test_a_database_on_which_something_works_is_not_moved(full: Database, new: Database) -> None:
    (source,) = sources.every(full)
    running = Sync(id="sync_running", source=source, started_at=NOW)
    syncs.save(full, running)
    with pytest.raises(InUse, match="A sync runs"):
        move(full, new)

    syncs.save(full, replace(running, state=SyncState.FAILED))
    worker = Worker(id="worker_1", host="here", pid=1, slots=4, running=0, started_at=NOW, seen_at=NOW)
    workers.beat(full, worker)
    with pytest.raises(InUse, match="runs on this database"):
        move(full, new)

    assert sum(_rows(new).values()) == 0


def _rows(db: Database) -> dict[str, int]:
    count = sa.func.count()
    with db.reading() as transaction:
        return {
            table.name: transaction.execute(sa.select(count).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }
