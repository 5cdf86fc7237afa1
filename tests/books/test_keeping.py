"""Views come with the first load, follow the tables and the definitions, and never stand in the way."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from counterfoil.books import views as books
from counterfoil.model.source import Source
from counterfoil.model.style import Style
from counterfoil.model.sync import SyncState
from counterfoil.sandbox.server import choose_companies
from counterfoil.store import connections, sources, views
from counterfoil.sync.progress import Watch
from tests.road.conftest import World, opened_store, opened_world

FEW = ("Account", "Customer", "Item", "Preferences", "Transfer")
LEDGER = "acme_general_ledger"


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[World]:
    companies = choose_companies(companies=1, invoices=0, seed=3, recorded=None)
    with opened_store(tmp_path) as db, opened_world(tmp_path, db, companies) as made:
        save(made, made.source(prefix="acme_", streams=FEW))
        yield made


def save(world: World, source: Source, **more: Any) -> Source:
    source = replace(source, **({"views": True} | more))
    sources.save(world.around.db, source)
    return source


def there(world: World) -> set[str]:
    with duckdb.connect(str(world.warehouse), read_only=True) as connection:
        sql = "SELECT view_name FROM duckdb_views() WHERE schema_name = 'quickbooks' AND NOT internal"
        return {name for (name,) in connection.execute(sql).fetchall()}


def test_the_first_sync_makes_them_and_the_next_leaves_them_alone(
    acme: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme.sync()
    assert len(there(acme)) == len(books.STATEMENTS)
    assert {type_ for (type_,) in acme.ask(f"SELECT transaction_type FROM {LEDGER}")} == {"Transfer"}

    monkeypatch.setattr("counterfoil.sync.views.make", lambda *_: pytest.fail("They were made again."))
    acme.sync()


def test_another_stream_brings_its_postings(acme: World) -> None:
    acme.sync()

    save(acme, sources.named(acme.around.db, "acme"), streams=frozenset({*FEW, "JournalEntry"}))
    acme.sync()

    types = {type_ for (type_,) in acme.ask(f"SELECT transaction_type FROM {LEDGER}")}
    assert types == {"Transfer", "JournalEntry"}


def test_other_definitions_replace_them(acme: World, monkeypatch: pytest.MonkeyPatch) -> None:
    acme.sync()
    fewer = {name: told for name, told in books.STATEMENTS.items() if not name.startswith("accounts_")}
    monkeypatch.setattr(books, "STATEMENTS", fewer)
    monkeypatch.setattr("counterfoil.sync.views.fingerprint", lambda _: "another")
    monkeypatch.setattr("counterfoil.sync.views._written", books_of)

    acme.sync()

    assert there(acme) == {f"acme_{name}" for name in fewer}


def books_of(style: Style, ground: Any) -> tuple[Any, ...]:
    assert style is Style.COUNTERFOIL
    return tuple(books.views(ground))


def test_they_go_when_they_are_switched_off_and_come_back(acme: World) -> None:
    acme.sync()
    source = save(acme, sources.named(acme.around.db, "acme"), views=False)
    acme.sync()
    assert there(acme) == set()

    save(acme, source)
    acme.sync()
    assert LEDGER in there(acme)


def test_what_keeps_them_from_being_made_keeps_nobody_from_the_tables(acme: World) -> None:
    with duckdb.connect(str(acme.warehouse)) as connection:
        connection.execute(f"CREATE SCHEMA quickbooks; CREATE TABLE quickbooks.{LEDGER} (mine VARCHAR)")
    told: list[str] = []

    sync, _ = acme.sync(watch=Watch(progress=lambda _: None, say=told.append))

    assert sync.state is SyncState.SUCCEEDED
    assert any("acme are not in step" in words and LEDGER in words for words in told)
    assert there(acme) == set()
    acme.tell(f"DROP TABLE quickbooks.{LEDGER}")
    acme.sync()
    assert LEDGER in there(acme)


def test_what_we_did_not_foresee_does_not_either(acme: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the translator failed")

    monkeypatch.setattr("counterfoil.sync.views._written", broken)

    sync, _ = acme.sync()

    assert sync.state is SyncState.SUCCEEDED


def test_a_source_without_accounts_has_none(acme: World) -> None:
    save(acme, sources.named(acme.around.db, "acme"), streams=frozenset({"Customer"}))

    acme.sync()

    assert there(acme) == set()


def test_they_come_back_with_tables_that_were_taken_away(acme: World) -> None:
    acme.sync()
    acme.tell("DROP TABLE quickbooks.acme_transfer; DROP VIEW quickbooks.acme_general_ledger")

    acme.sync()

    assert acme.ask(f"SELECT COUNT(*) FROM {LEDGER}")[0][0] > 0
    (connection,) = connections.of_source(acme.around.db, sources.named(acme.around.db, "acme"))
    assert LEDGER in views.of(acme.around.db, connection)[Style.COUNTERFOIL].names
