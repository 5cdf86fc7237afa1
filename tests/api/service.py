"""The service over real HTTP: uvicorn in a thread, a real store, keys of three roles."""

import random
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from fastapi import FastAPI

from counterfoil.actions.keys import create
from counterfoil.actions.surroundings import Surroundings
from counterfoil.model.actor import Role
from counterfoil.quickbooks.oauth import OAuthApp
from counterfoil.server import create_app
from counterfoil.server.serving import listening
from counterfoil.store.db import Database, open_database
from counterfoil.store.vault import Vault
from tests.postgres import chosen

PATIENCE = 120.0
"""Seconds: a loaded machine is slow, and that is no fault."""


@dataclass(frozen=True)
class Service:
    """A running service."""

    around: Surroundings
    url: str
    app: FastAPI
    keys: Mapping[Role, str]

    @property
    def db(self) -> Database:
        return self.around.db

    def client(self, role: Role | None = Role.ADMIN, **headers: str) -> httpx2.Client:
        """Whoever has a key of this role; None: nobody."""
        if role is not None:
            headers["Authorization"] = f"Bearer {self.keys[role]}"
        return httpx2.Client(base_url=self.url, headers=headers, timeout=PATIENCE, trust_env=False)


def surroundings(db: Database, folder: Path, **more: Any) -> Surroundings:
    return Surroundings(
        db=db,
        app=OAuthApp(client_id="client", client_secret="secret"),
        api_url="",
        staging=folder / "staging",
        environment={"BOOKS": str(folder / "books.duckdb")},
        now=lambda: datetime.now(UTC),
        chance=random.SystemRandom(),
        **more,
    )


@contextmanager
def opened(url: str, folder: Path) -> Iterator[Database]:
    db = open_database(chosen(url), vault=Vault([b"k" * 32]), locks=folder / "locks")
    try:
        yield db
    finally:
        db.close()


@contextmanager
def serving(
    around: Surroundings, *, keys: Mapping[Role, str] | None = None, **more: Any
) -> Iterator[Service]:
    """Serve until the block ends; without keys that are known already, there are new ones."""
    with listening("127.0.0.1", 0) as opened_:
        yield from _serving(opened_, around, keys, more)


def _serving(
    opened_: socket.socket, around: Surroundings, keys: Mapping[Role, str] | None, more: Mapping[str, Any]
) -> Iterator[Service]:
    url = f"http://127.0.0.1:{opened_.getsockname()[1]}"
    keys = keys or {role: create(around, f"the {role}", role=role).word for role in Role}
    ending = threading.Event()
    app = create_app(around, **{"public_url": "http://localhost:8080", "ending": ending, **more})
    server = uvicorn.Server(
        uvicorn.Config(app, ws="none", access_log=False, log_config=None, server_header=False)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [opened_]}, daemon=True)
    thread.start()
    try:
        yield Service(around=around, url=url, app=app.app, keys=keys)
    finally:
        ending.set()
        server.should_exit = True
        thread.join(timeout=PATIENCE)
