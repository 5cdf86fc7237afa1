"""Processes that read one company again and again with the real store, and may be killed at any instant."""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from counterfoil.actions.credentials import safe
from counterfoil.errors import ReconnectNeeded
from counterfoil.model.credential import Tokens
from counterfoil.quickbooks.access import Access
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.oauth import OAuthApp
from counterfoil.quickbooks.pace import Pace
from counterfoil.quickbooks.retry import Patience
from counterfoil.stop import NEVER, Stop
from counterfoil.store import credentials
from counterfoil.store.db import Database, open_database
from counterfoil.store.vault import Vault

NAME = "acme"


@dataclass(frozen=True, slots=True)
class Ground:
    """What all processes share: a sandbox's address, a folder with locks and marks, and a store, there or elsewhere."""

    url: str
    folder: Path
    address: str = ""

    @contextmanager
    def store(self) -> Iterator[Database]:
        address = self.address or f"sqlite:///{self.folder}/store.db"
        database = open_database(address, vault=Vault([bytes(32)]), locks=self.folder / "locks")
        try:
            yield database
        finally:
            database.close()

    def mark(self, number: int) -> Path:
        """Where a process notes which tokens it is about to refresh, until the new ones are saved."""
        return self.folder / f"asking-{number}"


def digest(tokens: Tokens) -> str:
    """Each saved set of tokens has its own access token."""
    return hashlib.sha256(tokens.access_token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Steps:
    """What a process does at the three steps of a refresh; a test lets it die there, or take notes."""

    asking: Callable[[Tokens], object] = id
    answered: Callable[[Tokens], object] = id
    saved: Callable[[Tokens], object] = id


@dataclass(frozen=True, kw_only=True)
class WatchedApp(OAuthApp):
    """The real app, with a step before and after it asks."""

    steps: Steps

    def refresh(self, tokens: Tokens, *, now: datetime, stop: Stop = NEVER) -> Tokens:
        self.steps.asking(tokens)
        fresh = OAuthApp.refresh(self, tokens, now=now, stop=stop)
        self.steps.answered(fresh)
        return fresh


def reader(ground: Ground, db: Database, steps: Steps | None = None) -> Client:
    """The connector as a sync has it: the real safe on the real store, the real client."""
    credential = credentials.named(db, NAME)
    kept, watched = safe(db, credential), steps or Steps()

    def save(tokens: Tokens) -> None:
        kept.save(tokens)
        watched.saved(tokens)

    app = WatchedApp(
        client_id="sandbox-client",
        client_secret="sandbox-secret",
        token_url=f"{ground.url}/oauth2/v1/tokens/bearer",
        patience=Patience(sleep=lambda _: None),
        steps=watched,
    )
    access = Access(app, replace(kept, save=save), now=lambda: datetime.now(UTC))
    return Client(ground.url, credential.realm_id, access, pace=hurried())


def hurried() -> Pace:
    """The real pace on a clock that jumps instead of waiting."""
    ahead = [0.0]

    def skip(seconds: float) -> None:
        ahead[0] += seconds

    return Pace(clock=lambda: time.monotonic() + ahead[0], sleep=skip)


def look(client: Client) -> None:
    """Read something; raises what reading raises."""
    client.get(f"companyinfo/{client.realm_id}")


def read_on(ground: Ground, number: int, asked: Connection) -> None:
    """Read each time one is asked, and answer "" or the words of the error that ended it."""
    mark = ground.mark(number)
    steps = Steps(
        asking=lambda tokens: mark.write_text(digest(tokens)),
        saved=lambda _: mark.unlink(),
    )
    with ground.store() as db, reader(ground, db, steps) as client:
        asked.send("")
        while asked.recv():
            try:
                look(client)
            except ReconnectNeeded as error:
                asked.send(str(error))
            else:
                asked.send("")
