"""Acme's QuickBooks as a scripted wire, and a client whose waits take no time."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random

import pytest

from counterfoil.model.credential import Tokens
from counterfoil.quickbooks.access import Access, Safe
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.oauth import OAuthApp
from counterfoil.quickbooks.pace import Pace
from counterfoil.quickbooks.retry import Patience
from tests.quickbooks.clock import Clock
from tests.quickbooks.safes import NOW, memory_safe
from tests.quickbooks.wire import Wire


@pytest.fixture
def wire() -> Iterator[Wire]:
    wire = Wire()
    yield wire
    wire.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def patience(clock: Clock) -> Patience:
    return Patience(sleep=clock.sleep, rng=Random(7))


@pytest.fixture
def app(wire: Wire, patience: Patience) -> OAuthApp:
    return OAuthApp(
        client_id="app-id",
        client_secret="app-secret",
        token_url=f"{wire.url}/token",
        revoke_url=f"{wire.url}/revoke",
        patience=patience,
    )


@pytest.fixture
def tokens() -> Tokens:
    return Tokens(
        access_token="access-0",
        refresh_token="refresh-0",
        access_expires_at=NOW + timedelta(hours=1),
        refresh_expires_at=NOW + timedelta(days=100),
    )


@pytest.fixture
def safe(tokens: Tokens) -> Safe:
    return memory_safe(tokens)


@pytest.fixture
def access(app: OAuthApp, safe: Safe) -> Access:
    return Access(app, safe, now=lambda: NOW)


@pytest.fixture
def acme(wire: Wire, access: Access, clock: Clock, patience: Patience) -> Iterator[Client]:
    pace = Pace(clock=clock, sleep=clock.sleep)
    with Client(wire.url, "4620816365", access, pace=pace, patience=patience) as client:
        yield client


@pytest.fixture
def token_body() -> Callable[..., bytes]:
    """A token response; further members replace or join the usual ones."""

    def body(number: int = 1, *, hard: str = "") -> bytes:
        return (
            f'{{"token_type":"bearer","access_token":"access-{number}","expires_in":3600,'
            f'"refresh_token":"refresh-{number}","x_refresh_token_expires_in":8726400{hard}}}'
        ).encode()

    return body
