"""A store on either database, a clock that tests move, and people: Ada is the administrator, Ed an editor."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from counterfoil.actions import links, users
from counterfoil.actions.surroundings import Surroundings
from counterfoil.model.actor import Role
from counterfoil.model.openid import Provider
from counterfoil.model.user import User
from counterfoil.quickbooks.oauth import OAuthApp
from counterfoil.store import users as stored_users
from counterfoil.store.db import Database
from tests.people.provider import CLIENT, SECRET, OpenIdProvider, running
from tests.store.conftest import db, migrated_file, migrated_server, url, vault

__all__ = ["db", "migrated_file", "migrated_server", "url", "vault"]

PASSWORD = "correct horse battery"


@dataclass
class Clock:
    """The time, which stands still until a test moves it."""

    at: datetime = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, period: timedelta) -> None:
        self.at += period


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def around(db: Database, clock: Clock, tmp_path: Path) -> Surroundings:
    """What the command line of the server works in."""
    return Surroundings(
        db=db,
        app=OAuthApp(client_id="", client_secret=""),
        api_url="",
        staging=tmp_path / "staging",
        environment={},
        now=clock,
        chance=random.SystemRandom(),
    )


@pytest.fixture
def ada(around: Surroundings) -> User:
    return person(around, "ada@acme.example", Role.ADMIN)


@pytest.fixture
def ed(around: Surroundings, ada: User) -> User:
    return person(around, "ed@acme.example", Role.EDITOR)


def person(around: Surroundings, email: str, role: Role) -> User:
    """Someone who was invited and chose a password."""
    invited = users.invite(around, email, role=role)
    links.use(around, invited.word, PASSWORD)
    return stored_users.with_id(around.db, invited.user.id)


def as_user(around: Surroundings, user: User) -> Surroundings:
    """The same world, asked by this user."""
    return replace(around, actor=user.actor)


@pytest.fixture
def provider(clock: Clock) -> Iterator[OpenIdProvider]:
    with running() as provider:
        provider.now = int(clock().timestamp())
        provider.person = {"email": "Ada@acme.example", "email_verified": True, "name": "Ada"}
        yield provider


@pytest.fixture
def world(around: Surroundings, provider: OpenIdProvider) -> Surroundings:
    return replace(around, openid=Provider(issuer=provider.url, client_id=CLIENT, client_secret=SECRET))
