"""Configuration as code: what a file asks for is what is remembered afterwards, wholly or not at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from counterfoil.actions.apply import apply
from counterfoil.actions.differences import Change
from counterfoil.actions.document import Document
from counterfoil.actions.known import Known, read_known
from counterfoil.errors import ConfigurationInvalid, SyncRunning
from counterfoil.model.credential import CredentialState, Environment
from counterfoil.model.cursor import Cursor
from counterfoil.store import connections, credentials, cursors, locks, observed
from counterfoil.store.db import Database
from tests.surroundings import surroundings

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)

BOOKS = """\
version: 1
credentials:
  - name: acme
    realm_id: 9130 3578 4900 0001
    environment: sandbox
    refresh_token: ${ACME_TOKEN}
destinations:
  - name: duck
    kind: duckdb
    options:
      path: /srv/books.duckdb
      memory: 256MB
sources:
  - name: acme books
    credential: acme
    streams: [Invoice, Customer]
    prefix: acme_
    schedule: every hour
    destinations:
      - name: duck
        dataset: finance
"""

Apply = Callable[..., tuple[Change, ...]]


@pytest.fixture
def run(db: Database, tmp_path: Path) -> Apply:
    """Apply a text, with one token in the environment unless told otherwise."""

    def run(text: str, *, token: str = "AB11first", dry_run: bool = False) -> tuple[Change, ...]:
        around = surroundings(db, tmp_path, now=NOW, environment={"ACME_TOKEN": token})
        return apply(around, Document("counterfoil.yaml", text), dry_run=dry_run)

    return run


def told(changes: tuple[Change, ...]) -> list[tuple[str, str]]:
    return [(change.noun, str(change.did)) for change in changes]


def test_a_file_makes_everything_that_it_names(db: Database, run: Apply) -> None:
    changes = run(BOOKS)

    (feed,) = connections.every(db)
    assert feed.dataset == "finance"
    assert feed.destination.options == {"path": "/srv/books.duckdb", "memory": "256MB"}
    assert feed.source.prefix == "acme_"
    assert str(feed.source.schedule) == "every 1 hour from 00:00 UTC"
    assert feed.source.streams == frozenset({"Invoice", "Customer"})
    assert feed.source.credential.realm_id == "9130357849000001"
    assert feed.source.credential.environment is Environment.SANDBOX
    assert feed.source.credential.state is CredentialState.CONNECTED
    nouns = ("credential", "destination", "source", "connection")
    assert told(changes) == [(noun, "created") for noun in nouns]


def test_the_same_file_again_changes_nothing(db: Database, run: Apply) -> None:
    run(BOOKS)
    before = read_known(db)

    changes = run(BOOKS)

    assert {did for _, did in told(changes)} == {"unchanged"}
    assert read_known(db) == before


def test_a_dry_run_tells_the_same_and_keeps_nothing(db: Database, run: Apply) -> None:
    assert told(run(BOOKS, dry_run=True)) == told(run(BOOKS, dry_run=True))
    assert read_known(db) == Known(credentials={}, destinations={}, sources={}, connections=())


def test_a_given_refresh_token_is_kept_sealed_and_ready_to_be_refreshed(db: Database, run: Apply) -> None:
    run(BOOKS)

    tokens = credentials.tokens(db, credentials.named(db, "acme").id)
    assert tokens is not None
    assert tokens.refresh_token == "AB11first"
    assert not tokens.usable_for(timedelta(0), NOW)


def test_the_token_of_the_file_never_replaces_the_newer_one_that_intuit_gave(
    db: Database, run: Apply
) -> None:
    run(BOOKS)
    acme = credentials.named(db, "acme")
    given = credentials.tokens(db, acme.id)
    assert given is not None
    rotated = replace(given, refresh_token="AB11rotated")
    credentials.save_tokens(db, acme.id, rotated)

    run(BOOKS)
    assert credentials.tokens(db, acme.id) == rotated

    changes = run(BOOKS, token="AB11fresh")
    fresh = credentials.tokens(db, acme.id)
    assert fresh is not None
    assert fresh.refresh_token == "AB11fresh"
    assert told(changes)[0] == ("credential", "changed")


def test_what_the_file_does_not_name_stays(db: Database, run: Apply) -> None:
    run(BOOKS)
    before = read_known(db)

    assert run("version: 1\n") == ()
    assert read_known(db) == before


def test_a_source_may_stand_on_what_an_earlier_file_made(db: Database, run: Apply) -> None:
    run(BOOKS)

    run(
        "version: 1\nsources:\n  - name: more\n    credential: acme\n    prefix: more_\n    destinations: [duck]\n"
    )

    more = next(feed for feed in connections.every(db) if feed.source.name == "more")
    assert more.source.streams is None
    assert more.dataset == "quickbooks"


def test_a_destination_that_leaves_the_source_takes_its_cursors_along(db: Database, run: Apply) -> None:
    run(BOOKS)
    (feed,) = connections.every(db)
    cursors.advance(db, feed, [Cursor(stream="Invoice", changed_since=NOW)])

    changes = run(BOOKS.replace("dataset: finance", "dataset: elsewhere"))

    assert told(changes)[3:] == [("connection", "removed"), ("connection", "created")]
    (moved,) = connections.every(db)
    assert moved.dataset == "elsewhere"
    assert cursors.of(db, moved) == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [("prefix: acme_", "prefix: other_"), ("/srv/books.duckdb", "/srv/other.duckdb")],
    ids=["prefix", "file"],
)
def test_tables_that_move_are_read_anew(db: Database, run: Apply, old: str, new: str) -> None:
    run(BOOKS)
    (feed,) = connections.every(db)
    cursors.advance(db, feed, [Cursor(stream="Invoice", changed_since=NOW)])
    observed.save_tables(db, feed, "Invoice", ["acme_invoice"])

    changes = run(BOOKS.replace(old, new))

    (again,) = connections.every(db)
    assert again.id == feed.id
    assert cursors.of(db, again) == {}
    assert observed.tables(db, again, "Invoice") == ()
    assert "reads everything" in changes[-1].note


@pytest.mark.parametrize(
    ("old", "new"),
    [("256MB", "512MB"), ("[Invoice, Customer]", "all"), ("every hour", "every day")],
    ids=["memory", "streams", "schedule"],
)
def test_what_moves_no_table_keeps_the_cursors(db: Database, run: Apply, old: str, new: str) -> None:
    run(BOOKS)
    (feed,) = connections.every(db)
    cursors.advance(db, feed, [Cursor(stream="Invoice", changed_since=NOW)])

    run(BOOKS.replace(old, new))

    assert set(cursors.of(db, feed)) == {"Invoice"}


def test_tables_do_not_move_under_a_running_sync(db: Database, run: Apply) -> None:
    run(BOOKS)
    before = read_known(db)

    with locks.company(db, "9130357849000001", locks.Purpose.SYNC), pytest.raises(SyncRunning):
        run(BOOKS.replace("prefix: acme_", "prefix: other_"))

    assert read_known(db) == before


def test_nothing_is_saved_when_one_thing_is_wrong(db: Database, run: Apply) -> None:
    with pytest.raises(ConfigurationInvalid):
        run(BOOKS.replace("prefix: acme_", "prefix: Acme-"))

    assert read_known(db) == Known(credentials={}, destinations={}, sources={}, connections=())
