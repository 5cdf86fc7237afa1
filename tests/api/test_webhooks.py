"""Webhooks over real HTTP: what Intuit is answered, and what becomes of it."""

import base64
import hmac
import json
import logging
import random
import shutil
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette

from counterfoil.actions.surroundings import Sight, Surroundings
from counterfoil.actions.webhooks import Inbox
from counterfoil.api.webhooks import PATH, webhook_route
from counterfoil.model.app import IntuitApp
from counterfoil.model.credential import Credential, Environment
from counterfoil.model.source import Source
from counterfoil.quickbooks.oauth import OAuthApp
from counterfoil.store import apps, credentials, pokes, sources
from counterfoil.store.db import Database
from tests.api.service import opened

ACME = "9130357849000001"
TOKEN = "8f2ec5a0-verifier"
PATIENCE = 120.0
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def path(migrated_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated_file, tmp_path / "counterfoil.db"))


@pytest.fixture
def db(path: Path, tmp_path: Path) -> Iterator[Database]:
    with opened(f"sqlite:///{path}", tmp_path) as database:
        yield database


@pytest.fixture
def around(db: Database, tmp_path: Path) -> Surroundings:
    """A service that knows the token, and one source that reads Acme."""
    credential = Credential(
        id="cred_acme", name="acme", realm_id=ACME, environment=Environment.PRODUCTION, created_at=NOW
    )
    credentials.save(db, credential)
    sources.save(db, Source(id="src_acme", name="acme", credential=credential, created_at=NOW))
    return Surroundings(
        db=db,
        app=OAuthApp(client_id="client", client_secret="secret"),
        api_url="",
        staging=tmp_path / "staging",
        environment={},
        now=lambda: NOW,
        chance=random.Random(7),
        sight=Sight(webhook_tokens=(TOKEN,)),
    )


@contextmanager
def serving(around: Surroundings) -> Iterator[httpx2.Client]:
    listening = socket.create_server(("127.0.0.1", 0))
    with Inbox(around) as inbox:
        app = Starlette(routes=[webhook_route(inbox)])
        server = uvicorn.Server(uvicorn.Config(app, ws="none", lifespan="off", log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with httpx2.Client(base_url=base, timeout=PATIENCE, trust_env=False) as client:
            yield client
        server.should_exit = True
        thread.join(PATIENCE)
    listening.close()


@pytest.fixture
def client(around: Surroundings) -> Iterator[httpx2.Client]:
    with serving(around) as ready:
        yield ready


def send(
    client: httpx2.Client,
    told: Any,
    *,
    token: str = TOKEN,
    signature: str | None = None,
    raw: bytes | None = None,
) -> int:
    body = json.dumps(told).encode() if raw is None else raw
    signature = signature or base64.b64encode(hmac.digest(token.encode(), body, "sha256")).decode()
    headers = {"intuit-signature": signature, "content-type": "application/cloudevents+json"}
    return client.post(PATH, content=body, headers=headers).status_code


def event(number: str, realm: str = ACME) -> dict[str, str]:
    return {"specversion": "1.0", "id": number, "source": "intuit.x", "intuitaccountid": realm}


def until(holds: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_an_event_pokes_the_sources_of_its_company(client: httpx2.Client, db: Database) -> None:
    assert send(client, [event("a")]) == 200

    until(lambda: pokes.next_due(db) is not None)


def test_the_older_format_does_as_well(client: httpx2.Client, db: Database) -> None:
    entity = {"name": "Invoice", "id": "1", "operation": "Update", "lastUpdated": "2026-11-22T11:59:59Z"}
    told = {"eventNotifications": [{"realmId": ACME, "dataChangeEvent": {"entities": [entity]}}]}
    assert send(client, told) == 200

    until(lambda: pokes.next_due(db) is not None)


def test_a_repeat_does_not_poke_again(client: httpx2.Client, db: Database) -> None:
    send(client, [event("a")])
    until(lambda: pokes.next_due(db) is not None)
    due = pokes.next_due(db)
    assert due is not None
    pokes.take(db, due)

    assert send(client, [event("a")]) == 200
    assert send(client, [event("b", "404")]) == 200  # noted after the repeat
    until(lambda: pokes.hear(db, {}, NOW) == set() and _heard(db) == 2)
    assert pokes.next_due(db) is None


def _heard(db: Database) -> int:
    with db.reading() as connection:
        return int(connection.exec_driver_sql("select count(*) from deliveries").scalar_one())


def test_the_token_that_is_kept_with_the_app_counts_too(around: Surroundings, db: Database) -> None:
    app = IntuitApp(
        environment=Environment.SANDBOX,
        client_id="client",
        client_secret="secret",
        verifier_token="kept-with-the-app",
        changed_at=NOW,
    )
    apps.save(db, app)
    with serving(replace(around, sight=Sight())) as client:
        assert send(client, [event("a")], token="kept-with-the-app") == 200
        assert send(client, [event("a")], token="another") == 401


def test_a_wrong_signature_is_refused_and_pokes_nothing(client: httpx2.Client, db: Database) -> None:
    assert send(client, [event("a")], token="guessed") == 401
    assert send(client, [event("a")], signature="x") == 401
    assert client.post(PATH, json=[event("a")]).status_code == 401

    assert _heard(db) == 0


def test_without_a_verifier_token_nothing_is_taken(around: Surroundings) -> None:
    with serving(replace(around, sight=Sight())) as client:
        assert send(client, [event("a")], token="") == 403


def test_what_cannot_be_read_is_refused(client: httpx2.Client) -> None:
    assert send(client, None, raw=b"{") == 400
    assert send(client, {"hello": 1}) == 400


def test_what_is_larger_than_a_megabyte_is_refused(client: httpx2.Client) -> None:
    assert send(client, None, raw=b" " * 1_000_001) == 413


def test_a_company_that_nobody_reads_is_acknowledged(client: httpx2.Client, db: Database) -> None:
    assert send(client, [event("a", "404")]) == 200

    until(lambda: _heard(db) == 1)
    assert pokes.next_due(db) is None


def test_refusals_are_logged_once_a_minute(client: httpx2.Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            send(client, [event("a")], token="guessed")

    assert [record.message for record in caplog.records].count(caplog.records[0].message) == 1
    assert TOKEN not in caplog.text


def test_intuit_is_answered_while_the_store_is_busy_and_the_event_is_noted_later(
    client: httpx2.Client, db: Database, path: Path
) -> None:
    with sqlite3.connect(path, isolation_level=None) as busy:
        busy.execute("begin immediate")
        assert send(client, [event("a")]) == 200
        assert _heard(db) == 0
        busy.execute("rollback")

    until(lambda: _heard(db) == 1)
    assert pokes.next_due(db) is not None


def test_what_is_pending_is_noted_before_the_service_ends(around: Surroundings, db: Database) -> None:
    body = json.dumps([event("a")]).encode()
    with Inbox(around) as inbox:
        inbox.take(body, base64.b64encode(hmac.digest(TOKEN.encode(), body, "sha256")).decode())

    assert _heard(db) == 1
