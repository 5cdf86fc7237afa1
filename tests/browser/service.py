"""The real service, with its engine, at an address of its own; Intuit is another site to the browser, as it is."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import uvicorn

from counterfoil.actions import links, users
from counterfoil.actions.service import running
from counterfoil.actions.surroundings import Surroundings
from counterfoil.engine.start import Places
from counterfoil.model.actor import Role
from counterfoil.model.connection import Connection
from counterfoil.model.credential import Credential, CredentialState, Environment, Tokens
from counterfoil.model.destination import Destination
from counterfoil.model.source import Source
from counterfoil.sandbox.running import Sandbox
from counterfoil.server import Engine, create_app
from counterfoil.server.serving import listening
from counterfoil.store import connections, credentials, destinations, sources
from counterfoil.store.db import Database
from tests.api.service import PATIENCE, surroundings
from tests.road.conftest import hurried

PASSWORD = "correct horse battery staple"
ADA = "ada@example.com"


@dataclass(frozen=True)
class Service:
    """A running service and where it is."""

    around: Surroundings
    url: str

    @property
    def db(self) -> Database:
        return self.around.db

    def first_link(self) -> str:
        """The link of the console, for the first administrator."""
        word = links.set_up_word(self.around)
        assert word is not None
        return links.link_address(self.url, word)

    def come_in(self, email: str = ADA, name: str = "Ada Lovelace", role: Role = Role.ADMIN) -> str:
        """Let somebody in without the pages; the word of the session, for a browser's cookie."""
        word = links.set_up_word(self.around) or users.invite(self.around, email, role=role).word
        signed = links.use(self.around, word, PASSWORD, email=email, name=name)
        return signed.word


def add_source(service: Service, sandbox: Sandbox, name: str) -> Source:
    """A connected company that feeds a DuckDB file, made without the pages; its prefix is its name."""
    now, db = service.around.now(), service.db
    source = Source(
        id=f"src_{name}",
        name=name,
        credential=_credential(sandbox, name, now),
        created_at=now,
        streams=frozenset({"Customer", "Item"}),
        prefix=f"{name.lower()}_",
    )
    path = service.around.staging.parent / "lake.duckdb"
    lake = Destination(
        id="dest_lake", name="lake", kind="duckdb", created_at=now, options={"path": str(path)}
    )
    feed = Connection(id=f"conn_{name}", source=source, destination=lake, dataset="quickbooks")
    with db.transaction() as one:
        credentials.save(one, source.credential)
        credentials.save_tokens(one, source.credential.id, tokens_of(sandbox, now))
        sources.save(one, source)
        destinations.save(one, lake)
        connections.save(one, feed)
    return source


def _credential(sandbox: Sandbox, name: str, now: datetime) -> Credential:
    return Credential(
        id=f"cred_{name}",
        name=name.lower(),
        realm_id=sandbox.realms[0],
        environment=Environment.SANDBOX,
        created_at=now,
        company_name=sandbox.books().books.name,
        state=CredentialState.CONNECTED,
    )


def tokens_of(sandbox: Sandbox, now: datetime, company: int = 0) -> Tokens:
    """Tokens for one of the sandbox's companies."""
    granted = sandbox.authorize(sandbox.realms[company])
    return Tokens(
        access_token=granted.access_token,
        refresh_token=granted.refresh_token,
        access_expires_at=now + timedelta(seconds=granted.expires_in),
        refresh_expires_at=now + timedelta(seconds=granted.refresh_expires_in),
    )


def aimed_at(sandbox: Sandbox, db: Database, folder: Path) -> Surroundings:
    """Surroundings in which the sandbox is Intuit; nobody waits for the pace that Intuit allows."""
    around = surroundings(db, folder, pace=hurried)
    app = replace(
        around.app,
        client_id="sandbox-client",
        client_secret="sandbox-secret",
        authorize_url=f"{sandbox.url}/connect/oauth2",
        token_url=f"{sandbox.url}/oauth2/v1/tokens/bearer",
        revoke_url=f"{sandbox.url}/v2/oauth2/tokens/revoke",
    )
    return replace(around, app=app, api_url=sandbox.url)


@contextmanager
def serving(around: Surroundings, *, engine: bool = True) -> Iterator[Service]:
    """Serve during the block; without its engine, what waits or runs stays as it is."""
    with listening("127.0.0.1", 0) as opened_:
        yield from _serving(opened_, around, engine=engine)


def _serving(opened_: socket.socket, around: Surroundings, *, engine: bool) -> Iterator[Service]:
    url = f"http://localhost:{opened_.getsockname()[1]}"  # the sandbox is at 127.0.0.1: another site
    ending = threading.Event()
    work: Engine = partial(running, places=Places(slots=2, grace=1)) if engine else nullcontext
    app = create_app(around, public_url=url, ending=ending, engine=work)
    server = uvicorn.Server(
        uvicorn.Config(app, ws="none", access_log=False, log_config=None, server_header=False)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [opened_]}, daemon=True)
    thread.start()
    try:
        yield Service(around=around, url=url)
    finally:
        ending.set()
        server.should_exit = True
        thread.join(timeout=PATIENCE)
