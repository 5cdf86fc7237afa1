"""A store of an earlier version, with everything in it, is brought up to date and loses nothing."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from counterfoil.model.credential import CredentialState, Tokens
from counterfoil.model.outcome import StreamState, Totals
from counterfoil.model.sync import SyncState
from counterfoil.store import (
    calls,
    connections,
    credentials,
    cursors,
    destinations,
    holdings,
    migrations,
    outcomes,
    sources,
    syncs,
)
from counterfoil.store.db import open_database
from counterfoil.store.schema import REVISION
from counterfoil.store.vault import Vault

THEN = datetime(2026, 11, 20, 6, 0, 0, 654321, tzinfo=UTC)
TOKENS = Tokens(
    access_token="access", refresh_token="refresh", access_expires_at=THEN, refresh_expires_at=THEN
)
FIRST: Mapping[str, Mapping[str, Any]] = {
    "credentials": {
        "id": "cred_1",
        "name": "acme",
        "realm_id": "9130357849000001",
        "environment": "production",
        "company_name": "Acme & Söhne",
        "state": "connected",
        "created_at": THEN,
        "given": None,
    },
    "destinations": {
        "id": "dest_1",
        "name": "lake",
        "kind": "duckdb",
        "options": {"path": "${BOOKS}"},
        "created_at": THEN,
    },
    "sources": {
        "id": "src_1",
        "name": "books",
        "credential_id": "cred_1",
        "streams": ["Invoice"],
        "prefix": "acme_",
        "schedule": "",
        "created_at": THEN,
    },
    "connections": {
        "id": "conn_1",
        "source_id": "src_1",
        "destination_id": "dest_1",
        "dataset": "finance",
    },
    "cursors": {
        "connection_id": "conn_1",
        "stream": "Invoice",
        "changed_since": THEN,
        "compared_at": THEN,
        "versions": {"7": "abc"},
        "rows": 12,
        "refuses_changes": False,
        "unread": [],
    },
    "observations": {"connection_id": "conn_1", "stream": "Invoice", "fields": [], "tables": []},
    "syncs": {
        "id": "sync_1",
        "source_id": "src_1",
        "state": "partial",
        "started_at": THEN,
        "ended_at": THEN,
        "totals": {"calls": 3},
        "code": "quickbooks.poisoned",
        "what": "One record failed.",
        "do": "Mend it.",
    },
    "outcomes": {
        "sync_id": "sync_1",
        "connection_id": "conn_1",
        "stream": "Invoice",
        "mode": "changes",
        "state": "landed",
        "read": 4,
        "calls": 1,
        "tables": {},
        "code": "",
        "what": "",
        "do": "",
    },
}
SECOND = {"calls": {"realm_id": "9130357849000001", "day": THEN.date(), "metered": 41, "calls": 50}}
"""What the second step brought; later steps gave what there was new columns, which are empty."""
EARLIER = [
    script.revision
    for script in ScriptDirectory(str(Path(migrations.__file__).parent)).walk_revisions()
    if script.revision != REVISION
]


@pytest.mark.parametrize("revision", EARLIER)
def test_an_earlier_store_is_read_as_it_was_left(
    empty_url: str, vault: Vault, tmp_path: Path, revision: str
) -> None:
    _leave(empty_url, vault, revision)

    db = open_database(empty_url, vault=vault, locks=tmp_path)

    (credential,) = credentials.every(db)
    (source,) = sources.every(db)
    (feed,) = connections.every(db)
    (sync,) = syncs.latest(db)
    (outcome,) = outcomes.of(db, sync.id)
    cursor = cursors.of(db, feed)["Invoice"]
    assert (credential.company_name, credential.state) == ("Acme & Söhne", CredentialState.CONNECTED)
    assert credentials.tokens(db, credential.id) == TOKENS
    assert destinations.named(db, "lake").options == {"path": "${BOOKS}"}
    assert (source.prefix, source.streams) == ("acme_", frozenset({"Invoice"}))
    assert (feed.source.name, feed.destination.name, feed.dataset) == ("books", "lake", "finance")
    assert (cursor.changed_since, cursor.versions, cursor.rows) == (THEN, {"7": "abc"}, 12)
    assert (sync.state, sync.totals, sync.ended_at) == (SyncState.PARTIAL, Totals(calls=3), THEN)
    assert (outcome.state, outcome.read) == (StreamState.LANDED, 4)
    assert holdings.of(db, feed) == {}  # until the next load tells
    if revision != "0001":
        assert calls.by_month(db)[0].metered == 41
    db.close()


@pytest.mark.parametrize("revision", EARLIER)
def test_a_step_that_fails_leaves_the_earlier_store_untouched(
    empty_url: str, vault: Vault, tmp_path: Path, revision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _leave(empty_url, vault, revision)
    before = _everything(empty_url)

    with pytest.raises(RuntimeError, match="pulled"), _cut_at_the_end(monkeypatch):
        open_database(empty_url, vault=vault, locks=tmp_path)

    assert _everything(empty_url) == before
    open_database(empty_url, vault=vault, locks=tmp_path).close()  # and the next start succeeds


def _rows(revision: str) -> Mapping[str, Mapping[str, Any]]:
    return FIRST if revision == "0001" else {**FIRST, **SECOND}


def _leave(url: str, vault: Vault, revision: str) -> None:
    """Make a store as the version of that revision left it."""
    engine = sa.create_engine(_driver(url))
    with engine.connect() as connection, connection.begin():
        command.upgrade(migrations.configuration(connection), revision)
        there = sa.MetaData()
        there.reflect(connection)
        for name, row in _rows(revision).items():
            table = there.tables[name]
            kept = {column: value for column, value in row.items() if column in table.c}
            connection.execute(sa.insert(table).values(**kept))
        sealed = vault.seal(msgspec.json.encode(TOKENS), table="credentials", row="cred_1", column="tokens")
        connection.execute(sa.update(there.tables["credentials"]).values(tokens=sealed))
    engine.dispose()


def _everything(url: str) -> dict[str, Any]:
    engine = sa.create_engine(_driver(url))
    there = sa.MetaData()
    with engine.connect() as connection:
        there.reflect(connection)
        found = {table.name: connection.execute(sa.select(table)).all() for table in there.sorted_tables}
        columns = {table.name: sorted(column.name for column in table.c) for table in there.sorted_tables}
    engine.dispose()
    return {"rows": found, "columns": columns}


@contextmanager
def _cut_at_the_end(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail after the last step, before it is kept."""
    whole = command.upgrade

    def cut(*arguments: Any) -> None:
        whole(*arguments)
        raise RuntimeError("the plug was pulled")

    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", cut)
        yield


def _driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")
